"""Are the reasons for a line of hours loaded on a weak network?"""

import threading

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.phone import phone, sign_in
from tests.site import Site

ANSWERED = "已学时长"


def transcript(page: Page, site: Site) -> Page:
    page.wait_for_load_state()
    page.goto(f"{site.address}/transcript/{site.enrolment_id}", wait_until="commit")
    page.locator("details.transcript-line summary").first.click()
    return page


def test_a_line_that_is_opened_before_the_scripts_are_there_is_explained_when_they_are(browser: Browser, site: Site) -> None:
    with phone(browser, site, "nothing") as context:
        page = sign_in(context, site, "teacher")
        held: list[Route] = []
        released = threading.Event()

        def hold(route: Route) -> None:
            if released.is_set():
                route.continue_()
            else:
                held.append(route)

        page.route("**/*.js*", hold)
        line = transcript(page, site).locator("details.transcript-line").first
        page.wait_for_timeout(300)
        assert held
        released.set()
        for route in held:
            route.continue_()
        expect(line).to_contain_text(ANSWERED)


def test_reasons_that_did_not_come_are_asked_for_again(browser: Browser, site: Site) -> None:
    with phone(browser, site, "ERR_FAILED|htmx:") as context:
        page = sign_in(context, site, "teacher")
        page.route("**/why/**", lambda route: route.abort())
        line = transcript(page, site).locator("details.transcript-line").first
        expect(page.locator(".toast-error")).to_be_visible()
        page.unroute("**/why/**")
        line.locator("summary").first.click()
        line.locator("summary").first.click()
        expect(line).to_contain_text(ANSWERED)
