"""Publish a single file as a course in a browser, and check its page with axe."""

from pathlib import Path

from playwright.sync_api import Browser, Frame, Page, expect

from lms.catalogue.models import CourseVersion
from lms.classes import setup
from lms.classes.models import Enrolment, TrainingClass
from lms.db import transaction
from tests.browser.axe import violations
from tests.browser.phone import phone, sign_in
from tests.browser.studying import SOON_MS
from tests.browser.traffic import settle
from tests.site import Site

INSIDE = {"rules": {"page-has-heading-one": {"enabled": False}}}  # the page around the frame has it


def publish(browser: Browser, site: Site, file: Path, condition: str) -> str:
    """Upload a file as a trainer, give the course to the class, and return the address of its activity."""
    with phone(browser, site, "nothing") as visitor:
        page = sign_in(visitor, site, "trainer", "/catalogue/upload")
        page.set_input_files("input[type=file]", str(file))
        page.get_by_role("button", name="上传、检查并发布").click()
        page.get_by_role("link", name="打开课程").click(timeout=SOON_MS)
        expect(page.get_by_text(condition)).to_be_visible(timeout=SOON_MS)
    with site.app.app_context(), transaction() as session:
        version = session.query(CourseVersion).filter(CourseVersion.title_zh == file.stem).one()
        training_class = session.get_one(TrainingClass, session.get_one(Enrolment, site.enrolment_id).class_id)
        setup.bind_course(session, training_class, version, "online")
        return f"{site.address}/learn/{site.enrolment_id}/{version.id}/main"


def no_finding(page: Page, frames: int = 1) -> None:
    """Check the page and the `frames` outermost frames inside it with axe, in both widths, light and dark."""
    for width, scheme in ((390, "light"), (1280, "dark")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        places: tuple[Page | Frame, ...] = (page, *page.frames[1 : frames + 1])
        for number, place in enumerate(places):
            settle(place)  # colours change slowly
            assert violations(place, INSIDE if number else {}) == []
    page.emulate_media(color_scheme="light")
