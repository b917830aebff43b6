"""Does a large file arrive from a weak line: broken off, continued after the page was closed, published?"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Browser, Request, Route, expect

from tests.browser.phone import phone, sign_in, sound
from tests.browser.studying import SOON_MS
from tests.site import Site, running, write_course

BUTTON = "上传、检查并发布"
NOTES = 3_000_000  # bytes that do not become fewer when they are packed


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with running(sqlite_url, tmp_path) as found:
        yield found


def packed(folder: Path, target: Path) -> Path:
    """Zip a course as another one, with large notes that are not served."""
    (folder / "course.json").write_text((folder / "course.json").read_text("utf-8").replace('"journey"', '"from-afar"'), "utf-8")
    with zipfile.ZipFile(target, "w") as archive:
        for file in folder.rglob("*"):
            if file.is_file():
                archive.write(file, file.relative_to(folder).as_posix())
        archive.writestr("notes.txt", Random(1).randbytes(NOTES))
    return target


def test_an_upload_that_broke_off_goes_on_after_the_page_was_closed_and_is_published(browser: Browser, site: Site, tmp_path: Path) -> None:
    file = packed(write_course(tmp_path / "afar"), tmp_path / "远程.zip")
    offsets: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            offsets.append(int(request.headers["upload-offset"]))

    def lose_line(route: Route) -> None:
        if route.request.method == "PATCH" and len(offsets) > 1:
            route.abort()
        else:
            route.continue_()

    with phone(browser, site, "ERR_FAILED|Failed to load resource") as visitor:
        page = sign_in(visitor, site, "trainer", "/catalogue/upload")
        page.on("request", note)
        page.route("**/catalogue/tus/*", lose_line)
        page.set_input_files("input[type=file]", str(file))
        page.get_by_role("button", name=BUTTON).click()
        expect(page.get_by_text("网络中断")).to_be_visible(timeout=SOON_MS)
        page.get_by_role("button", name="暂停").click()
        expect(page.get_by_text("已暂停")).to_be_visible()
        page.close()

        page = visitor.new_page()
        page.on("request", note)
        page.goto(f"{site.address}/catalogue/upload")
        expect(page.get_by_text("未传完")).to_be_visible()
        sound(page)
        offsets.clear()
        page.route(
            re.compile("/catalogue/uploads/[^/]+$"), lambda route: route.abort(), times=1
        )  # the connection is lost once all has arrived
        page.set_input_files("input[type=file]", str(file))
        page.get_by_role("button", name=BUTTON).click()
        page.get_by_role("link", name="打开课程").click(timeout=SOON_MS)
        expect(page.get_by_role("link", name="远程.zip")).to_be_visible()
        assert min(offsets) > 0, "what had arrived was not sent again"
        page.goto(f"{site.address}/catalogue/upload")
        expect(page.get_by_text("检查合格，已发布。")).to_be_visible()
        sound(page)
