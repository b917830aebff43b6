"""Can an office look after its forwards on a phone and by keyboard?"""

import uuid

from flask import Flask
from playwright.sync_api import BrowserContext, expect

from lms.db import transaction
from lms.federation.forwarding import turns
from lms.federation.forwarding.models import Forward
from tests.browser.phone import sign_in, sound
from tests.site import Site
from xapi.storage.viewer_queries import StoredStatement


def refuse_one(app: Flask) -> None:
    """Let the forward have a refused statement."""
    with app.app_context(), transaction() as session:
        forward = session.get_one(Forward, 1)
        seen = StoredStatement(uuid.uuid4(), app.extensions["clock"](), 1, voided=False, text="{}")
        turns.bury(session, forward, seen, "HTTP 400: statements[0].verb: is missing", app.extensions["clock"]())


def test_an_office_adds_a_forward_mends_it_and_removes_it(visitor: BrowserContext, site: Site) -> None:
    page = sign_in(visitor, site, "office", "/records/forwarding")
    expect(page.get_by_role("heading", name="没有向其他记录库转发")).to_be_visible()
    sound(page)
    page.get_by_role("link", name="添加转发").click()
    page.get_by_label("记录库名称").fill("省平台")
    page.get_by_label("记录库地址").fill("http://lrs.invalid/xapi")
    page.get_by_label("密钥（用户名）").fill("key")
    page.get_by_label("口令（密码）").fill("secret")
    page.get_by_role("button", name="添加转发").click()
    expect(page.get_by_text("必须以 https:// 开头").first).to_be_visible()
    sound(page)
    page.get_by_label("记录库地址").fill("https://lrs.invalid/xapi")
    page.get_by_label("口令（密码）").fill("secret")
    page.get_by_role("button", name="添加转发").click()
    expect(page.get_by_text("从现在起向那里发送学习记录")).to_be_visible()
    sound(page)
    refuse_one(site.app)
    page.get_by_role("link", name="省平台").click()
    expect(page.get_by_text("statements[0].verb: is missing")).to_be_visible()
    sound(page)
    page.get_by_role("button", name="再试一次", exact=True).press("Enter")
    expect(page.get_by_text("将重新发送 1 条记录")).to_be_visible()
    page.get_by_role("button", name="暂停").click()
    expect(page.get_by_text("有人暂停了它")).to_be_visible()
    page.get_by_role("button", name="移除", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="删除这个转发？")).to_be_visible()
    sound(page)
    page.get_by_role("button", name="删除转发").click()
    expect(page.get_by_role("heading", name="没有向其他记录库转发")).to_be_visible()
