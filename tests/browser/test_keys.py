"""Does an office get a key into its hands: on a phone, by keyboard, with a secret that it can take along?"""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_styleguide import sideways
from tests.site import PASSWORD, Site, running


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with running(sqlite_url, tmp_path) as found:
        yield found


def sound(page: Page) -> None:
    """Hold a page to axe, in both widths."""
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert sideways(page) == 0


def test_an_office_gives_a_key_copies_its_secret_and_revokes_it(browser: Browser, site: Site) -> None:
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.address)
    complaints: list[str] = []
    context.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page = context.new_page()
    page.goto(f"{site.address}/records/keys")
    page.fill("input[name=identity]", "office")
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="没有其他系统持有密钥")).to_be_visible()
    page.get_by_role("link", name="发放密钥").click()
    sound(page)

    page.get_by_label("系统名称").fill("省平台")
    page.get_by_label("读取全部学习记录").check()
    page.get_by_role("button", name="发放", exact=True).click()
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    sound(page)
    secret = page.get_by_label("口令（密码）").input_value()
    page.get_by_role("button", name=re.compile("复制.*口令")).click()
    expect(page.get_by_text("已复制：口令（密码）")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret

    key = page.get_by_label("密钥（用户名）").input_value()
    for sent in (secret, "wrong"):
        basic = {"Authorization": f"Basic {base64.b64encode(f'{key}:{sent}'.encode()).decode()}", "X-Experience-API-Version": "1.0.3"}
        assert page.request.post(f"{site.address}/xapi/statements", headers=basic, data={"verb": 1}).status in {400, 401}

    page.get_by_role("link", name="口令已复制").click()
    page.get_by_text("拒绝 2 次").click()
    expect(page.get_by_text("口令错误：1")).to_be_visible()
    expect(page.get_by_role("rowheader", name="省平台")).to_be_visible()
    assert secret not in page.content()
    sound(page)
    page.get_by_role("button", name="撤销", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="撤销“省平台”的密钥？")).to_be_visible()
    sound(page)
    page.get_by_role("button", name="撤销密钥", exact=True).click()
    expect(page.get_by_text("密钥已撤销，最迟十秒后完全失效")).to_be_visible()
    page.get_by_text("已撤销的密钥").first.click()
    sound(page)
    context.close()
    assert complaints == []
