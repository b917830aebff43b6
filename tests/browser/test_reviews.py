"""Held hours in browsers: the teacher sees them on a phone and asks, the office answers and releases them on a phone, and they count."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from lms.app import create_app
from lms.classes.models import ClassSession, TrainingClass
from lms.clock import now
from lms.crediting.drain import drain
from lms.db import database
from tests.browser.phone import sound
from tests.browser.sizes import PHONE
from tests.factories import DrivenClock, World, settings_for, signed_in
from tests.integration.reviews.people import build_held
from tests.site import served

TRANSCRIPT_LINES = ("Online learning", "教学诊断", "Reading")  # a requirement, a session, an activity


def built(database_url: str, folder: Path) -> World:
    """Make a teacher with held hours, in a class that runs on."""
    clock = DrivenClock()
    world = build_held(create_app(settings_for(database_url, folder), clock=clock), clock)

    def run_on(session: Session) -> None:
        session.get_one(TrainingClass, world.class_id).ends_on = date(2100, 1, 1)

    world.act(run_on)
    return world


@contextmanager
def phone_of(browser: Browser, cookie: str, address: str, language: str = "zh-CN") -> Iterator[Page]:
    with browser.new_context(locale=language, viewport=PHONE) as context:
        context.add_cookies([{"name": "session", "value": cookie, "url": address}])
        yield context.new_page()


def test_from_a_held_session_to_credited_hours(browser: Browser, sqlite_url: str, tmp_path: Path) -> None:
    world = built(sqlite_url, tmp_path)
    with served(sqlite_url, tmp_path) as (app, address):
        cookies = [signed_in(app, name).get_cookie("session") for name in ("teacher", "clerk")]
        assert cookies[0] is not None
        assert cookies[1] is not None
        with phone_of(browser, cookies[0].value, address) as teacher, phone_of(browser, cookies[1].value, address) as clerk:
            asked(teacher, address, world)
            answered_and_released(clerk, address)
            with app.app_context():  # its own statements are trusted under its own address
                drain(database(), address, now(), 500)
            teacher.reload()
            expect(teacher.get_by_text("已核实，予以认定")).to_be_visible()
            sound(teacher)
            teacher.goto(f"{address}/home")
            expect(teacher.get_by_text("待复核")).to_have_count(0)
    assert world.credited() == {"c1:reading": 600}


def asked(page: Page, address: str, world: World) -> None:
    """See on the first page that time is held, open its line, and ask."""
    page.goto(f"{address}/home")
    expect(page.get_by_text("10 分钟 待复核")).to_be_visible()
    page.goto(f"{address}/transcript/{world.enrolment_id}")
    page.locator("#why-c1-reading > summary").click()
    expect(page.get_by_text("不会丢失")).to_be_visible()
    sound(page)
    page.get_by_role("link", name="对学时有疑问").click()
    sound(page)
    page.get_by_label("哪里有误").fill("两台设备都是我本人在用")
    page.get_by_role("button", name="提交疑问").click()
    expect(page.get_by_text("待答复")).to_be_visible()


def answered_and_released(page: Page, address: str) -> None:
    """Open the question from the queue, release the held session that it names, and answer."""
    page.goto(f"{address}/office/reviews/")
    sound(page)
    page.get_by_role("link", name="教师的疑问").click()
    page.get_by_role("link", name="王秀兰").click()
    sound(page)
    question = page.url
    page.get_by_role("link", name="处理待复核的学习").click()
    expect(page.get_by_text("同一时刻在两台设备上学习")).to_be_visible()
    sound(page)
    page.get_by_label("予以认定：全部认定").check()
    page.get_by_label("原因").fill("已向本人核实")
    page.get_by_role("button", name="保存决定").click()
    expect(page.get_by_text("已处理，学时将在几秒内更新")).to_be_visible()
    page.goto(question)
    page.get_by_label("接受：将作更正").check()
    page.get_by_label("答复", exact=True).fill("已核实，予以认定")
    page.get_by_role("button", name="发送答复").click()
    expect(page.get_by_text("教师可在学时证明中看到")).to_be_visible()


def with_a_session(world: World) -> None:
    """Put a session into the past of the class, so that the transcript has a line of each kind."""

    def plan(session: Session) -> None:
        begins = world.clock() - timedelta(days=1)
        times = {"starts_at": begins, "ends_at": begins + timedelta(hours=1), "half_days": 0}
        session.add(ClassSession(class_id=world.class_id, key="s1", title="教学诊断", requirement="online", **times))

    world.act(plan)


def end_class(world: World, day: date) -> None:
    world.act(lambda session: setattr(session.get_one(TrainingClass, world.class_id), "ends_on", day))


def test_in_english_the_evidence_a_part_refused_a_question_about_each_kind_of_line_and_the_end_of_the_time_to_ask(
    browser: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    world = built(sqlite_url, tmp_path)
    with_a_session(world)
    with served(sqlite_url, tmp_path) as (app, address):
        cookies = [signed_in(app, name).get_cookie("session") for name in ("teacher", "clerk")]
        assert cookies[0] is not None
        assert cookies[1] is not None
        own = (phone_of(browser, cookies[0].value, address, "en-GB"), phone_of(browser, cookies[1].value, address, "en-GB"))
        with own[0] as teacher, own[1] as clerk:
            looked_at_and_refused_in_part(clerk, address)
            with app.app_context():
                drain(database(), address, now(), 500)
            clerk.reload()
            expect(clerk.get_by_role("table", name="Decisions so far")).to_contain_text("The second device was somebody else's")
            sound(clerk)
            read_and_asked_about_each_line(teacher, f"{address}/transcript/{world.enrolment_id}")
            end_class(world, date(2026, 1, 1))
            teacher.goto(f"{address}/transcript/{world.enrolment_id}/question/c1:quiz")
            expect(teacher.get_by_text("The time for questions about this line is over")).to_be_visible()
            expect(teacher.get_by_role("button", name="Send the question")).to_have_count(0)
            sound(teacher)


def looked_at_and_refused_in_part(page: Page, address: str) -> None:
    """Open a held session from the queue; see when, where and beside what; refuse one stretch, with a reason."""
    page.goto(f"{address}/office/reviews/")
    page.get_by_role("row").filter(has_text="Activity reading").get_by_role("link").click()
    expect(page.get_by_text("present on two devices at the same instant")).to_be_visible()
    expect(page.get_by_role("heading", name="When, and on which devices")).to_be_visible()
    expect(page.get_by_text("At the same time", exact=True).first).to_be_visible()
    assert page.locator("figure.timeline svg").count() > 0, "the stretches are drawn"
    expect(page.get_by_role("row").filter(has_text="This session").first).to_be_visible()
    sound(page)
    page.get_by_label("Refuse the stretches that I choose").check()
    page.get_by_text("Choose stretches").click()
    page.locator("input[name=part]").first.check()
    page.get_by_role("button", name="Save the decision").click()
    assert page.evaluate("document.activeElement.id") == "reason", "nothing is decided without a reason"
    page.get_by_label("Reason").fill("The second device was somebody else's")
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_text("The account follows within seconds")).to_be_visible()


def read_and_asked_about_each_line(page: Page, transcript: str) -> None:
    """Read the decision in its line, and ask about a requirement, a session and an activity."""
    page.goto(transcript)
    page.locator("#why-c1-reading > summary").click()
    expect(page.get_by_text("The second device was somebody else's")).to_be_visible()
    for title in TRANSCRIPT_LINES:
        page.goto(transcript)
        page.locator("summary", has_text="A question about a requirement?").click()
        if title == TRANSCRIPT_LINES[2]:
            page.locator("#why-c1-reading > summary").click()
            page.get_by_role("link", name="A question about these hours?").click()
        else:
            page.get_by_role("link", name=title).first.click()
        page.get_by_label("What is wrong?").fill(f"I was there: {title}")
        page.get_by_role("button", name="Send the question").click()
        expect(page.get_by_text("Waits for an answer")).to_be_visible()
    sound(page)
