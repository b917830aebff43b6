"""Does an office certify, supersede and revoke in its browser, and does anyone see it on the verification page?"""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from lms.app import create_app
from tests.browser.phone import sound
from tests.browser.sizes import PHONE
from tests.factories import DrivenClock, settings_for, signed_in
from tests.integration.certification.conftest import Office, build_office, rename
from tests.site import served


def built(database_url: str, folder: Path) -> Office:
    """Make a class in which one teacher has met everything."""
    clock = DrivenClock()
    return build_office(create_app(settings_for(database_url, folder), clock=clock), clock)


def test_from_the_certificate_to_its_revocation(browser: Browser, sqlite_url: str, tmp_path: Path) -> None:
    office = built(sqlite_url, tmp_path)
    with (
        served(sqlite_url, tmp_path) as (app, address),
        browser.new_context(locale="zh-CN") as clerk,
        browser.new_context(locale="zh-CN", viewport=PHONE) as anyone,
    ):
        cookie = signed_in(app, "clerk").get_cookie("session")
        assert cookie is not None
        clerk.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
        page = clerk.new_page()
        page.goto(f"{address}/office/classes/{office.world.class_id}/certificates")
        number = certified(page)
        seen = anyone.new_page()
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
