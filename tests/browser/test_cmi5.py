"""A cmi5 package from its upload to credited hours: imported, played, resumed, failed, passed, satisfied."""

from playwright.sync_api import Browser, FrameLocator, Page, expect

from courses.samples import CMI5_SAMPLE
from lms.catalogue.models import Course, CourseVersion
from lms.catalogue.publish import outline_of
from lms.classes import setup
from lms.classes.models import Enrolment, TrainingClass
from lms.db import transaction
from lms.learning.runtimes.cmi5 import vocabulary as c
from tests.browser.own_content import packed
from tests.browser.phone import phone, sign_in
from tests.browser.publishing import no_finding
from tests.browser.studying import SOON_MS, credited, sound, statements, wait_for
from tests.site import Site

# A unit asks for a bookmark that is not there yet, which xAPI answers with 404: browsers log it.
EXPECTED = "404 \\(NOT FOUND\\)"


def test_a_cmi5_unit_is_uploaded_played_resumed_passed_and_credited(browser: Browser, site: Site) -> None:
    with phone(browser, site, EXPECTED) as visitor:
        page = sign_in(visitor, site, "trainer", "/catalogue/upload")
        page.set_input_files("input[type=file]", {"name": "first.zip", "mimeType": "application/zip", "buffer": packed(CMI5_SAMPLE)})
        page.get_by_role("button", name="上传、检查并发布").click()
        page.get_by_role("link", name="打开课程").click(timeout=SOON_MS)
        expect(page.get_by_role("main")).to_contain_text("从进门到第一个问题")
    address = given_to_the_class(site)
    with phone(browser, site, EXPECTED) as visitor:
        page = sign_in(visitor, site, "teacher")
        page.goto(address)
        unit = inside(page)
        expect(unit.get_by_text("第 1 页，共 4 页")).to_be_visible()
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting")
        no_finding(page, frames=2)
        unit.get_by_role("button", name="下一页").click()
        unit.get_by_role("button", name="下一页").click()
        expect(unit.get_by_text("第 3 页，共 4 页")).to_be_visible()

        page.reload()  # a new session: the one before is abandoned, the place is kept
        expect(unit.get_by_text("第 3 页，共 4 页")).to_be_visible()
        answer(unit, right=1)
        expect(unit.get_by_text("答对 1 道，还差一点")).to_be_visible()
        unit.get_by_role("button", name="关闭单元").click()

        again = page.locator("[data-unit-open]")
        expect(again).to_be_visible()
        expect(page.locator(".stage")).to_contain_text("单元已关闭")
        expect(page.locator("[data-frame]")).to_be_hidden()  # no empty box stands where the unit was
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "unit")
        assert not credited(site)
        again.click()
        answer(unit, right=4)
        expect(unit.get_by_text("答对 4 道，通过了")).to_be_visible()
        wait_for(page, lambda: statements(site, c.SATISFIED) == 2, "the block and the course are satisfied")
        wait_for(page, lambda: sum(credited(site).values()) > 0, "it earns")
        unit.get_by_role("button", name="关闭单元").click()
        expect(again).to_be_visible()
    assert [statements(site, verb) for verb in (c.ABANDONED, c.FAILED, c.COMPLETED, c.PASSED, c.TERMINATED)] == [1, 1, 1, 1, 2]
    assert sound(site)


def inside(page: Page) -> FrameLocator:
    """The unit's own page, in the frame inside our frame."""
    return page.frame_locator("[data-frame]").frame_locator("iframe")


def answer(unit: FrameLocator, *, right: int) -> None:
    """Read on to the questions, and answer the first ones right."""
    while not unit.get_by_role("button", name="交答案").is_visible():
        unit.get_by_role("button", name="下一页").or_(unit.get_by_role("button", name="去答题")).or_(
            unit.get_by_role("button", name="交答案")
        ).first.wait_for()
        for name in ("下一页", "去答题"):
            if unit.get_by_role("button", name=name).is_visible():
                unit.get_by_role("button", name=name).click()
                break
    for number, correct in enumerate((1, 2, 1, 0)):
        value = correct if number < right else (correct + 1) % 3
        unit.locator(f"input[name=q{number}][value='{value}']").check()
    unit.get_by_role("button", name="交答案").click()


def given_to_the_class(site: Site) -> str:
    """Let the class study the uploaded course; return the address of its unit."""
    with site.app.app_context(), transaction() as session:
        version = session.query(CourseVersion).join(Course).filter(Course.code.like("first-%")).one()
        enrolment = session.get_one(Enrolment, site.enrolment_id)
        setup.bind_course(session, session.get_one(TrainingClass, enrolment.class_id), version, "online")
        (activity,) = outline_of(version).activities
        return f"{site.address}/learn/{site.enrolment_id}/{version.id}/{activity.key}"
