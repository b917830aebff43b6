"""Held hours in browsers: the teacher sees them on a phone and asks, the office answers and releases them on a phone, and they count."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from lms.app import create_app
from lms.classes.models import TrainingClass
from lms.clock import now
from lms.crediting.drain import drain
from lms.db import database
from tests.browser.phone import sound
from tests.factories import DrivenClock, World, settings_for, signed_in
from tests.integration.reviews.people import build_held
from tests.site import served

PHONE = {"width": 390, "height": 844}


def built(database_url: str, folder: Path) -> World:
    """Make a teacher with held hours, in a class that runs on."""
    clock = DrivenClock()
    world = build_held(create_app(settings_for(database_url, folder), clock=clock), clock)

    def run_on(session: Session) -> None:
        session.get_one(TrainingClass, world.class_id).ends_on = date(2100, 1, 1)

    world.act(run_on)
    return world


@contextmanager
def phone_of(browser: Browser, cookie: str, address: str) -> Iterator[Page]:
    with browser.new_context(locale="zh-CN", viewport=PHONE) as context:
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
    page.set_viewport_size(PHONE)
    page.get_by_role("link", name="对学时有疑问").click()
    sound(page)
    page.get_by_label("哪里有误").fill("两台设备都是我本人在用")
    page.get_by_role("button", name="提交疑问").click()
    expect(page.get_by_text("待答复")).to_be_visible()


def answered_and_released(page: Page, address: str) -> None:
    """Open the question from the queue, release the held session that it names, and answer."""
    page.goto(f"{address}/office/reviews/")
    sound(page)
    page.set_viewport_size(PHONE)
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
