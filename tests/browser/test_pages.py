"""Is every page in order: for everybody, in both languages, on a phone and on a desktop, in light and dark?"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, Frame, Page, Request, expect

import lms
from lms.demo.load import PASSWORD
from tests.browser.axe import violations
from tests.browser.every_page import LOOKS, NO_PAGES, Look
from tests.browser.everything import Everything, copy_of, everything
from tests.browser.phone import OF_THE_TEST, own_addresses
from tests.browser.sentences import IN_PIECES, many_for_one
from tests.browser.sizes import CLIPPED, CUT_CHOICES, DESK, PHONE, WRAPPED, sideways
from tests.browser.traffic import Traffic

LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}
AXE_SIZE = {"zh": "phone", "en": "desk"}
FIRST_LOAD_LIMIT_BYTES = 100_000
SOON_MS = 20_000
INVALID = 422  # the status of a page that lists problems of what was sent
TEXTS = """() => {
  const said = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest("script, style, [lang]:not(html)")) said.push(walker.currentNode.data);
  for (const e of document.querySelectorAll("[aria-label], [placeholder], [title], [data-label]"))
    said.push(...["aria-label", "placeholder", "title", "data-label"].map(name => e.getAttribute(name) ?? ""));
  return said.map(text => text.trim());
}"""
UNMARKED = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const left = "script, style, template, option, textarea, [aria-hidden=true], [lang^=zh]";
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    if (/[\\u3400-\\u9fff]/.test(text) && !walker.currentNode.parentElement.closest(left)) found.push(text.slice(0, 80));
  }
  return found;
}"""
Open = Callable[[str, str], tuple[Page, list[str]]]


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    folder = tmp_path_factory.mktemp("everything")
    with everything(copy_of(sqlite_template, folder), folder) as found:
        yield found


@pytest.fixture(scope="module")
def window(browser: Browser, site: Everything) -> Iterator[Open]:
    """Browser windows in one language, shared by all tests, each with its console messages: a new one takes longer than a page's load."""

    held = ExitStack()

    @cache
    def opened(visitor: str, language: str) -> tuple[Page, list[str]]:
        complaints: list[str] = []
        context = held.enter_context(browser.new_context(viewport=DESK, reduced_motion="reduce"))  # colours change at once
        context.add_cookies([{"name": "session", "value": site.cookie(visitor, LANGUAGES[language]), "url": site.address}])
        own = own_addresses(site.address)
        context.on("request", lambda request: own.match(request.url) or complaints.append(f"left the site: {request.url}"))
        context.on(
            "console",
            lambda said: said.type == "error" and not re.search(OF_THE_TEST, said.text) and complaints.append(f"console: {said.text}"),
        )
        context.on("weberror", lambda error: complaints.append(f"script: {error.error}"))
        return context.new_page(), complaints

    with held:
        yield opened


@contextmanager
def at_rest(page: Page) -> Iterator[Page]:
    """Give a window as a new one would be, and leave it without a page, so that nothing of this one is told to the next test."""
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")
    try:
        yield page
    finally:
        page.goto("about:blank")


@cache
def messages() -> tuple[frozenset[str], frozenset[str]]:
    """Return the Chinese and the English text of every message that is translated."""
    path = Path(lms.__file__).parent / "translations/zh_Hans_CN/LC_MESSAGES/messages.po"
    pairs = {}
    with path.open("rb") as file:
        for message in read_po(file):
            if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.id != message.string:
                pairs[message.id] = message.string
    return frozenset(pairs.values()), frozenset(pairs)


@cache
def words_of_the_other_language(language: str) -> frozenset[str]:
    """Return texts that belong on no page in `language`: English messages on a Chinese page, or the other way round."""
    zh, en = messages()
    return en - zh if language == "zh" else zh - en


