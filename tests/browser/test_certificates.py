"""Can an office certify, supersede and revoke, a teacher ask, and anyone verify a certificate, all on a phone?"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, Page, expect

from lms.app import create_app
from lms.classes.models import TrainingClass
from tests.browser.phone import sound
from tests.browser.sizes import PHONE
from tests.factories import DrivenClock, settings_for, signed_in
from tests.integration.certification.conftest import Office, build_office, rename
from tests.site import served


def built(database_url: str, folder: Path) -> Office:
    """Make a class in which one teacher has met everything; questions about its hours are still in time."""
    clock = DrivenClock()
    office = build_office(create_app(settings_for(database_url, folder), clock=clock), clock)
    office.world.act(lambda session: setattr(session.get_one(TrainingClass, office.world.class_id), "ends_on", date(2100, 1, 1)))
    return office


@contextmanager
def phone_of(browser: Browser, cookie: str, address: str) -> Iterator[Page]:
    """The phone of somebody who is signed in, or of anyone."""
    with browser.new_context(locale="zh-CN", viewport=PHONE, accept_downloads=True) as context:
        context.add_cookies([{"name": "session", "value": cookie, "url": address}] if cookie else [])
        yield context.new_page()


def session_of(app: Flask, username: str) -> str:
    cookie = signed_in(app, username).get_cookie("session")
    assert cookie is not None
    return cookie.value


def test_on_phones_from_the_certificate_to_its_revocation_and_the_question_about_it(
    browser: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    office = built(sqlite_url, tmp_path)
    with (
        served(sqlite_url, tmp_path) as (app, address),
        phone_of(browser, session_of(app, "clerk"), address) as page,
        phone_of(browser, session_of(app, "teacher"), address) as teacher,
        phone_of(browser, "", address) as seen,
    ):
        page.goto(f"{address}/office/classes/{office.world.class_id}/certificates")
        number = certified(page)
        verified(seen, address, number)
        recognised(seen, handed_out(page, tmp_path))
        rename(office.world, "王秀岚")
        superseded(page)
        seen.goto(f"{address}/verify/{number}?version=1")
        expect(seen.get_by_text("此版本已换发")).to_be_visible()
        revoked(page)
        seen.get_by_role("link", name="查看第 2 版").click()
        expect(seen.get_by_text("证书已撤销")).to_be_visible()
        sound(seen)
        asked(teacher, f"{address}/transcript/{office.enrolment_id}")
        answered(page, address)
        teacher.reload()
        expect(teacher.get_by_text("信息已核对，将重新颁发")).to_be_visible()
        assert {one.viewport_size["width"] for one in (page, teacher, seen) if one.viewport_size} == {PHONE["width"]}


def certified(page: Page) -> str:
    """Issue the certificates; return the number of the new one."""
    expect(page.get_by_role("heading", level=1)).to_have_text("1 名教师可以颁发证书")
    sound(page)
    page.get_by_role("button", name="颁发证书").click()
    expect(page.get_by_text("已颁发 1 张证书")).to_be_visible()
    page.get_by_role("link", name="王秀兰").click()
    sound(page)
    found = re.search(r"\d{4}-[0-9A-Z]{5}-[0-9A-Z]{5}", page.content())
    assert found is not None
    return found[0]


def verified(page: Page, address: str, number: str) -> None:
    """Type the number on the public page, without an account."""
    page.goto(f"{address}/verify")
    sound(page)
    page.get_by_label("证书编号").fill(number.lower().replace("-", " "))
    page.get_by_role("button", name="查验").click()
    expect(page.get_by_text("证书有效")).to_be_visible()
    expect(page.get_by_text("王**")).to_be_visible()
    sound(page)


def handed_out(page: Page, folder: Path) -> Path:
    """Download the certificate."""
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    file = folder / "certificate.pdf"
    download.value.save_as(file)
    assert file.read_bytes().startswith(b"%PDF")
    return file


def recognised(page: Page, file: Path) -> None:
    """Compare the file with those that were handed out."""
    page.get_by_label("证书的 PDF 文件").set_input_files(file)
    page.get_by_role("button", name="比对文件").click()
    expect(page.get_by_text("内容未被改动")).to_be_visible()


def superseded(page: Page) -> None:
    """Issue the next version, with the corrected name."""
    page.reload()
    page.get_by_role("button", name="换发证书").click()
    page.locator("#supersede-reason").fill("更正姓名")
    page.get_by_role("button", name="换发新版").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("王秀岚")


def revoked(page: Page) -> None:
    """Revoke the new version."""
    page.get_by_role("button", name="撤销证书").click()
    page.locator("#revoke-reason").fill("信息有误")
    page.get_by_role("button", name="确认撤销").click()
    expect(page.get_by_text("证书已撤销")).to_be_visible()


def asked(page: Page, transcript: str) -> None:
    """See that the certificate was revoked, and ask about a requirement of the transcript."""
    page.goto(transcript)
    expect(page.get_by_text(re.compile(r"证书 \S+ 已撤销"))).to_be_visible()
    sound(page)
    page.locator("summary", has_text="对学时要求有疑问").first.click()
    page.get_by_role("link", name="在线学习").click()
    page.get_by_label("哪里有误").fill("证书为什么被撤销？学时都是我本人学习的。")
    page.get_by_role("button", name="提交疑问").click()
    expect(page.get_by_text("待答复")).to_be_visible()


def answered(page: Page, address: str) -> None:
    """Find the question from the menu, and answer it."""
    page.goto(f"{address}/office/questions")
    page.get_by_role("link", name="王秀岚").click()
    sound(page)
    page.get_by_label("接受：将作更正").check()
    page.get_by_label("答复", exact=True).fill("信息已核对，将重新颁发")
    page.get_by_role("button", name="发送答复").click()
    expect(page.get_by_text("教师可在学时证明中看到")).to_be_visible()
