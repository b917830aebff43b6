"""Do our own content types go on from a kept state, also that of another version, and keep what fits? Played alone, without a site."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from lms.learning.state import LARGEST_BYTES

LIBRARY = Path(__file__).parents[2] / "courses" / "library"
# What the H5P player and our frame give to a type; `judge(id, right, feedback)` answers a submission that waits.
AROUND = """
  const said = [], asked = {};
  H5P = { EventDispatcher: function () {}, getPath: (path) => path };
  H5P.EventDispatcher.prototype = {
    setActivityStarted() {},
    createXAPIEventTemplate: (verb) => ({ data: { statement: { verb, object: { id: "x" } } } }),
    trigger: (event) => said.push(event.data.statement.verb),
  };
  TH = { locale: "zh-CN", submitAnswers: (given) => new Promise((resolve) => (asked[Object.keys(given)[0]] = resolve)) };
  judge = (id, right, feedback) => asked[id]({ items: [{ id, correct: right, feedback: { zh: feedback, en: feedback } }] });
"""
PLAY = """([type, params, state]) => {
  window.played = new TH[type](params, 1, { previousState: state });
  played.attach({ append: (made) => document.body.append(made) });
  window.atFirst = document.body.innerText;
}"""


def played(context: BrowserContext, folder: str, params: dict[str, Any], state: dict[str, Any], **settings: Any) -> Page:
    """Return a page on which a type goes on from a state."""
    page = context.new_page()
    page.set_content("<!doctype html><html lang=zh-CN><body></body></html>")
    page.add_script_tag(content=AROUND)
    for name in ("TH.Question-1.2", folder):
        for script in json.loads((LIBRARY / name / "library.json").read_bytes())["preloadedJs"]:
            page.add_script_tag(path=LIBRARY / name / script["path"])
    page.evaluate("(settings) => (TH.settings = settings)", settings)
    page.evaluate(PLAY, [folder.partition("-")[0].removeprefix("TH."), params, state])
    return page


def reading(*pages: list[str]) -> dict[str, Any]:
    """Return a reading with pages that have checks with these ids."""
    return {
        "pages": [
            {
                "heading": f"第{number}页",
                "body": "<p>文</p>",
                "checks": [{"id": one, "question": one, "options": ["甲", "乙"]} for one in checks],
            }
            for number, checks in enumerate(pages)
        ]
    }


def test_a_reading_that_became_shorter_is_completed_once_its_pages_are_read(context: BrowserContext) -> None:
    page = played(context, "TH.Reading-1.2", reading([], [], []), {"page": 3, "seen": [0, 1, 3, 4]})
    expect(page.get_by_text("本篇已读完。", exact=True)).to_be_visible()
    assert page.evaluate("said") == ["completed"]
    assert page.evaluate("played.getCurrentState().seen") == [0, 1, 2]


def test_a_reading_that_became_shorter_is_not_completed_by_pages_that_are_gone(context: BrowserContext) -> None:
    page = played(context, "TH.Reading-1.2", reading([], [], []), {"page": 0, "seen": [3, 4]})
    assert page.evaluate("said") == []


def test_a_film_counts_the_checkpoints_that_it_still_has(context: BrowserContext) -> None:
    points = [{"id": one, "at": at, "question": "问", "options": ["甲", "乙"]} for at, one in enumerate(["a", "b"], 1)]
    params = {"video": "film.webm", "checkpoints": points}
    page = played(context, "TH.CheckpointVideo-1.1", params, {"answered": ["a", "gone", "older"]})
    assert page.evaluate("atFirst") == "还有 1 个检查点"
    assert page.evaluate("played.getCurrentState().answered") == ["a"]


def test_a_reading_asks_again_what_the_site_has_not_judged_right_and_leads_there(context: BrowserContext) -> None:
    """A page of another version, or a hostile one, may have kept more than the site knows."""
    state = {"page": 2, "seen": [0, 1, 2], "given": {"c1": "1", "c2": "1"}, "completed": True}
    page = played(context, "TH.Reading-1.2", reading(["c1"], ["c2"], []), state, checked=["c1"])
    assert page.evaluate("said") == []
    page.get_by_role("button", name="第 2 页还有思考题没有答对").click()
    page.get_by_label("乙").check()
    page.get_by_role("button", name="提交答案").click()
    page.evaluate("judge('c2', true, '')")
    expect(page.get_by_text("答对了。")).to_be_visible()
    assert page.evaluate("said.includes('completed')")


def test_a_film_stops_again_where_the_site_has_not_judged_the_answer(context: BrowserContext) -> None:
    points = [{"id": one, "at": at, "question": "问", "options": ["甲", "乙"]} for at, one in enumerate(["a", "b"], 1)]
    params = {"video": "film.webm", "checkpoints": points}
    page = played(context, "TH.CheckpointVideo-1.1", params, {"answered": ["a", "b"]}, checked=["a"])
    assert page.evaluate("atFirst") == "还有 1 个检查点"


def test_a_judgement_that_comes_late_leaves_the_rest_of_the_page_as_it_is(context: BrowserContext) -> None:
    page = played(context, "TH.Reading-1.2", reading(["a", "b"]), {"asked": {"a": "0"}})
    first, second = page.locator(".th-check").all()
    expect(first.get_by_role("status")).to_contain_text("正在提交")
    second.get_by_label("乙").check()
    second.get_by_label("乙").focus()
    page.evaluate("judge('a', true, '解释')")
    expect(first.get_by_role("status")).to_have_text("答对了。 解释")
    expect(second.get_by_label("乙")).to_be_checked()
    expect(second.get_by_label("乙")).to_be_focused()
    second.get_by_role("button", name="提交答案").click()
    page.evaluate("judge('b', true, '')")
    expect(page.get_by_text("本篇已读完，思考题全部答对。")).to_be_visible()


def test_an_answer_on_its_way_is_shown_as_such_after_the_page_was_turned(context: BrowserContext) -> None:
    page = played(context, "TH.Reading-1.2", reading(["a"], []), {})
    page.get_by_label("甲").check()
    page.get_by_role("button", name="提交答案").click()
    page.get_by_role("button", name="下一页").click()
    page.get_by_role("button", name="上一页").click()
    said = page.locator(".th-check").get_by_role("status")
    expect(said).to_contain_text("正在提交")
    page.evaluate("judge('a', false, '')")
    expect(said).to_have_text("再想一想。")
    expect(page.get_by_label("乙")).to_be_enabled()


def test_long_explanations_do_not_fill_the_state_and_the_newest_are_there_again(context: BrowserContext) -> None:
    names = [f"check-{number}" for number in range(60)]
    page = played(context, "TH.Reading-1.2", reading(names), {"asked": dict.fromkeys(names, "0")})
    page.evaluate("([names, feedback]) => names.forEach((one) => judge(one, true, feedback))", [names, "解" * 2000])
    expect(page.get_by_text("本篇已读完")).to_be_visible()
    state = page.evaluate("played.getCurrentState()")
    assert page.evaluate("new TextEncoder().encode(JSON.stringify(played.getCurrentState())).length") < LARGEST_BYTES * 0.6
    again = played(context, "TH.Reading-1.2", reading(names), state)
    statuses = again.locator(".th-check [role=status]").all_inner_texts()
    assert [one for one in statuses if not one.startswith("答对了。")] == []
    assert statuses[-1] == "答对了。 " + "解" * 2000
