"""Does no time count before content is visible, are learners told why, and does the trainer learn of it?"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from lms import vocabulary as v
from lms.catalogue import contents
from lms.db import transaction
from lms.storage import storage
from tests.browser.own_content import give
from tests.browser.phone import phone, sign_in
from tests.browser.studying import content, statements, trainer_reads
from tests.site import FILM, Site

# Draws nothing until it is told to.
SCRIPT = """
window.TEST = { Blank: function () { this.attach = function ($box) { window.draw = () => $box.append("<p>有了</p>"); }; } };
"""


def expect_state(page: Page, state: str) -> None:
    expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", state)


def test_a_blank_box_counts_nothing_until_something_is_drawn_and_its_trainer_is_told(browser: Browser, site: Site, tmp_path: Path) -> None:
    address = give(site, tmp_path / "others", "blank", SCRIPT, {"minutes": 2})
    with phone(browser, site, "nothing") as visitor:
        page = sign_in(visitor, site, "teacher")
        page.goto(address)
        expect_state(page, "failed")
        expect(page.locator("[data-problem]")).to_contain_text("没有显示出任何东西")
        assert page.inner_text("[data-clock=counted]") == "0 分钟"
        content(page).locator("body").evaluate("() => window.draw()")
        expect_state(page, "counting")
        expect(page.locator("[data-problem]")).to_be_hidden()
        page.goto(site.address)
    trainer_reads(browser, site, "others", "没有显示", "Chrome", "1")


def test_a_film_that_the_browser_cannot_play_counts_nothing_and_nobody_blames_the_network(browser: Browser, site: Site) -> None:
    with site.app.app_context(), transaction() as session:
        sha256 = session.connection().exec_driver_sql("SELECT package_sha256 FROM course_version").scalar_one()
        (name, _size) = contents.find(storage(), str(sha256), "media/film.webm") or ("", 0)
        storage().put(name, FILM.read_bytes().replace(b"V_VP", b"V_XX"))
    with phone(browser, site, "nothing") as visitor:
        page = sign_in(visitor, site, "teacher")
        page.goto(site.learn("film"))
        expect_state(page, "failed")
        expect(page.locator("[data-problem]")).to_contain_text("无法播放")
        expect(page.locator("[data-problem]")).not_to_contain_text("网络")
        page.goto(site.address)
    assert statements(site, v.PRESENT) == 0
    trainer_reads(browser, site, "journey", "media/film.webm")


def test_content_that_the_network_breaks_is_asked_for_again_and_counts_when_it_shows(browser: Browser, site: Site) -> None:
    with phone(browser, site, "ERR_CONNECTION_REFUSED|reading 'H5P'") as visitor:
        page = sign_in(visitor, site, "teacher")
        visitor.route("**/vendor/h5p/main.bundle.js", lambda route: route.abort("connectionrefused"))
        visitor.route("**/activities/reading/h5p.json", lambda route: route.abort("connectionrefused"))
        page.goto(site.learn("reading"))
        expect_state(page, "failed")
        expect(page.locator("[data-problem]")).to_contain_text("网络中断")
        visitor.unroute("**/vendor/h5p/main.bundle.js")
        visitor.unroute("**/activities/reading/h5p.json")
        expect_state(page, "counting")
        expect(page.locator("[data-problem]")).to_be_hidden()
        page.goto(site.address)
    with site.app.app_context(), transaction() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM content_failure").scalar_one() == 0


@pytest.mark.parametrize("script", ["vendor/h5p/main.bundle.js", "h5p-frame.js"])
def test_a_frame_that_is_faster_than_its_page_is_heard_when_the_page_listens(browser: Browser, site: Site, script: str) -> None:
    def is_known(request: Request) -> bool:  # the frame asks why a script did not come before it speaks
        return request.method == "HEAD" and request.url.endswith(script)

    with phone(browser, site, "ERR_CONNECTION_REFUSED|reading 'H5P'") as visitor:
        page = sign_in(visitor, site, "teacher")
        visitor.route(f"**/player/*/{script}", lambda route: route.abort("connectionrefused"))
        held: list[Route] = []
        visitor.route("**/js/player/shell.js*", lambda route: held.extend([route]))
        with page.expect_event("requestfailed", is_known):
            page.goto(site.learn("reading"), wait_until="commit")
        page.wait_for_timeout(500)
        visitor.unroute(f"**/player/*/{script}")
        held[0].continue_()
        expect(page.locator("[data-problem]")).to_contain_text("网络中断")
        expect_state(page, "counting")


def test_content_that_moves_by_itself_keeps_nobody_present_longer_than_ten_minutes(browser: Browser, site: Site) -> None:
    moving = "() => setInterval(() => dispatchEvent(new Event('pointermove')), 1000)"
    with phone(browser, site, "410") as visitor:
        page = sign_in(visitor, site, "teacher")
        page.clock.install()
        page.goto(site.learn("reading"))
        expect_state(page, "counting")
        content(page).locator("body").evaluate(moving)
        for _ in range(12):
            page.clock.run_for(50_000)
        expect_state(page, "alone")
        expect(page.locator("[data-clock=reason]")).to_contain_text("十分钟")
        content(page).get_by_label("听孩子说").check()
        page.clock.run_for(2_000)
        expect_state(page, "counting")
