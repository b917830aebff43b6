"""Does H5P content from other sources earn hours, with its usual statements and ways of loading?"""

from pathlib import Path

from playwright.sync_api import Browser, expect

from lms import vocabulary as v
from tests.browser.own_content import give
from tests.browser.phone import phone, sign_in
from tests.browser.studying import content, credited, sound, statements, trainer_reads, wait_for
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
