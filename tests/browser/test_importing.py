"""Can an office begin an import on a phone and see what could not be taken?"""

from flask import Flask
from playwright.sync_api import BrowserContext, expect

from lms.db import transaction
from lms.federation.importing.models import StatementSetAside
from tests.browser.phone import sign_in, sound
from tests.site import Site

REASON = "statement.verb.id: must be an absolute IRI"


def put_one_aside(app: Flask) -> None:
    """Let the import have a statement that could not be taken."""
    with app.app_context(), transaction() as session:
        text = '{"id":"6d1f6c3e-0000-4000-8000-000000000001","verb":{"id":"done"},"object":{"id":"' + "x" * 300 + '"}}'
        at = app.extensions["clock"]()
        session.add(
            StatementSetAside(
                import_id=1, sha256="0" * 64, statement_id="6d1f6c3e-0000-4000-8000-000000000001", reason=REASON, text=text, at=at
            )
        )


def test_an_office_begins_an_import_stops_it_and_looks_at_what_was_put_aside(visitor: BrowserContext, site: Site) -> None:
    page = sign_in(visitor, site, "office", "/records/import")
    expect(page.get_by_role("heading", name="没有从其他记录库导入")).to_be_visible()
    sound(page)
    page.get_by_role("link", name="开始新的导入").click()
    page.get_by_label("记录库地址").fill("http://lrs.invalid/xapi")
    page.get_by_label("密钥（用户名）").fill("key")
    page.get_by_label("口令（密码）").fill("secret")
    page.get_by_role("button", name="开始导入").click()
    expect(page.get_by_text("必须以 https:// 开头").first).to_be_visible()
    sound(page)
    page.get_by_label("记录库地址").fill("https://lrs.invalid/xapi")
    page.get_by_label("口令（密码）").fill("secret")
    page.get_by_role("button", name="开始导入").click()
    expect(page.get_by_text("导入已开始")).to_be_visible()
    sound(page)
    put_one_aside(site.app)
    page.get_by_role("button", name="停止").press("Enter")
    expect(page.get_by_text("已导入的记录保留，可以从这里继续")).to_be_visible()
    page.get_by_text("程序的原始说明").last.click()
    expect(page.get_by_text(REASON)).to_be_visible()
    page.get_by_text("显示", exact=True).click()
    sound(page)
    page.get_by_role("button", name="继续", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="继续")).to_be_visible()
    sound(page)
    page.keyboard.press("Escape")
    page.goto(f"{site.address}/records/import")
    expect(page.get_by_role("link", name="https://lrs.invalid/xapi")).to_be_visible()
    sound(page)
