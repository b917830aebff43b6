"""A PDF from the upload to the account: imported by a trainer, read on a phone, left and opened again, completed, credited."""

import json
from pathlib import Path

import typst
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FrameLocator, Page, expect

from lms import vocabulary as v
from lms.catalogue.models import CourseVersion
from lms.classes import setup
from lms.classes.models import Enrolment, TrainingClass
from lms.db import database, transaction
from lms.transcripts.pdf import FONTS
from tests.browser.phone import phone, sign_in
from tests.browser.test_journey import SOON_MS, content, credited, statements, wait_for
from tests.site import Site

INSIDE = {"rules": {"page-has-heading-one": {"enabled": False}}}  # the page around the frame has it
PAGES = ("先到校门口看一遍。", "再看宿舍的窗和门。", "最后写下三件事。")


def write_pdf(path: Path) -> Path:
    """Write a Chinese PDF of three pages."""
    text = "#pagebreak()\n".join(f"= 第{number}件\n\n{words}\n" for number, words in enumerate(PAGES, 1))
    source = path.with_suffix(".typ")
    source.write_text('#set text(font: "Noto Sans SC", lang: "zh", size: 14pt)\n#set page(paper: "a5")\n' + text, encoding="utf-8")
    path.write_bytes(typst.compile(str(source), font_paths=[str(FONTS)], ignore_system_fonts=True))
    return path


def publish(browser: Browser, site: Site, file: Path, condition: str) -> str:
    """Upload a file as a trainer, give the course to the class, and return the address of its activity."""
    with phone(browser, site, "nothing") as visitor:
        page = sign_in(visitor, site, "trainer", "/catalogue/upload")
        page.set_input_files("input[type=file]", str(file))
        page.get_by_role("button", name="检查并发布").click()
        expect(page.get_by_text(condition)).to_be_visible(timeout=SOON_MS)
    with site.app.app_context(), transaction() as session:
        version = session.query(CourseVersion).filter(CourseVersion.title_zh == file.stem).one()
        training_class = session.get_one(TrainingClass, session.get_one(Enrolment, site.enrolment_id).class_id)
        setup.bind_course(session, training_class, version, "online")
        return f"{site.address}/learn/{site.enrolment_id}/{version.id}/main"


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
        with page.expect_download() as download:
            page.get_by_role("link", name="下载文件").click()
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
        no_finding(page)


def no_finding(page: Page) -> None:
    """Check the page and the frame inside with axe, in both widths."""
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(500)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        inside = Axe().run(page.frames[1], options=INSIDE)  # type: ignore[arg-type]
        assert inside.violations_count == 0, inside.generate_report()
