"""Is each kind of question written in the form, answered in its preview by touch, and graded by the site?"""

from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, expect

from tests.browser.phone import sign_in, sound
from tests.browser.studying import SOON_MS
from tests.site import Site

TEXTS = {
    "single": "水在几度结冰？",
    "multiple": "哪些是水？",
    "boolean": "冰比水轻。",
    "fill": "化学式是____。",
    "order": "从冷到热",
    "match": "连一连",
}
STEPS = ["冰", "水", "水蒸气"]


def at(page: Page, path: str) -> Locator:
    return page.locator(f'[data-path="{path}"]')


def write(page: Page, path: str, *texts: str) -> None:
    """Fill the first field of a path, or of each of its items."""
    for number, text in enumerate(texts):
        place = at(page, path) if len(texts) == 1 else at(page, f"{path}[{number}]")
        place.locator("input[type=text], textarea").first.fill(text)


def write_quiz(page: Page) -> None:
    write(page, "title", "水的测验")
    for number, (kind, text) in enumerate(TEXTS.items()):
        question = f"questions[{number}]"
        if number:
            at(page, "questions").locator("> [data-add]").click()
            expect(at(page, f"{question}.type").locator("select")).to_be_focused()
            at(page, f"{question}.type").locator("select").select_option(kind)
        write(page, f"{question}.text", text)
    write(page, "questions[0].options", "0 ℃", "100 ℃")
    at(page, "questions[0].options[0]").get_by_role("radio").check()
    at(page, "questions[1].options").locator("[data-add]").click()
    write(page, "questions[1].options", "冰", "铁", "汽")
    for number in (0, 2):
        at(page, f"questions[1].options[{number}]").get_by_role("checkbox").check()
    write(page, "questions[3].blanks[0]", "H2O\n水分子")
    write(page, "questions[4].steps", *STEPS)
    for number, (left, right) in enumerate((("冰", "固态"), ("水", "液态"))):
        write(page, f"questions[5].pairs[{number}].left", left)
        write(page, f"questions[5].pairs[{number}].right", right)


def put_into_order(steps: Locator, wanted: list[str]) -> None:
    for place, text in enumerate(wanted):
        while (now := steps.locator(".th-step").all_inner_texts().index(text)) > place:
            steps.locator("li").nth(now).get_by_role("button", name="上移").click()
    if steps.get_by_role("button", name="就按这个顺序").is_visible():
        steps.get_by_role("button", name="就按这个顺序").click()


def answer(frame: FrameLocator) -> None:
    questions = frame.locator("fieldset")
    questions.nth(0).get_by_label("0 ℃", exact=True).check()
    for text in ("冰", "汽"):
        questions.nth(1).get_by_label(text).check()
    questions.nth(2).get_by_label("对").check()
    questions.nth(3).get_by_role("textbox").fill(" ｈ2Ｏ ")
    put_into_order(questions.nth(4), STEPS)
    for label, text in (("冰", "固态"), ("水", "液态")):
        questions.nth(5).get_by_label(label).select_option(label=text)


def test_a_quiz_of_every_kind_is_written_tried_and_kept(visitor: BrowserContext, site: Site) -> None:
    page = sign_in(visitor, site, "trainer", "/workshop/activities/quiz")
    write_quiz(page)
    page.get_by_role("button", name="预览").click()
    frame = page.frame_locator("iframe[data-frame]")
    expect(frame.locator("fieldset")).to_have_count(6, timeout=SOON_MS)
    answer(frame)
    frame.get_by_role("button", name="交卷").click()
    expect(frame.get_by_role("heading", name="通过了！得分 6 / 6")).to_be_visible(timeout=SOON_MS)
    sound(page)
    page.reload()
    expect(at(page, "title").locator("input")).to_have_value("水的测验")
    expect(page.get_by_text("这是您之前在本机填写的内容。")).to_be_visible()


def test_what_is_removed_comes_back_and_moves_by_keyboard(visitor: BrowserContext, site: Site) -> None:
    page = sign_in(visitor, site, "trainer", "/workshop/activities/quiz")
    write(page, "questions[0].options", "甲", "乙")
    page.get_by_role("button", name="下移: 选项 1").press("Enter")
    expect(at(page, "questions[0].options[1]").get_by_role("textbox")).to_have_value("甲")
    at(page, "questions").locator("> [data-add]").press("Enter")
    page.get_by_role("button", name="移除: 第 1 题").press("Enter")
    expect(at(page, "questions").locator("> section")).to_have_count(1)
    page.get_by_role("button", name="撤销").press("Enter")
    expect(at(page, "questions[0].options[1]").get_by_role("textbox")).to_have_value("甲")


def test_what_was_typed_just_before_the_page_was_left_is_kept(visitor: BrowserContext, site: Site) -> None:
    page = sign_in(visitor, site, "trainer", "/workshop/activities/quiz")
    at(page, "title").locator("input").evaluate(
        """(title) => {
          title.value = "写到一半";
          title.dispatchEvent(new Event("input", { bubbles: true }));
          location.reload();
        }"""
    )
    expect(at(page, "title").locator("input")).to_have_value("写到一半", timeout=SOON_MS)
