"""Does the page beside a meeting lead a learner from their home page into the session, and does its time reach the grid of the staff?"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.classes import timetable
from lms.classes.models import Enrolment
from lms.classes.planning import PlannedSession
from lms.home.tasks import settle_presence
from tests.browser.living import BEGIN, Life, living
from tests.browser.phone import phone, sound

MEETING = "https://meeting.example/1"  # reserved by RFC 2606: leads nowhere
LENGTH = timedelta(minutes=90)


@pytest.fixture
def life(sqlite_url: str, tmp_path: Path) -> Iterator[Life]:
    """A class of lead teachers whose live session has run for five minutes."""
    with living(sqlite_url, tmp_path, "rural-lead", "lead", {"a1": 10}) as found:
        planned = PlannedSession("live-1", "在线研讨", "companion", BEGIN, BEGIN + LENGTH, 0, link=MEETING)
        found.act(lambda session: timetable.add(session, found.class_id, [planned], By(None, BEGIN)))
        found.act(lambda session: begin_training(session, found.enrolment_id))
        found.clock.advance(5 * 60)
        yield found


def begin_training(session: Session, enrolment_id: int) -> None:
    session.get_one(Enrolment, enrolment_id).status = "in-training"


def opened(life: Life, visitor: BrowserContext) -> Page:
    """Open the session's page from the home page, as a learner does."""
    page = life.at(visitor, "teacher", "/home")
    page.get_by_role("link", name="在线研讨").click()
    expect(page.locator(".clock")).to_have_attribute("data-state", "counting")
    return page


def counted(page: Page, minutes: int) -> None:
    """Check the time on the clock; the page adds the seconds that really pass until the next beat."""
    expect(page.locator(".clock-counted")).to_have_text(re.compile(rf"^{minutes} 分"))


def enter_the_meeting(page: Page) -> None:
    """Press the meeting's link: it opens in a window of its own, which cannot reach this one, and this page stays."""
    page.context.route(MEETING, lambda route: route.fulfill(body="<title>Meeting</title>", content_type="text/html"))
    before = page.url
    with page.expect_popup() as opening:
        page.get_by_role("link", name="进入会议").click()
    meeting = opening.value
    expect(meeting).to_have_url(MEETING)
    assert meeting.evaluate("window.opener") is None
    assert meeting.evaluate("document.referrer") == ""
    meeting.close()
    assert page.url == before


def test_a_learner_sits_in_a_live_session_and_staff_see_the_time(life: Life, browser: Browser) -> None:
    with phone(browser, life.site, expected="422", elsewhere=(MEETING,)) as visitor:
        page = opened(life, visitor)
        expect(page.locator(".clock-counted")).to_have_text(re.compile("^[0-9]+ 秒$"))
        sound(page)
        page.set_viewport_size({"width": 390, "height": 844})
        enter_the_meeting(page)

        for minutes in (8, 16):  # the clock moves on by eight minutes, and the learner gives a sign
            life.clock.advance(8 * 60)
            page.get_by_role("button", name="我还在").click()
            counted(page, minutes)
        expect(page.get_by_text("已记录。请在十分钟内再回来一次")).to_be_visible()

        life.clock.advance(4 * 60)
        page.get_by_role("link", name="日历").last.click()  # leaving is the last sign
        page.wait_for_url(re.compile("/calendar$"))
        life.clock.advance(70 * 60)
        with life.app.app_context():
            settle_presence.run()
        life.work()
        assert not life.findings()

        lesson = life.sessions()[0]
        grid = life.at(visitor, "staff", f"/office/classes/{life.class_id}/timetable/{lesson.id}/attendance")
        row = grid.get_by_role("row", name=re.compile("王秀兰"))
        expect(row).to_contain_text("会议旁的页面")
        expect(row).to_contain_text("08:05–08:25")
