"""Do two phones check in by the code on a room's screen, does a forwarded picture earn nothing, and is an offline scan kept?"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import TEACHER
from lms.accounts.people import add_person
from lms.app import create_app
from lms.attendance.models import CheckIn
from lms.classes import setup
from lms.classes.models import TrainingClass
from lms.classes.planning import PlannedSession
from lms.classes.staff import appoint
from lms.classes.timetable import add
from lms.crediting.drain import drain
from lms.crediting.standing import of_enrolments
from lms.db import database, transaction
from tests.browser.phone import phone, sign_in, sound
from tests.factories import BEGIN, DrivenClock, build_world, settings_for
from tests.integration.office.room import lead_class
from tests.servers import free_port, web
from tests.site import PASSWORD, Site

LATER = timedelta(hours=3)


class Lecture:
    """A class of two in its room: one session, a screen, and a clock that the test controls."""

    def __init__(self, app: Flask, clock: DrivenClock, port: int) -> None:
        self.app, self.clock, self.port = app, clock, port
        self.site = Site(app, f"http://localhost:{port}", 0, 0)
        build_world(app, clock)
        with app.app_context(), transaction() as session:
            self.class_id = lead_class(session, "lead")
            self.people = self._people(session)
            planned = PlannedSession("s1", "听评课工作坊", "diagnosis", BEGIN, BEGIN + LATER)
            self.session_id = add(session, self.class_id, [planned], By(None, BEGIN))[0].id
        self._network = ExitStack()
        self.connect()

    def _people(self, session: Session) -> list[int]:
        found = session.get_one(TrainingClass, self.class_id)
        people = [add_person(session, name, name, (TEACHER,), password=PASSWORD) for name in ("lin", "chen", "staff")]
        appoint(session, self.class_id, people[2], "tutor", By(None, BEGIN))
        return [setup.enrol(session, found, one, "lead", "in-training").id for one in people[:2]]

    def connect(self) -> None:
        """Let phones reach the site."""
        self._network.enter_context(web(self.app, self.port))

    def disconnect(self) -> None:
        """Disconnect all phones."""
        self._network.close()

    @property
    def path(self) -> str:
        return f"/office/classes/{self.class_id}/timetable/{self.session_id}"

    def days(self) -> list[Decimal]:
        """Return how many days of diagnosis each has earned."""
        with self.app.app_context():
            while drain(database(), self.app.extensions["settings"].public_url, self.clock(), 500):
                pass
            with transaction() as session:
                standings = of_enrolments(session, self.people)
                return [next(line.earned for line in one.requirements if line.key == "diagnosis") for one in standings]

    def scans(self) -> list[tuple[int, str, str]]:
        with self.app.app_context(), transaction() as session:
            rows = session.scalars(select(CheckIn).order_by(CheckIn.id))
            return [(self.people.index(one.enrolment_id), one.way, one.state) for one in rows]


@pytest.fixture
def lecture(sqlite_url: str, tmp_path: Path) -> Iterator[Lecture]:
    port, clock = free_port(), DrivenClock(BEGIN)
    addresses = {
        "public_url": f"http://localhost:{port}",
        "content_url": f"http://127.0.0.1:{port}",
        "package_url": f"http://{{package}}.localhost:{port}",
    }
    app = create_app(settings_for(sqlite_url, tmp_path, **addresses), clock=clock)
    found = Lecture(app, clock, port)
    yield found
    found.disconnect()
    app.extensions["db"].dispose()


def shown(screen: Page, way: str) -> str:
    """Return the address that the screen shows at this moment, as a phone's scanner reads it."""
    screen.goto(screen.url.partition("?")[0] + f"?way={way}")
    address = screen.locator("[data-address]").get_attribute("data-address")
    assert address is not None
    return address


def come_in(context: BrowserContext, address: str, name: str) -> Page:
    """Scan while signed out: the code leads through the sign-in and is not lost by it."""
    page = context.new_page()
    page.goto(address)
    page.fill("input[name=identity]", name)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    return page


def test_two_phones_a_forwarded_picture_and_a_scan_without_a_network(browser: Browser, lecture: Lecture) -> None:
    with ExitStack() as stack:
        desk, lin, chen = (stack.enter_context(phone(browser, lecture.site, expected="ERR_|Failed to load")) for _ in range(3))
        screen = sign_in(desk, lecture.site, "staff", f"{lecture.path}/code")
        expect(screen.locator("[data-address]")).to_be_visible()

        # Lin is in the room, and signed out.
        picture = shown(screen, "in")
        hers = come_in(lin, picture, "lin")
        expect(hers.get_by_role("heading", level=1)).to_have_text("您已签到")
        expect(screen.locator(".big-line strong")).to_have_text("1")  # the screen counts by itself

        # She sends a picture of the code to Chen, who is somewhere else.
        lecture.clock.advance(20)
        his = come_in(chen, picture, "chen")
        expect(his.get_by_text("已不能自动签到")).to_be_visible()
        assert lecture.scans() == [(0, "in", "counted")]

        # At the end Lin goes. Chen has come for the last minute, and his phone has no network.
        lecture.clock.at = BEGIN + LATER
        his.evaluate("navigator.serviceWorker.ready.then(() => true)")
        last = shown(screen, "out")
        hers.goto(last)
        expect(hers.get_by_role("heading", level=1)).to_have_text("您已签退")
        lecture.disconnect()
        his.goto(last)
        expect(his.get_by_text("扫码已保存在这部手机上")).to_be_visible()
        lecture.clock.advance(600)
        lecture.connect()
        expect(his.get_by_role("heading", level=1)).to_have_text("等待班级工作人员确认")
        sound(his)
        assert lecture.scans() == [(0, "in", "counted"), (0, "out", "counted"), (1, "out", "claimed")]
        assert lecture.days() == [Decimal("0.5"), 0]

        # Staff confirm what they saw; a going without a coming is still nothing.
        screen.goto(f"{lecture.site.address}{lecture.path}/attendance")
        screen.get_by_label("chen · 签退").check()
        screen.get_by_role("button", name="确认所选").click()
        expect(screen.get_by_text("已处理 1 次扫码")).to_be_visible()
        assert lecture.days() == [Decimal("0.5"), 0]
