"""Is each kind of question written in the form, answered in its preview by touch, and graded by the site?"""

from pathlib import Path
from random import Random

from playwright.sync_api import Browser, BrowserContext, Route, expect

from tests.browser.phone import phone, sign_in, sound
from tests.browser.quizzes import answer, at, write, write_quiz
from tests.browser.studying import SOON_MS
from tests.site import Site
from tests.unit.courses.authored import FILM

MOST_LOST = 50


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


def test_a_formula_is_shown_while_it_is_typed(visitor: BrowserContext, site: Site) -> None:
    page = sign_in(visitor, site, "trainer", "/workshop/activities/reading")
    page.get_by_role("button", name="添加公式").click()
    field = page.get_by_label("公式", exact=True)
    field.fill("\\frac{a}{b}")
    shown = page.locator(".author-formula")
    expect(shown.locator("mfrac")).to_be_visible(timeout=SOON_MS)
    field.fill("\\frac{")
    expect(shown).to_contain_text("LaTeX", timeout=SOON_MS)
    field.fill("")
    expect(shown).to_be_empty()
    sound(page)


def test_the_form_of_a_film_says_how_much_of_it_is_sent(visitor: BrowserContext, site: Site) -> None:
    page = sign_in(visitor, site, "trainer", "/workshop/activities/video")
    page.evaluate(
        """() => {
          window.said = [];
          new MutationObserver(() => document.querySelectorAll("[role=status]").forEach((one) => window.said.push(one.textContent)))
            .observe(document.body, { subtree: true, childList: true, characterData: true });
        }"""
    )
    page.locator("input[type=file][accept*='video']").first.set_input_files(FILM)
    expect(page.locator("video[data-film]")).to_be_visible(timeout=SOON_MS)
    assert "已发送 100%" in page.evaluate("window.said")
    sound(page)


def test_a_large_film_of_a_form_goes_on_after_the_line_was_lost_and_after_the_page_was_closed(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    film, large = tmp_path / "长片.webm", 1_500_000
    film.write_bytes(FILM.read_bytes() + b"\xec\x01" + large.to_bytes(7, "big") + Random(1).randbytes(large))  # a Void element
    offsets: list[int] = []
    lost: list[int] = []

    def lose_line(route: Route) -> None:
        at = int(route.request.headers.get("upload-offset", 0))
        if route.request.method == "PATCH" and at and len(lost) < MOST_LOST:
            lost.append(at)
            route.abort()
            return
        if route.request.method == "PATCH":
            offsets.append(at)
        route.continue_()

    with phone(browser, site, "ERR_FAILED|Failed to load resource") as visitor:
        page = sign_in(visitor, site, "trainer", "/workshop/activities/video")
        page.route("**/catalogue/tus/*", lose_line)
        page.locator("input[type=file][accept*='video']").first.set_input_files(film)
        expect(page.get_by_text("网络中断")).to_be_visible(timeout=SOON_MS)
        page.close()
        page = visitor.new_page()
        lost.extend([0] * MOST_LOST)
        page.route("**/catalogue/tus/*", lose_line)
        page.route("**/activities/uploads/*", lambda route: route.abort(), times=1)  # the connection is lost once all has arrived
        page.goto(f"{site.address}/workshop/activities/video")
        page.locator("input[type=file][accept*='video']").first.set_input_files(film)
        expect(page.locator("video[data-film]")).to_be_visible(timeout=SOON_MS)
        assert offsets == sorted(set(offsets)), "each part was sent once"
        assert offsets.count(0) == 1
        sound(page)


def test_arrow_keys_that_pass_other_kinds_of_question_lose_no_answers(visitor: BrowserContext, site: Site) -> None:
    page = sign_in(visitor, site, "trainer", "/workshop/activities/quiz")
    kind = at(page, "questions[0].type").locator("select")
    kind.select_option("order")
    write(page, "questions[0].steps", "冰", "水", "水蒸气")
    for key in ("ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown"):
        kind.focus()
        page.keyboard.press(key)
    expect(kind).to_have_value("order")
    expect(at(page, "questions[0].steps[2]").locator("input")).to_have_value("水蒸气")
    kind.select_option("multiple")
    write(page, "questions[0].options", "冰", "汽")
    for number in (0, 1):
        at(page, f"questions[0].options[{number}]").get_by_role("checkbox").check()
    for passed in ("fill", "single", "boolean", "multiple"):
        kind.select_option(passed)
    for number, text in enumerate(("冰", "汽")):
        expect(at(page, f"questions[0].options[{number}]").locator("input[type=text]")).to_have_value(text)
        expect(at(page, f"questions[0].options[{number}]").get_by_role("checkbox")).to_be_checked()
    kind.select_option("order")
    expect(at(page, "questions[0].steps[0]").locator("input")).to_have_value("冰")
