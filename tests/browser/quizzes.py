"""A quiz of six questions, one of each kind: written in the form, and answered."""

from playwright.sync_api import FrameLocator, Locator, Page, expect

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
    """Return the box of a field."""
    return page.locator(f'[data-path="{path}"]')


def write(page: Page, path: str, *texts: str) -> None:
    """Fill the first field of a path, or of each of its items."""
    for number, text in enumerate(texts):
        place = at(page, path) if len(texts) == 1 else at(page, f"{path}[{number}]")
        place.locator("input[type=text], textarea").first.fill(text)


def write_quiz(page: Page) -> None:
    """Write a question of each kind into an empty form."""
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
    """Move the steps of a question until they stand like this."""
    for place, text in enumerate(wanted):
        while (now := steps.locator(".th-step").all_inner_texts().index(text)) > place:
            steps.locator("li").nth(now).get_by_role("button", name="上移").click()
    if steps.get_by_role("button", name="就按这个顺序").is_visible():
        steps.get_by_role("button", name="就按这个顺序").click()


def answer(frame: FrameLocator) -> None:
    """Answer every question right."""
    questions = frame.locator("fieldset")
    questions.nth(0).get_by_label("0 ℃", exact=True).check()
    for text in ("冰", "汽"):
        questions.nth(1).get_by_label(text).check()
    questions.nth(2).get_by_label("对").check()
    questions.nth(3).get_by_role("textbox").fill(" ｈ2Ｏ ")
    put_into_order(questions.nth(4), STEPS)
    for label, text in (("冰", "固态"), ("水", "液态")):
        questions.nth(5).get_by_label(label).select_option(label=text)
