"""Do cmi5 units play in a window of their own, and on another host, and does their time count honestly?"""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, FrameLocator, Page, expect

from courses.package import Package, open_package
from courses.samples import CMI5_SAMPLE
from lms.catalogue.publish import publish
from lms.classes import setup
from lms.classes.models import Enrolment, TrainingClass
from lms.db import transaction
from lms.learning.runtimes.cmi5 import vocabulary as c
from lms.storage import storage
from tests.browser.phone import phone, sign_in
from tests.browser.publishing import no_finding
from tests.browser.studying import credited, sound, statements, wait_for
from tests.servers import web
from tests.site import Site

EXPECTED = "404 \\(NOT FOUND\\)"  # a bookmark that is not there yet, and the picture that a browser asks every host for
MANIFEST = (CMI5_SAMPLE / "cmi5.xml").read_text(encoding="utf-8")


def given(site: Site, file: Path) -> str:
    """Publish a cmi5 package, let the class study it, and return the address of its unit."""
    package = open_package(file)
    assert isinstance(package, Package), package
    with site.app.app_context(), transaction() as session:
        version = publish(session, storage(), package, None, site.app.extensions["clock"]())
        training_class = session.get_one(TrainingClass, session.get_one(Enrolment, site.enrolment_id).class_id)
        setup.bind_course(session, training_class, version, "online")
        return f"{site.address}/learn/{site.enrolment_id}/{version.id}/{package.course.activities[0].key}"


def packed(manifest: str, folder: Path) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("cmi5.xml", manifest)
        for path in (CMI5_SAMPLE / "unit").iterdir():
            archive.write(path, f"unit/{path.name}")
    file = folder / "first.zip"
    file.write_bytes(buffer.getvalue())
    return file


def pass_unit(unit: Page | FrameLocator) -> None:
    """Read all pages and answer every question right."""
    expect(unit.get_by_text("第 1 页，共 4 页")).to_be_visible()
    for _page in range(3):
        unit.get_by_role("button", name="下一页").click()
    unit.get_by_role("button", name="去答题").click()
    for number, right in enumerate((1, 2, 1, 0)):
        unit.locator(f"input[name=q{number}][value='{right}']").check()
    unit.get_by_role("button", name="交答案").click()
    expect(unit.get_by_text("答对 4 道，通过了")).to_be_visible()


def test_a_unit_in_a_window_of_its_own_is_opened_by_its_learner_measured_beside_it_and_credited(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    address = given(site, packed(MANIFEST.replace("AnyWindow", "OwnWindow"), tmp_path))
    with phone(browser, site, EXPECTED) as visitor:
        page = sign_in(visitor, site, "teacher")
        page.wait_for_url("**/home")
        page.goto(address)
        expect(page.locator(".stage")).to_contain_text("单独的窗口")
        expect(page.locator("[data-frame]")).to_be_hidden()
        expect(page.locator("[data-clock-root]")).not_to_have_attribute("data-state", "counting")
        no_finding(page, frames=0)
        with visitor.expect_page() as opened:
            page.get_by_role("button", name="打开单元").click()
        window = opened.value
        pass_unit(window)
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting")
        assert window.evaluate("window.opener") is None
        wait_for(page, lambda: sum(credited(site).values()) > 0, "it earns")
        window.get_by_role("button", name="关闭单元").click()
        expect(page.locator(".stage")).to_contain_text("单元已关闭")
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "unit")
    assert [statements(site, verb) for verb in (c.COMPLETED, c.PASSED, c.TERMINATED)] == [1, 1, 1]
    assert sound(site)


@contextmanager
def elsewhere() -> Iterator[str]:
    """Serve the sample's unit as another site does; yield its address."""
    app = Flask("elsewhere", static_folder=str(CMI5_SAMPLE / "unit"), static_url_path="/unit")
    with web(app) as port:
        yield f"http://127.0.0.1:{port}/unit"


def test_a_unit_on_another_host_plays_in_the_page_and_reports_from_there(browser: Browser, site: Site, tmp_path: Path) -> None:
    with elsewhere() as other:
        file = tmp_path / "cmi5.xml"
        file.write_text(MANIFEST.replace("unit/index.html", f"{other}/index.html"), encoding="utf-8")
        address = given(site, file)
        with phone(browser, site, EXPECTED, elsewhere=(other,)) as visitor:
            page = sign_in(visitor, site, "teacher")
            page.wait_for_url("**/home")
            page.goto(address)
            expect(page.get_by_role("main")).to_contain_text("在另一个网站上")
            pass_unit(page.frame_locator("[data-frame]").frame_locator("iframe"))
            expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting")
            wait_for(page, lambda: sum(credited(site).values()) > 0, "it earns")
        assert [statements(site, verb) for verb in (c.COMPLETED, c.PASSED)] == [1, 1]
    assert sound(site)
