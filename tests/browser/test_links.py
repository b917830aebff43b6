"""Does a link to another site open beside our page, announced, and does nothing there count?"""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.phone import phone, sign_in
from tests.browser.publishing import no_finding, publish
from tests.browser.studying import credited, sound
from tests.site import Site

THERE = "https://lessons.example.org/"


def test_a_shortcut_is_uploaded_and_leads_away_in_a_window_that_cannot_reach_ours(browser: Browser, site: Site, tmp_path: Path) -> None:
    file = tmp_path / "示范课.url"
    file.write_bytes(f"[InternetShortcut]\r\nURL={THERE}grade-4\r\n".encode())
    address = publish(browser, site, file, "链接")
    with phone(browser, site, "(?!)", elsewhere=(THERE,)) as visitor:
        visitor.route(f"{THERE}**", lambda route: route.fulfill(body="<!doctype html><meta charset=utf-8><title>别处</title><h1>别处</h1>"))
        page = sign_in(visitor, site, "teacher")
        page.wait_for_url("**/home")
        page.goto(address)
        expect(page.get_by_role("main")).to_contain_text("lessons.example.org")
        expect(page.get_by_role("main")).to_contain_text("不产生学时")
        no_finding(page, frames=0)
        with visitor.expect_page() as opened:
            page.get_by_role("link", name="离开本站，前往 lessons.example.org").click()
        there = opened.value
        expect(there.get_by_role("heading", name="别处")).to_be_visible()
        assert there.evaluate("[window.opener, document.referrer]") == [None, ""]
        expect(page.get_by_text("已在新窗口中打开")).to_be_visible()
        page.wait_for_timeout(1500)
        assert credited(site) == {}
    assert sound(site)
