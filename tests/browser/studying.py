"""Study in the player's page as a teacher does, and ask the server for the result."""

import json

from playwright.sync_api import Browser, FrameLocator, Page, expect

from lms import vocabulary as v
from lms.crediting.account import credited_by_activity
from lms.crediting.verify import verify
from lms.db import database
from tests.browser.phone import phone, sign_in
from tests.site import Site

SOON_MS = 20_000

EXPECTED = "ERR_INTERNET_DISCONNECTED|409 \\(CONFLICT\\)"  # no network, and a page that lost the lease: browsers log both


def content(page: Page) -> FrameLocator:
    return page.frame_locator("[data-frame]")


def credited(site: Site) -> dict[str, int]:
    with site.app.app_context(), database().reader() as session:
        return {name: seconds for name, seconds in credited_by_activity(session, site.enrolment_id).items() if seconds}


def read_to_the_end(page: Page) -> None:
    frame = content(page)
    frame.get_by_label("听孩子说").check()
    frame.get_by_role("button", name="提交答案").click()
    expect(frame.get_by_text("答对了")).to_be_visible()
    frame.get_by_role("button", name="下一页").click()
    expect(frame.get_by_text("本篇已读完")).to_be_visible()


def read_without_a_network(page: Page) -> None:
    """Answer and turn the page; the server judges the answer when it can be reached."""
    frame = content(page)
    frame.get_by_label("听孩子说").check()
    frame.get_by_role("button", name="提交答案").click()
    expect(frame.get_by_text("正在提交")).to_be_visible()
    frame.get_by_role("button", name="下一页").click()
    expect(frame.get_by_text("还有思考题没有答对")).to_be_visible()


def wait_for(page: Page, true: object, what: str) -> None:
    for _ in range(SOON_MS // 200):
        if true():  # type: ignore[operator]
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"not within {SOON_MS} ms: {what}")


def sound(site: Site) -> bool:
    with site.app.app_context(), database().reader() as session:
        return not [finding for checked in verify(session) for finding in checked.findings]


def statements(site: Site, verb: str) -> int:
    with site.app.app_context(), database().engine.connect() as connection:
        texts = connection.exec_driver_sql("SELECT text FROM xapi_statement").scalars()
        return sum(json.loads(text)["verb"]["id"] == verb for text in texts)


def completions(site: Site) -> tuple[int, int]:
    """Return how often a content said that it is completed, and how often the site stated it because every check was judged right."""
    with site.app.app_context(), database().engine.connect() as connection:
        found = [json.loads(text) for text in connection.exec_driver_sql("SELECT text FROM xapi_statement").scalars()]
    by_site = [v.CHECKS in one.get("result", {}).get("extensions", {}) for one in found if one["verb"]["id"] == v.COMPLETED]
    return by_site.count(False), by_site.count(True)


def said(site: Site, verb: str) -> list[str]:
    """Return the responses of all statements with a verb."""
    with site.app.app_context(), database().engine.connect() as connection:
        found = [json.loads(text) for text in connection.exec_driver_sql("SELECT text FROM xapi_statement").scalars()]
        return [one.get("result", {}).get("response", "") for one in found if one["verb"]["id"] == verb]


def trainer_reads(browser: Browser, site: Site, course: str, *words: str) -> None:
    with phone(browser, site, "nothing") as visitor:
        page = sign_in(visitor, site, "trainer", f"/catalogue/courses/{course}")
        for word in words:
            expect(page.get_by_role("main")).to_contain_text(word)