def findings(page: Page, language: str) -> list[str]:
    """Return the problems of a page, in words.

    Both languages have the same elements in the same colours. So axe looks at a wide page in one of them, at a narrow one in the other,
    which it also sees in dark colours.
    """
    found = [f"{page.locator('h1').count()} headings of the first level"] if page.locator("h1").count() != 1 else []
    title = page.title().partition(" · ")[0].strip()
    found += ["no title"] if not title else []
    left = words_of_the_other_language(language).intersection(page.evaluate(TEXTS))
    found += [f"not translated: {text}" for text in sorted(left)]
    if page.evaluate("document.documentElement.lang") != {"zh": "zh-CN", "en": "en"}[language]:
        found.append("the page does not say its language")
    if language == "en":
        found += [f"Chinese, and not marked as such: {text}" for text in page.evaluate(UNMARKED)]
        found += [f"one of many: {said}" for said in many_for_one(page.locator("body").inner_text())]
    found += [f"a sentence in pieces: {html}" for html in page.evaluate(IN_PIECES)]
    for name, size in (("desk", DESK), ("phone", PHONE)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        found += [f"{name}: {sideways(page)} pixels too wide"] if sideways(page) else []
        found += [f"{name}: cut off: {html}" for html in page.evaluate(CLIPPED)]
        found += [f"{name}: a choice is cut off: {html}" for html in page.evaluate(CUT_CHOICES)]
        found += [f"{name}: on two lines of the header: {text}" for text in page.evaluate(WRAPPED)] if name == "desk" else []
        found += [f"{name}: {said}" for said in violations(page)] if AXE_SIZE[language] == name else []
    if AXE_SIZE[language] == "phone":
        page.emulate_media(color_scheme="dark")
        found += [f"dark: {said}" for said in violations(page, {"runOnly": ["color-contrast"]})]
        page.emulate_media(color_scheme="light")
    return found


def send(page: Page, filled: Mapping[str, str]) -> None:
    """Fill in a form of the page and send it."""
    before = page.locator("h1").inner_text()
    for selector, value in filled.items():
        field = page.locator(selector)
        if field.get_attribute("type") == "file":
            field.set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": value.encode("utf-8-sig")})
        else:
            field.fill(value)
    with page.expect_navigation() as sent:
        page.locator(list(filled)[-1]).evaluate("one => one.form.requestSubmit()")
    answer = sent.value
    assert answer is not None
    assert answer.status in {200, INVALID}
    assert page.locator("h1").inner_text() != before


def inside(page: Page, frame: Frame) -> list[str]:
    """Return what is wrong with the content inside the player's page, by day and by night."""
    frame.wait_for_selector("button:visible, video", timeout=SOON_MS)
    found = [f"content: {said}" for said in violations(frame, {"rules": {"page-has-heading-one": {"enabled": False}}})]
    page.emulate_media(color_scheme="dark")
    found += [f"content, dark: {said}" for said in violations(frame, {"runOnly": ["color-contrast"]})]
    page.emulate_media(color_scheme="light")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_page_is_fit_to_be_shown(site: Everything, window: Open, look: Look, language: str) -> None:
    own, complaints = window(look.visitor, language)
    complaints.clear()
    with at_rest(own) as page, Traffic(page) as traffic:
        answer = page.goto(site.url(look))
        assert answer is not None
        assert answer.status == look.status
        if look.filled:
            send(page, look.filled)
        for details in page.locator("details:not(.menu)").all():
            details.evaluate("one => { one.open = true; }")
        if look.endpoint == "transcripts.show":
            page.locator(".transcript-line").first.scroll_into_view_if_needed()  # reasons are fetched when they come into sight
            expect(page.locator(".transcript-line h3").first).to_be_visible(timeout=SOON_MS)
        found = [said for frame in page.frames[1:] for said in inside(page, frame)]
        traffic.wait() if look.endpoint != "learning.play" else None
        found += findings(page, language)
    if look.status != 200 or look.filled:  # browsers log a refused page as an error
        complaints = [said for said in complaints if f"status of {INVALID if look.filled else look.status}" not in said]
    assert not found + complaints, "\n".join(found + complaints)


def test_on_a_phone_the_chosen_tab_is_in_sight(site: Everything, window: Open) -> None:
    look = next(one for one in LOOKS if one.endpoint == "records.erasure")
    with at_rest(window(look.visitor, "zh")[0]) as page, Traffic(page) as traffic:
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.goto(site.url(look))
        traffic.wait()
        expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=0.9)
        assert page.evaluate("scrollX + scrollY") == 0


