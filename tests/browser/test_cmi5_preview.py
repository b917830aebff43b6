"""Does a cmi5 unit play in a trainer's preview, does the page say what it sent, and does the site keep nothing of it?"""

from playwright.sync_api import Browser, expect
from sqlalchemy import func, select

from courses.samples import CMI5_SAMPLE
from lms.db import database
from lms.learning.models import Cmi5Session, Launch
from tests.browser.own_content import packed
from tests.browser.phone import phone, sign_in
from tests.browser.publishing import no_finding
from tests.browser.studying import SOON_MS
from tests.site import Site
from xapi.storage.models import DocumentRow, StatementRow


def test_a_trainer_tries_a_unit_in_both_modes_and_sees_what_it_sent(browser: Browser, site: Site) -> None:
    with phone(browser, site, "404 \\(NOT FOUND\\)") as context:  # a unit asks for a bookmark that is not there yet
        page = sign_in(context, site, "trainer", "/catalogue/upload")
        page.set_input_files("input[type=file]", {"name": "first.zip", "mimeType": "application/zip", "buffer": packed(CMI5_SAMPLE)})
        page.get_by_role("button", name="上传、检查并发布").click()
        page.get_by_role("link", name="打开课程").click(timeout=SOON_MS)
        page.get_by_role("link", name="从进门到第一个问题").click()
        unit = page.frame_locator("[data-frame]").frame_locator("iframe")
        reports = page.locator("[data-reports]")
        expect(unit.get_by_text("第 1 页，共 4 页")).to_be_visible(timeout=SOON_MS)
        expect(reports).to_contain_text("initialized → 已接受", timeout=SOON_MS)
        no_finding(page, frames=2)

        page.get_by_label("让单元记录结果").check()
        expect(unit.get_by_text("第 1 页，共 4 页")).to_be_visible(timeout=SOON_MS)  # it begins again
        while not unit.get_by_role("button", name="交答案").is_visible():
            unit.get_by_role("button", name="下一页").or_(unit.get_by_role("button", name="去答题")).click()
        for number, right in enumerate((1, 2, 1, 0)):
            unit.locator(f"input[name=q{number}][value='{right}']").check()
        unit.get_by_role("button", name="交答案").click()
        expect(reports).to_contain_text("passed → 通过", timeout=SOON_MS)
        expect(page.locator("[data-met]")).to_have_text("条件已满足。")
        unit.get_by_role("button", name="关闭单元").click()
        expect(page.locator(".stage")).to_contain_text("单元已关闭", timeout=SOON_MS)
        expect(reports).to_contain_text("terminated → 已接受")
    with site.app.app_context(), database().reader() as session:
        kept = (Launch, Cmi5Session, StatementRow, DocumentRow)
        assert [session.scalar(select(func.count()).select_from(one)) for one in kept] == [0, 0, 0, 0]
