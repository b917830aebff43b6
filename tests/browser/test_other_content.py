"""Does H5P content from other sources earn hours, with its usual statements and ways of loading?"""

from pathlib import Path

from playwright.sync_api import Browser, expect

from lms import vocabulary as v
from tests.browser.own_content import give
from tests.browser.phone import phone, sign_in
from tests.browser.studying import content, credited, said, sound, statements, trainer_reads, wait_for
from tests.site import Site

NOTHING = "(?!)"
# Makes its template into code, as EmbeddedJS does; asks for a file of its own by jQuery; ends with `answered`, with faulty parts.
SCRIPT = """
window.TEST = { Ending: function () {
  H5P.EventDispatcher.call(this);
  this.attach = function ($box) {
    var button = $box.append(new Function("return '<button>交</button>'")()).find("button");
    button.on("click", () => H5P.jQuery.getJSON(H5P.getLibraryPath("TEST.Ending-1.0") + "/own.json", () => {
      var event = this.createXAPIEventTemplate("answered");
      event.data.statement.result = { completion: true, score: { raw: null, min: 0, max: 1, scaled: NaN }, response: 7, duration: "soon" };
      event.data.statement.context = Object.assign(event.data.statement.context || {}, { extensions: [] });
      this.trigger(event);
    }));
  };
} };
TEST.Ending.prototype = Object.create(H5P.EventDispatcher.prototype);
"""


def test_content_that_speaks_and_loads_as_others_do_opens_its_gate(browser: Browser, site: Site, tmp_path: Path) -> None:
    address = give(site, tmp_path / "others", "ending", SCRIPT, {"minutes": 2, "grading": "content", "requires": {"completed": True}})
    with phone(browser, site, NOTHING) as visitor:
        page = sign_in(visitor, site, "teacher")
        page.goto(address)
        content(page).get_by_role("button", name="交").click()
        wait_for(page, lambda: statements(site, v.ANSWERED) == 1, "what the content said arrives")
        wait_for(page, lambda: credited(site).get("others:ending", 0) > 0, "it earns")
        expect(page.locator("[data-refused]")).to_be_hidden()
    trainer_reads(browser, site, "others", "result.score.raw result.score.scaled result.response result.duration context.extensions")
    assert sound(site)


# Shows a page of its own content, as H5P.IFrameEmbed does, and ends with what that page could reach.
EMBEDDING = """
window.TEST = { Embedding: function (options, id) {
  H5P.EventDispatcher.call(this);
  this.attach = ($box) => $box.append("<iframe src='" + H5P.getContentPath(id) + "/page.html'></iframe>");
  window.addEventListener("message", ({ data, source }) => {
    if (source !== document.querySelector("iframe")?.contentWindow) return;
    var event = this.createXAPIEventTemplate("completed");
    event.data.statement.result = { completion: true, response: data };
    this.trigger(event);
  });
} };
TEST.Embedding.prototype = Object.create(H5P.EventDispatcher.prototype);
"""
PAGE = """<!doctype html><meta charset="utf-8"><title>page</title><button>好</button><script>
const tried = { cookie: () => document.cookie, kept: () => localStorage.length, above: () => parent.document, top: () => top.document };
document.querySelector("button").onclick = () => {
  const reached = Object.keys(tried).filter((name) => { try { tried[name](); return true; } catch { return false; } });
  fetch("/home").then(() => "home", () => "").then((home) => parent.postMessage("reached:" + reached + home, "*"));
};
</script>"""


def test_a_page_inside_content_plays_and_reaches_nothing(browser: Browser, site: Site, tmp_path: Path) -> None:
    page_of_content = tmp_path / "pages" / "activities" / "embedding" / "content" / "page.html"
    page_of_content.parent.mkdir(parents=True)
    page_of_content.write_text(PAGE, encoding="utf-8")
    address = give(site, tmp_path / "pages", "embedding", EMBEDDING, {"minutes": 2, "grading": "content", "requires": {"completed": True}})
    with phone(browser, site, "Content Security Policy|connect-src|Fetch API") as visitor:
        page = sign_in(visitor, site, "teacher")
        page.goto(address)
        content(page).frame_locator("iframe").get_by_role("button", name="好").click()
        wait_for(page, lambda: said(site, v.COMPLETED) == ["reached:"], "the page runs, and reached nothing")
        wait_for(page, lambda: credited(site).get("pages:embedding", 0) > 0, "it earns")


# Tries what an origin of its own might open to it, and ends with what it could reach.
GREEDY = """
window.TEST = { Greedy: function () {
  H5P.EventDispatcher.call(this);
  const tried = { app: () => parent.document.title, top: () => top.localStorage.length, session: () => { if (!/session/.test(document.cookie)) throw 0; } };
  const later = {
    worker: () => navigator.serviceWorker.register("/frame/worker.js"),
    home: () => fetch(document.referrer + "home", { credentials: "include" }),
    record: () => fetch("/xapi/statements", { credentials: "include" }),
    files: () => fetch(location.href.replace("/frame/h5p/", "/content/") + "/h5p.json").then((answer) => { if (!answer.ok) throw 0; }),
  };
  this.attach = ($box) => $box.append($("<button>").text("好").on("click", async () => {
    const reached = Object.keys(tried).filter((name) => { try { tried[name](); return true; } catch { return false; } });
    for (const name of Object.keys(later)) await later[name]().then(() => reached.push(name), () => {});
    var event = this.createXAPIEventTemplate("completed");
    event.data.statement.result = { completion: true, response: "reached:" + reached };
    this.trigger(event);
  }));
  const $ = H5P.jQuery;
} };
TEST.Greedy.prototype = Object.create(H5P.EventDispatcher.prototype);
"""


def test_content_with_an_origin_of_its_own_reaches_neither_the_site_nor_a_worker(browser: Browser, site: Site, tmp_path: Path) -> None:
    address = give(site, tmp_path / "greedy", "greedy", GREEDY, {"minutes": 2, "grading": "content", "requires": {"completed": True}})
    with phone(browser, site, "Content Security Policy|connect-src|worker-src|Fetch API|violates|SecurityError") as visitor:
        page = sign_in(visitor, site, "teacher")
        page.goto(address)
        assert "allow-same-origin" in (page.locator("[data-frame]").get_attribute("sandbox") or "")
        content(page).get_by_role("button", name="好").click()
        wait_for(page, lambda: said(site, v.COMPLETED) == ["reached:"], "what it reached")


HOARDING = """
window.TEST = { Hoarding: function () {
  H5P.EventDispatcher.call(this);
  this.attach = ($box) => $box.append("<button>好</button>");
  this.getCurrentState = () => ({ all: "学".repeat(50000) });
} };
TEST.Hoarding.prototype = Object.create(H5P.EventDispatcher.prototype);
"""


def test_a_place_that_is_too_large_to_be_kept_is_said(browser: Browser, site: Site, tmp_path: Path) -> None:
    """In bytes it is too large, in characters it is not; the page says it, and asks the server nothing."""
    address = give(site, tmp_path / "hoarding", "hoarding", HOARDING, {"minutes": 2})
    with phone(browser, site, NOTHING) as visitor:
        page = sign_in(visitor, site, "teacher")
        page.goto(address)
        content(page).get_by_role("button", name="好").click()
        expect(page.locator("[data-refused]")).to_contain_text("位置没有保存")
