"""Can a trainer write a bank question, draw it in a quiz, see its answers, and start the quiz over for one teacher and for all?"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import TEACHER, Organisation, Person
from lms.accounts.people import add_person
from lms.catalogue.models import CourseVersion
from lms.classes import setup
from lms.classes.models import Enrolment, TrainingClass
from lms.db import transaction
from lms.workshop import bank, drafts, history
from tests.browser.phone import phone
from tests.browser.quizzes import at, write
from tests.browser.studying import SOON_MS, content
from tests.factories import signed_in
from tests.site import Site

FLOATING = "冰浮在水面上。"
FLOATS = {"id": "x", "type": "boolean", "text": FLOATING, "answer": True, "tags": ["水"]}
WRONG, MENDED = "水比冰轻。", "冰比水轻。"


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """A trainer whose bank has one question, and who has begun a course; the class has two teachers."""

    def fill(session: Session) -> None:
        trainer = session.scalars(select(Person).where(Person.username == "trainer")).one()
        question = bank.read(FLOATS)
        assert not isinstance(question, list)
        by = By(trainer.id, site.app.extensions["clock"]())
        bank.add(session, question, "zh", trainer, by)
        draft = drafts.begin_new(session, trainer, by)
        history.change(session, draft, [{"do": "set", "of": "course", "field": "title.zh", "was": "", "to": "冰"}], by)
        own = session.get_one(Organisation, trainer.organisation_id)
        second = add_person(session, "second", "刘芳", (TEACHER,), password=None, organisation=own)
        setup.enrol(session, class_of(session, site), second, "primary", "in-training")

    act(site, fill)
    with phone(browser, site, "nothing") as context:
        yield context


def act(site: Site, work: object) -> object:
    with site.app.app_context(), transaction() as session:
        return work(session)  # type: ignore[operator]


def class_of(session: Session, site: Site) -> TrainingClass:
    return session.get_one(TrainingClass, session.get_one(Enrolment, site.enrolment_id).class_id)


def at_page(visitor: BrowserContext, site: Site, username: str, path: str) -> Page:
    """Open a page as somebody who is signed in, in a window that is high enough for whole pages."""
    for page in visitor.pages:
        page.close()
    cookie = signed_in(site.app, username).get_cookie("session")
    assert cookie is not None
    visitor.clear_cookies()
    visitor.add_cookies([{"name": "session", "value": cookie.value, "url": site.address}])
    page = visitor.new_page()
    page.set_viewport_size({"width": 1280, "height": 2400})
    page.goto(site.address + path)
    return page


def write_question(page: Page) -> None:
    """Write a wrong sentence into the bank and tag it."""
    at(page, "question.type").locator("select").select_option("boolean")
    write(page, "question.text", WRONG)
    page.locator("summary", has_text="图片、反馈").click()
    write(page, "question.tags", "水")
    page.get_by_role("button", name="保存到题库").click()
    expect(page.get_by_text("题目已存入题库。")).to_be_visible()


def draw_one(page: Page) -> None:
    """Write a quiz that draws one of the questions with the tag."""
    write(page, "title", "冰的测验")
    page.locator("summary", has_text="从题库选题").click()
    page.get_by_role("button", name="放入并抽题").click()
    expect(page.get_by_text("已放入测验 2 题。")).to_be_visible()
    expect(at(page, "questions").locator("> section")).to_have_count(2)
    page.get_by_role("button", name="放入课程").click()
    expect(page.get_by_text("“冰的测验”已放入课程。")).to_be_visible(timeout=SOON_MS)


def mend_in_bank(page: Page) -> None:
    page.get_by_role("link", name=WRONG).click()
    write(page, "question.text", MENDED)
    page.get_by_role("button", name="保存到题库").click()
    expect(page.get_by_text("已用到它的测验仍保留原来的题目")).to_be_visible()


def take_newer(page: Page) -> None:
    """Open the quiz again: it still has the old sentence, and offers the new one."""
    page.locator("[data-activity]", has_text="冰的测验").locator("summary").click()
    page.get_by_role("link", name="编辑内容").click()
    expect(page.get_by_text(f"新的题目：{MENDED}")).to_be_visible()
    page.get_by_role("button", name="采用题库的版本").click()
    expect(at(page, "questions[1].text").locator("textarea")).to_have_value(MENDED)
    expect(page.get_by_text("题库中这道题已有新版本。")).to_have_count(0)
    page.get_by_role("button", name="放入课程").click()
    expect(page.get_by_text("“冰的测验”已放入课程。")).to_be_visible(timeout=SOON_MS)


def publish(page: Page, site: Site) -> str:
    """Publish the course, give it to the class, and return the address of its quiz in the class's record."""
    page.get_by_role("link", name="检查并发布").click()
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_text("已发布为第 1 版")).to_be_visible(timeout=SOON_MS)

    def bind(session: Session) -> str:
        version = session.scalars(select(CourseVersion).where(CourseVersion.title_zh == "冰")).one()
        setup.bind_course(session, class_of(session, site), version, "online")
        key = version.document["modules"][0]["activities"][0]["key"]
        return f"/office/classes/{class_of(session, site).id}/progress/{version.course.code}/{key}"

    return str(act(site, bind))


