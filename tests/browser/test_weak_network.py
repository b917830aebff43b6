"""Is a person's work kept while the network is down or they are withdrawn from the class?"""

from playwright.sync_api import Browser, expect
from sqlalchemy import update

from lms import vocabulary as v
from lms.classes.models import Enrolment
from lms.db import transaction
from lms.learning.models import Launch
from tests.browser.phone import phone, sign_in
from tests.browser.test_journey import EXPECTED, content, read_to_the_end, sound, statements, wait_for
from tests.site import Site


def test_work_of_a_person_who_was_withdrawn_while_offline_waits_and_arrives_after_they_return(browser: Browser, site: Site) -> None:
    with phone(browser, site, f"{EXPECTED}|401|403|410") as visitor:
        page = sign_in(visitor, site, "teacher")
        page.goto(site.learn("reading"))
        expect(content(page).get_by_label("听孩子说")).to_be_visible()
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting")
        visitor.set_offline(True)
        read_to_the_end(page)
        set_status(site, "withdrawn")
        visitor.set_offline(False)
        expect(page.locator("[data-refused]")).to_contain_text("已保存在本机。您目前的参训状态不能学习")
        assert statements(site, v.COMPLETED) == 0
        set_status(site, "confirmed")
        page.reload()
        wait_for(page, lambda: statements(site, v.COMPLETED) == 1, "the completion arrives")
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
