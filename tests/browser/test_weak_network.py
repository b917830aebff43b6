"""Is a person's work kept while the network is down or they are withdrawn from the class?"""

from collections.abc import Iterator

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from lms.classes.models import Enrolment
from lms.db import transaction
from lms.learning.models import Launch
from tests.browser.phone import phone, sign_in
from tests.browser.studying import EXPECTED, completions, content, read_to_the_end, read_without_a_network, sound, wait_for
from tests.servers import web
from tests.site import Site

WRONG = {
    "the network breaks in the middle of the answer": Response('{"state":', headers={"Content-Length": "100"}),
    "another page answers": Response("<!doctype html><title>Wi-Fi</title>"),
}


@pytest.fixture(params=WRONG)
def wrong(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server whose answers are not those that the product gives."""
    answering = Flask("wrong")
    answering.add_url_rule("/", view_func=lambda: WRONG[request.param], methods=["POST"])
    with web(answering) as port:
        yield f"http://127.0.0.1:{port}/"


def test_work_of_a_person_who_was_withdrawn_while_offline_waits_and_arrives_after_they_return(browser: Browser, site: Site) -> None:
    with phone(browser, site, f"{EXPECTED}|401|403|410") as visitor:
        page = sign_in(visitor, site, "teacher")
        page.goto(site.learn("reading"))
        expect(content(page).get_by_label("听孩子说")).to_be_visible()
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting")
        visitor.set_offline(True)
        read_without_a_network(page)
        set_status(site, "withdrawn")
        visitor.set_offline(False)
        expect(page.locator("[data-refused]")).to_contain_text("已保存在本机。您目前的参训状态不能学习")
        assert completions(site) == (0, 0)
        set_status(site, "confirmed")
        page.reload()
        wait_for(page, lambda: completions(site) == (1, 1), "the completion arrives")
        expect(page.locator("[data-refused]")).to_be_hidden()
    assert sound(site)


def set_status(site: Site, status: str) -> None:
    """Set a teacher's place in the class, and end what they had open, as the sweeper does."""
    with site.app.app_context(), transaction() as session:
        session.get_one(Enrolment, site.enrolment_id).status = status
        session.execute(update(Launch).values(ended_at=site.app.extensions["clock"](), live=False))


def test_an_activity_that_could_not_be_opened_opens_when_the_network_is_back(browser: Browser, site: Site) -> None:
    with phone(browser, site, EXPECTED) as visitor:
        page = sign_in(visitor, site, "teacher")
        visitor.route("**/learn/open", lambda route: route.abort("internetdisconnected"))
        page.goto(site.learn("reading"))
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "offline")
        visitor.unroute("**/learn/open")
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting")


def test_a_beat_that_got_no_whole_answer_is_sent_again(browser: Browser, site: Site, wrong: str) -> None:
    with phone(browser, site, "ERR_CONTENT_LENGTH_MISMATCH") as visitor:
        page = sign_in(visitor, site, "teacher")
        page.goto(site.learn("reading"))
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting")
        visitor.route("**/learn/beat", lambda route: route.continue_(url=wrong))
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "offline")
        visitor.unroute("**/learn/beat")
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting")


def test_what_another_page_took_is_still_sent_to_the_server(browser: Browser, site: Site) -> None:
    with phone(browser, site, "(?!)") as visitor:
        page = sign_in(visitor, site, "teacher")
        page.goto(site.learn("reading"))
        expect(content(page).get_by_label("听孩子说")).to_be_visible()
        visitor.route("**/xapi/statements", lambda route: route.fulfill(body="<!doctype html>"))
        with page.expect_response("**/xapi/statements"):
            read_to_the_end(page)
        visitor.unroute("**/xapi/statements")
        wait_for(page, lambda: completions(site) == (1, 1), "the completion arrives")