def test_the_way_into_a_teachers_place_stands_on_one_line(site: Everything, window: Open) -> None:
    look = next(one for one in LOOKS if one.endpoint == "office.class_")
    with at_rest(window(look.visitor, "en")[0]) as page:
        page.goto(site.url(look))
        ways = page.get_by_role("link", name=re.compile("^Enrolment"))
        assert ways.count() > 10
        assert set(ways.evaluate_all("all => all.map(one => one.getClientRects().length)")) == {1}
        assert sideways(page) == 0


def test_no_page_is_forgotten(site: Everything) -> None:
    pages = {
        rule.endpoint for rule in site.app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.endpoint.startswith("xapi.")
    }
    looked_at = {look.endpoint for look in LOOKS if look.endpoint != "error"}
    assert pages - looked_at - set(NO_PAGES) == set(), "add a line to LOOKS in tests/browser/every_page.py"
    assert (looked_at | set(NO_PAGES)) - pages == set(), "these routes are gone: remove their lines"
    assert looked_at & set(NO_PAGES) == set()


@pytest.mark.parametrize("endpoint", ["home.home", "home.course", "learning.play"])
def test_the_first_load_is_small(browser: Browser, site: Everything, endpoint: str) -> None:
    """Add up the bytes that are transferred, with headers; of the player without what comes from the content's host."""
    ended: list[Request] = []
    look = next(one for one in LOOKS if one.endpoint == endpoint)
    with browser.new_context(viewport=PHONE) as context:
        context.add_cookies([{"name": "session", "value": site.cookie("teacher", "zh_Hans_CN"), "url": site.address}])
        page = context.new_page()
        page.on("requestfinished", lambda request: ended.append(request))  # noqa: PLW0108 – a built-in method cannot be given
        with Traffic(page) as traffic:
            page.goto(site.url(look))
            if look.endpoint == "learning.play":  # it goes on asking: its content comes later, then what is fetched ahead, and beats
                page.wait_for_timeout(2000)
            else:
                traffic.wait()
        asked = [one.sizes() for one in ended if one.url.startswith(site.address)]
    assert len(asked) > 5
    assert sum(one["responseBodySize"] + one["responseHeadersSize"] for one in asked) < FIRST_LOAD_LIMIT_BYTES


def focused(page: Page) -> str:
    """Return the name of the focused element, in the page or in its content."""
    for frame in page.frames:
        name: str = frame.evaluate(
            """() => { const e = document.activeElement; return !e || ["BODY", "IFRAME", "MAIN"].includes(e.tagName) ? "" :
                 e.getAttribute("aria-label") || e.labels?.[0]?.innerText || e.innerText || e.id }"""
        )
        if name and frame.evaluate("document.hasFocus()"):
            return name.strip()
    return ""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element with this name has the focus."""
    passed = []
    for _ in range(60):
        page.keyboard.press("Tab")
        passed.append(focused(page))
        if re.search(name, passed[-1]):
            return
    raise AssertionError(f"Tab never came to {name}, only to {passed}")


def test_a_teacher_signs_in_and_answers_a_question_by_keyboard_alone(browser: Browser, site: Everything) -> None:
    with browser.new_page(viewport=DESK, locale="zh-CN") as page:
        reach_and_answer(page, site)


def reach_and_answer(page: Page, site: Everything) -> None:
    """Sign in, find the question, answer it, and see what the answer is worth."""
    page.goto(site.address)
    tab_to(page, "用户名")
    page.keyboard.type("teacher")
    tab_to(page, "^密码")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("学时")
    for link in ("学生安全与心理健康", "把隐患画在地图上"):
        tab_to(page, link)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text(link)
    content = page.frame_locator("[data-frame]")
    expect(content.get_by_role("radio").first).to_be_visible(timeout=SOON_MS)
    tab_to(page, "不属于学校范围")
    page.keyboard.press("Space")
    tab_to(page, "提交答案")
    page.keyboard.press("Enter")
    expect(content.get_by_text("再想一想")).to_be_visible(timeout=SOON_MS)
