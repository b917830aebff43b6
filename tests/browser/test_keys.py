"""Can an office create a key on a phone and by keyboard, and copy its secret?"""

import base64
import re

from playwright.sync_api import BrowserContext, expect

from tests.browser.phone import sign_in, sound
from tests.site import Site


def test_an_office_gives_a_key_copies_its_secret_and_revokes_it(visitor: BrowserContext, site: Site) -> None:
    visitor.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.address)
    page = sign_in(visitor, site, "office", "/records/keys")
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
    expect(page.get_by_text("密钥已撤销，即刻失效")).to_be_visible()
    page.get_by_text("已撤销的密钥").first.click()
    sound(page)
