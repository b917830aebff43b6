"""A PDF from the upload to the account: imported by a trainer, read on a phone, left and opened again, completed, credited."""

import json
from pathlib import Path

import typst
from playwright.sync_api import Browser, FrameLocator, expect

from lms import vocabulary as v
from lms.db import database
from lms.printing.typesetting import FONT_FOLDERS
from tests.browser.phone import phone, sign_in
from tests.browser.publishing import no_finding, publish
from tests.browser.studying import SOON_MS, content, credited, statements, wait_for
from tests.site import Site

PAGES = ("先到校门口看一遍。", "再看宿舍的窗和门。", "最后写下三件事。")


def write_pdf(path: Path) -> Path:
    """Write a Chinese PDF of three pages."""
    text = "#pagebreak()\n".join(f"= 第{number}件\n\n{words}\n" for number, words in enumerate(PAGES, 1))
    source = path.with_suffix(".typ")
    source.write_text('#set text(font: "Noto Sans SC", lang: "zh", size: 14pt)\n#set page(paper: "a5")\n' + text, encoding="utf-8")
    path.write_bytes(typst.compile(str(source), font_paths=[*FONT_FOLDERS], ignore_system_fonts=True))
    return path


def expect_page(frame: FrameLocator, number: int) -> None:
    """The page is drawn, and its text lies over it to be selected."""
    expect(frame.locator(".textLayer")).to_contain_text(PAGES[number - 1].removesuffix("。"), timeout=SOON_MS)
    expect(frame.locator("canvas[role=img]")).to_have_attribute("aria-label", f"第 {number} 页，共 3 页")
    expect(frame.get_by_label("页码")).to_have_value(str(number))


def pages_stated(site: Site) -> list[str]:
    """Return what the record store was told of seen pages, in order."""
    with site.app.app_context(), database().engine.connect() as connection:
        texts = connection.exec_driver_sql("SELECT text FROM xapi_statement ORDER BY stored").scalars()
        results = [json.loads(text).get("result", {}).get("extensions", {}) for text in texts]
    return [one[v.PAGES_SEEN] for one in results if v.PAGES_SEEN in one]


def test_a_pdf_is_read_on_a_phone_left_opened_again_at_its_page_completed_and_credited(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    address = publish(browser, site, write_pdf(tmp_path / "开学检查.pdf"), "看完每一页")
    with phone(browser, site, "nothing") as visitor:
        page = sign_in(visitor, site, "teacher")
        page.goto(address)
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting", timeout=SOON_MS)
        frame = content(page)
        expect_page(frame, 1)
        expect(frame.get_by_text("已看 1 / 3 页")).to_be_visible(timeout=SOON_MS)
        frame.get_by_role("button", name="下一页").last.click()
        expect_page(frame, 2)
        expect(frame.get_by_text("已看 2 / 3 页")).to_be_visible(timeout=SOON_MS)
        assert statements(site, v.COMPLETED) == 0
        page.goto(site.address)

        page.goto(address)
        expect_page(frame, 2)
        expect(frame.get_by_text("已看 2 / 3 页")).to_be_visible(timeout=SOON_MS)
        frame.get_by_role("group", name="第 2 页，共 3 页").press("ArrowRight")
        expect_page(frame, 3)
        expect(frame.get_by_text("全部页面都已看过。")).to_be_visible(timeout=SOON_MS)
        wait_for(page, lambda: any(credited(site).values()), "presence is credited, because every page was seen")
        assert pages_stated(site)[-1] == "1-3"
        page.get_by_role("button", name="课程大纲").click()
        page.get_by_role("button", name="第 1 页，已看").click()  # of the list of pages
        expect_page(frame, 1)
        with page.expect_download() as download:
            page.get_by_role("link", name="下载文件").click()
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
        no_finding(page)
