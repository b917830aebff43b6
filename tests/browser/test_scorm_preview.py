"""Does a SCORM package play in a trainer's preview, with its units, its place and its completion, and is nothing of it stored?"""

from pathlib import Path

from playwright.sync_api import Browser, expect
from sqlalchemy import func, select

from lms.db import database
from lms.learning.models import ActivityState, Launch
from tests.browser.own_content import give_package
from tests.browser.phone import phone, sign_in
from tests.browser.studying import SOON_MS
from tests.scorm_packages import lesson, two_units
from tests.site import Site


def test_a_trainer_tries_a_package_which_starts_from_the_beginning_each_time(browser: Browser, site: Site, tmp_path: Path) -> None:
    _address, one = give_package(site, tmp_path, lesson(), "one.zip")
    _address, two = give_package(site, tmp_path, two_units(), "two.zip")
    with phone(browser, site, "nothing") as context:
        page = sign_in(context, site, "trainer", f"/catalogue/courses/{one}/versions/1/main")
        frame = page.frame_locator("[data-frame]")
        unit = frame.frame_locator("iframe")
        reports = page.locator("[data-reports]")
        expect(unit.get_by_text("|ab-initio")).to_be_visible(timeout=SOON_MS)
        unit.get_by_role("button", name="下一页").click()
        page.frames[1].evaluate("location.reload()")
        expect(unit.get_by_text("读到1|resume")).to_be_visible(timeout=SOON_MS)  # as long as the page is open
        unit.get_by_role("button", name="交卷").click()
        expect(reports).to_contain_text("完成 (90%) → 完成通过 (90%) → 通过", timeout=SOON_MS)
        expect(page.locator("[data-met]")).to_have_text("条件已满足。")
        expect(frame.get_by_text("这是预览，进度不保存")).to_be_visible(timeout=SOON_MS)
        page.reload()
        expect(unit.get_by_text("|ab-initio")).to_be_visible(timeout=SOON_MS)

        page.goto(f"{site.address}/catalogue/courses/{two}/versions/1/main")
        expect(frame.get_by_role("button", name="目录：甲（1/2）")).to_be_visible(timeout=SOON_MS)
        unit.get_by_role("button", name="完成").click()
        expect(frame.get_by_role("button", name="目录：乙（2/2）")).to_be_visible(timeout=SOON_MS)  # where the first asks to go on
        expect(reports).to_be_hidden()
        unit.get_by_role("button", name="完成").click()
        expect(reports).to_contain_text("完成 (50%) → 完成", timeout=SOON_MS)
    with site.app.app_context(), database().reader() as session:
        assert [session.scalar(select(func.count()).select_from(kept)) for kept in (Launch, ActivityState)] == [0, 0]
