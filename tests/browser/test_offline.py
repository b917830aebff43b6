"""Is somebody who studies without a connection told the truth, and does what they did arrive once?"""

import re

from playwright.sync_api import Browser, BrowserContext, Page, expect

from lms import vocabulary as v
from tests.browser.phone import phone, sign_in
from tests.browser.studying import (
    EXPECTED,
    completions,
    content,
    credited,
    read_to_the_end,
    read_without_a_network,
    sound,
    statements,
    wait_for,
)
from tests.site import Site

PORTAL = "<!doctype html><html lang='zh'><title>校园网</title><main data-portal><h1>请登录校园网</h1></main></html>"
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}  # as the browser's own tools have it
FILL = """count => new Promise((resolve, reject) => {
  const asked = indexedDB.open("lms-player", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("queue", { keyPath: "id" });
  asked.onerror = reject;
  asked.onsuccess = () => {
    const made = asked.result.transaction("queue", "readwrite"), place = { enrolment: 0, version: 0, activity: "x" };
    for (let n = 0; n < count; n += 1) made.objectStore("queue").put({ id: `old-${n}`, seq: n, kind: "state", place, token: "", made: 0, body: n, refused: { at: n } });
    made.oncomplete = resolve;
  };
})"""


def begun(visitor: BrowserContext, site: Site) -> Page:
    page = sign_in(visitor, site, "teacher")
    page.goto(site.learn("reading"))
    expect(content(page).get_by_label("听孩子说")).to_be_visible()
    expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting")
    return page


def test_the_page_says_that_nothing_is_earned_what_waits_and_when_it_was_sent(browser: Browser, site: Site) -> None:
    with phone(browser, site, EXPECTED) as visitor:
        page = begun(visitor, site)
        note = page.locator("[data-waiting]")
        visitor.set_offline(True)
        read_without_a_network(page)
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "offline")
        expect(page.locator("[data-clock=reason]")).to_contain_text("断网期间学习不计学时")
        expect(note).to_contain_text(re.compile(r"自 \d\d:\d\d 起保存在本机.*学习记录（\d+ 条）"))
        seconds = page.inner_text("[data-clock=counted]")
        page.wait_for_timeout(2500)
        assert page.inner_text("[data-clock=counted]") == seconds, "the clock stands still"
        visitor.set_offline(False)
        expect(note).to_contain_text(re.compile(r"已在 \d\d:\d\d 全部发送"))
        wait_for(page, lambda: completions(site) == (1, 1), "the completion arrives")
    assert sound(site)


def test_what_a_closed_tab_left_on_the_device_is_sent_once_and_in_order_by_the_next_page(browser: Browser, site: Site) -> None:
    with phone(browser, site, EXPECTED) as visitor:
        page = begun(visitor, site)
        visitor.set_offline(True)
        read_without_a_network(page)
        expect(page.locator("[data-waiting]")).to_contain_text("学习记录")
        page.close()
        visitor.set_offline(False)
        page = visitor.new_page()
        page.goto(site.learn("quiz"))
        wait_for(page, lambda: statements(site, v.PROGRESSED) == 1, "what was read arrives")
        page.goto(site.learn("reading"))
        expect(content(page).get_by_role("button", name="上一页")).to_be_visible()  # it goes on where it was
        wait_for(page, lambda: completions(site) == (1, 1), "the answer is judged")
        page.wait_for_timeout(1500)
        assert (statements(site, v.ANSWERED), completions(site)) == (1, (1, 1))
    assert sound(site)


def test_the_sign_in_of_another_network_is_shown_nowhere_and_the_activity_opens_when_it_is_gone(browser: Browser, site: Site) -> None:
    with phone(browser, site, f"{EXPECTED}|Unexpected token|MIME|ERR_") as visitor:
        page = sign_in(visitor, site, "teacher")
        page.wait_for_url("**/home")
        visitor.route(re.compile("/frame/|/courses/.*/progress"), lambda route: route.fulfill(body=PORTAL, content_type="text/html"))
        page.goto(site.learn("reading"))
        expect(page.locator("[data-problem]")).to_contain_text("加载内容时网络中断")
        assert page.locator("[data-portal]").count() == 0
        expect(page.locator("[data-clock-root]")).not_to_have_attribute("data-state", "counting")
        visitor.unroute(re.compile("/frame/|/courses/.*/progress"))
        expect(content(page).get_by_label("听孩子说")).to_be_visible()
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting")
        expect(page.locator("[data-problem]")).to_be_hidden()


def test_a_network_that_asks_for_a_sign_in_while_somebody_reads_loses_nothing(browser: Browser, site: Site) -> None:
    with phone(browser, site, EXPECTED) as visitor:
        page = begun(visitor, site)
        visitor.route("**/*", lambda route: route.fulfill(body=PORTAL, content_type="text/html"))
        read_without_a_network(page)
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "offline")
        expect(page.locator("[data-waiting]")).to_contain_text("学习记录")
        assert page.locator("[data-portal]").count() == 0
        visitor.unroute("**/*")
        wait_for(page, lambda: completions(site) == (1, 1), "the completion arrives")
        wait_for(page, lambda: any(credited(site).values()), "what was measured is credited")


def test_on_a_slow_line_an_activity_opens_counts_and_is_completed(browser: Browser, site: Site) -> None:
    with phone(browser, site, EXPECTED) as visitor:
        page = sign_in(visitor, site, "teacher")
        page.wait_for_url("**/home")
        line = visitor.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", SLOW_3G)
        page.goto(site.learn("reading"))
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting", timeout=60_000)
        read_to_the_end(page)
        wait_for(page, lambda: completions(site) == (1, 1), "the completion arrives")
        expect(page.locator("[data-waiting]")).to_be_hidden()


def test_a_device_that_keeps_no_more_says_so_and_what_its_page_holds_is_still_sent(browser: Browser, site: Site) -> None:
    with phone(browser, site, EXPECTED) as visitor:
        page = sign_in(visitor, site, "teacher")
        page.wait_for_url("**/home")
        page.evaluate(FILL, 2000)
        page.goto(site.learn("reading"))
        expect(content(page).get_by_label("听孩子说")).to_be_visible()
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting")
        visitor.set_offline(True)
        read_without_a_network(page)
        expect(page.locator("[data-waiting]")).to_contain_text("请不要关闭本页")
        visitor.set_offline(False)
        wait_for(page, lambda: completions(site) == (1, 1), "the completion arrives")
