"""Does the content in the player show open questions, the position, and the result, on any device, in light and dark?"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page, expect
from sqlalchemy.orm import Session

from courses.package import Package, open_package
from courses.samples import SAMPLES
from lms.accounts.models import TEACHER
from lms.accounts.people import add_organisation, add_person
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import publish
from lms.classes import setup
from lms.db import transaction
from lms.storage import storage
from tests import factories
from tests.browser.every_page import Look
from tests.browser.everything import Everything, copy_of
from tests.browser.sizes import PHONE
from tests.site import served

SOON_MS = 20_000
QUIZ = {"code": "online-lesson-design", "activity": "design-quiz"}
READING = {"code": "online-lesson-design", "activity": "from-their-screen"}
FILM = {"code": "safety-and-mental-health", "activity": "listening-first"}


def published(session: Session, sample: Path) -> CourseVersion:
    package = open_package(sample)
    assert isinstance(package, Package), package
    return publish(session, storage(), package, None, factories.BEGIN)


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    """A teacher who has just been enrolled in a class of the two courses: the whole demo takes fifteen seconds to load."""
    folder = tmp_path_factory.mktemp("frames")
    with served(copy_of(sqlite_template, folder), folder) as (app, address):
        with app.app_context(), transaction() as session:
            provider = add_organisation(session, "p1", "示范培训机构", "provider")
            versions = [published(session, one) for one in SAMPLES if one.name in {QUIZ["code"], FILM["code"]}]
            teacher = add_person(session, "teacher", "王秀兰", (TEACHER,), password=None, organisation=provider)
            enrolment = setup.enrol(session, factories.add_class(session, "k1", provider, *versions), teacher, "primary", "in-training")
            found = Everything(app, address, {"enrolment_id": enrolment.id}, {one.course.code: one.id for one in versions})
        yield found


@pytest.fixture
def page(browser: Browser, site: Everything) -> Iterator[Page]:
    with browser.new_context(viewport=PHONE, reduced_motion="reduce", color_scheme="dark") as context:
        context.add_cookies([{"name": "session", "value": site.cookie("teacher", "zh_Hans_CN"), "url": site.address}])
        yield context.new_page()


def opened(page: Page, site: Everything, activity: dict[str, str]) -> Frame:
    page.goto(site.url(Look("teacher", "learning.play", activity)))
    frame = page.frames[1]
    frame.wait_for_selector(".th-content", timeout=SOON_MS)
    return frame


def in_sight(page: Page, frame: Frame, selector: str) -> bool:
    """Say whether something in the frame lies inside the window, below the clock."""
    clock = page.locator("[data-clock-root]").bounding_box()
    found = frame.locator(selector).first.bounding_box()
    height = page.viewport_size["height"] if page.viewport_size else 0
    return bool(clock and found and clock["y"] + clock["height"] <= found["y"] + 1 and found["y"] + min(found["height"], 40) <= height)


def wait_until(page: Page, frame: Frame, selector: str) -> None:
    for _ in range(SOON_MS // 200):
        if in_sight(page, frame, selector):
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"{selector} did not come into sight")


def test_a_question_left_open_is_marked_and_in_sight_and_the_result_keeps_numbers_and_pass_mark(page: Page, site: Everything) -> None:
    frame = opened(page, site, QUIZ)
    legends = frame.locator("legend").all_inner_texts()
    assert not [legend for legend in legends if len(re.findall("多选", legend)) > 1]
    assert any("多选" in legend for legend in legends)
    questions = frame.locator("fieldset")
    for index in range(questions.count()):
        if index != 1:
            questions.nth(index).locator("input").first.check()
    frame.get_by_role("button", name="交卷").click()
    assert frame.locator("[data-open]").count() == 1
    expect(questions.nth(1)).to_contain_text("还没有作答")
    wait_until(page, frame, "[data-open]")
    questions.nth(1).locator("input").first.check()
    assert frame.locator("[data-open]").count() == 0
    frame.get_by_role("button", name="交卷").press("Enter")  # the frame grows shorter just now: a click may miss the button
    expect(frame.locator(".th-result")).to_be_visible(timeout=SOON_MS)
    assert re.search(r"得分 \d+%，达到 60% 为通过", frame.locator(".th-result").inner_text())
    numbers = [heading.partition(".")[0] for heading in frame.locator(".th-item h3").all_inner_texts()]
    assert numbers == [str(number) for number in range(1, len(legends) + 1)]


def test_reading_says_on_which_page_a_question_is_still_open_and_leads_there(page: Page, site: Everything) -> None:
    frame = opened(page, site, READING)
    ahead = frame.get_by_role("button", name="下一页")
    while ahead.is_visible():
        ahead.click()
    left = frame.locator(".th-todo button")
    expect(left.first).to_be_visible()
    said = left.first.inner_text()
    number = re.search(r"第 (\d+) 页还有思考题没有答对", said)
    assert number, said
    left.first.click()
    expect(frame.get_by_text(f"第 {number[1]} 页，共")).to_be_visible()
    expect(frame.get_by_role("button", name="提交答案").first).to_be_visible()
    expect(frame.locator(".th-todo", has_text=f"第 {number[1]} 页")).to_have_count(0)


def test_a_film_in_full_screen_leaves_it_for_its_question(page: Page, site: Everything) -> None:
    frame = opened(page, site, FILM)
    film = frame.locator("video")
    film.evaluate("film => film.readyState || new Promise(done => film.addEventListener('loadedmetadata', done))")
    film.evaluate("film => film.requestFullscreen()")
    assert frame.evaluate("document.fullscreenElement !== null")
    film.evaluate("film => { film.currentTime = film.duration - 1; }")
    expect(frame.locator(".th-panel")).to_be_visible(timeout=SOON_MS)
    frame.wait_for_function("document.fullscreenElement === null", timeout=SOON_MS)
    wait_until(page, frame, ".th-panel")


def test_a_reading_lists_its_pages_with_their_headings_and_the_keyboard_reaches_them(page: Page, site: Everything) -> None:
    frame = opened(page, site, READING)
    contents = frame.locator("details.th-contents")
    expect(contents.locator("ol > li > button small").first).to_have_text(re.compile("已读|有思考题|未读"))
    contents.locator("summary").press("Enter")
    other = contents.locator("ol > li > button:not([aria-current])").first
    heading = other.locator("span").inner_text()
    other.press("Enter")
    expect(frame.locator(".th-page h2")).to_have_text(heading)
    expect(contents.locator("ol")).to_be_hidden()
    wait_until(page, frame, ".th-page h2")
    contents.locator("summary").press("Enter")
    expect(contents.locator("[aria-current=page] span")).to_have_text(heading)
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