def hand_in(visitor: BrowserContext, site: Site, username: str, choice: str, score: str) -> None:
    """Answer the one question that was drawn: every question of the bank is a true sentence."""

    def place(session: Session) -> str:
        version = session.scalars(select(CourseVersion).where(CourseVersion.title_zh == "冰")).one()
        person = session.scalars(select(Person).where(Person.username == username)).one()
        enrolment = session.scalars(select(Enrolment).where(Enrolment.person_id == person.id)).one()
        return f"/learn/{enrolment.id}/{version.id}/{version.document['modules'][0]['activities'][0]['key']}"

    page = at_page(visitor, site, username, str(act(site, place)))
    frame = content(page)
    expect(frame.locator("fieldset")).to_have_count(1, timeout=SOON_MS)
    frame.get_by_label(choice, exact=True).check()
    frame.get_by_role("button", name="交卷").click()
    expect(frame.get_by_role("heading", name=score)).to_be_visible(timeout=SOON_MS)


def start_over_for_one(page: Page) -> None:
    expect(page.get_by_text("有 2 名教师打开过")).to_be_visible()
    teachers = page.get_by_label("教师", exact=True)
    teachers.select_option(value=teachers.locator("option", has_text="王秀兰").get_attribute("value"))
    page.get_by_role("button", name="让该教师重新开始").click()
    expect(page.get_by_text("已为 1 名教师重新开始。")).to_be_visible()
    expect(page.get_by_text("有 1 名教师打开过")).to_be_visible()


def start_over_for_all(page: Page) -> None:
    page.get_by_role("button", name="全班重新开始").click()
    expect(page.get_by_text("这会影响 2 名教师。")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="全班重新开始").click()
    expect(page.get_by_text("已为 2 名教师重新开始。")).to_be_visible()
    expect(page.get_by_text("有 0 名教师打开过")).to_be_visible()


def answered(page: Page, site: Site, text: str) -> int:
    """Return how many people answered a question of the bank, over all its uses."""
    page.goto(f"{site.address}/workshop/bank")
    page.get_by_role("link", name=text).click()
    page.get_by_role("link", name="答题情况").click()
    expect(page.get_by_role("link", name="冰的测验")).to_be_visible()
    return int(page.locator("dt", has_text="作答人数").locator("+ dd").inner_text())


def test_a_question_is_written_tagged_drawn_mended_answered_and_started_over(visitor: BrowserContext, site: Site) -> None:
    page = at_page(visitor, site, "trainer", "/workshop/bank/new")
    write_question(page)
    page.goto(f"{site.address}/workshop/drafts/1/forms/quiz")
    draw_one(page)
    draft = page.url
    page.goto(f"{site.address}/workshop/bank")
    mend_in_bank(page)
    page.goto(draft)
    take_newer(page)
    record = publish(page, site)
    hand_in(visitor, site, "second", "错", "这次得分 0 / 1")
    hand_in(visitor, site, "teacher", "错", "这次得分 0 / 1")
    start_over_for_one(at_page(visitor, site, "office", record))
    hand_in(visitor, site, "teacher", "对", "通过了！得分 1 / 1")
    start_over_for_all(at_page(visitor, site, "office", record))
    page = at_page(visitor, site, "trainer", "/workshop/bank")
    drawn = {text: answered(page, site, text) for text in (MENDED, FLOATING)}
    assert sum(drawn.values()) == 2, drawn  # the first attempt of each teacher, whichever question it drew
