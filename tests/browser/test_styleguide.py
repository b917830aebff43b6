"""Do the components keep what every page relies on: no axe finding, no sideways scrolling, keyboard, messages, dialogs, printing?"""

import gzip
from collections.abc import Iterator
from io import BytesIO

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.axe import violations
from tests.browser.sentences import IN_PIECES
from tests.browser.sizes import DESK, PHONE, sideways
from tests.browser.styleguide import create_styleguide
from tests.browser.traffic import Traffic, settle
from tests.servers import web

TOUCHED = "button, .button, summary, select, textarea, input[type=text], input[type=search], .choice, .main-menu a, .tabs a, .chip"
CSS_LIMIT_BYTES = 30_000
FIRST_LOAD_LIMIT_BYTES = 40_000  # leaves more than half of the 100 kB to a page's own content


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with web(create_styleguide()) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_page(viewport=DESK) as opened:
        yield opened


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    """A window for many pages, because a new one takes longer than a page's load."""
    with browser.new_page(viewport=DESK) as opened:
        yield opened


@pytest.mark.parametrize("path", ["/", "/error"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_in_either_language_theme_and_size(
    window: Page, address: str, language: str, theme: str, size: dict, path: str
) -> None:
    window.set_viewport_size(size)
    window.emulate_media(color_scheme=theme)
    window.goto(f"{address}{path}?lang={language}&sort=name")
    settle(window)  # the skeleton fades in
    assert violations(window) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_foreign_word_does_not_tear_its_sentence_apart(page: Page, address: str, language: str) -> None:
    page.goto(f"{address}/?lang={language}")
    assert page.locator(".error-summary [lang]").count() > 0
    assert page.evaluate(IN_PIECES) == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1280, 640, 390, 320, 195], ids=["desk", "desk at 200 %", "phone", "reflow", "phone at 200 %"])
def test_nothing_scrolls_sideways(page: Page, address: str, language: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{address}/?lang={language}")
    assert sideways(page) == 0


def test_a_chosen_theme_wins_over_the_systems(page: Page, address: str) -> None:
    page.goto(address)
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_only_a_reached_requirement_has_the_colour_of_success(page: Page, address: str) -> None:
    page.goto(address)
    colours = page.eval_on_selector_all(
        ".requirement",
        "all => all.map(e => [e.classList.contains('is-done'), getComputedStyle(e.querySelector('.requirement-state')).color])",
    )
    reached = {colour for done, colour in colours if done}
    others = {colour for done, colour in colours if not done}
    assert reached
    assert others
    assert reached.isdisjoint(others)


def test_everything_to_touch_is_44_pixels_high(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(address)
    small = page.evaluate(
        """touched => [...document.querySelectorAll(touched)]
              .filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 120))""",
        TOUCHED,
    )
    assert small == []


def test_no_text_is_smaller_than_16_pixels(page: Page, address: str) -> None:
    page.goto(address)
    assert page.evaluate("Math.min(...[...document.querySelectorAll('body *')].map(e => parseFloat(getComputedStyle(e).fontSize)))") >= 16


def test_the_content_policy_is_never_hit_and_no_request_leaves_the_site(page: Page, address: str) -> None:
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    traffic = Traffic(page)
    page.goto(address)
    traffic.wait()
    assert [words for words in said if "Content Security Policy" in words] == []
    assert [url for url in asked if not url.startswith(address)] == []


def test_style_and_script_stay_small(page: Page, address: str) -> None:
    bodies: dict[str, bytes] = {}
    page.on("response", lambda response: bodies.update({response.url.rpartition("/")[2]: response.body() if response.ok else b""}))
    traffic = Traffic(page)
    page.goto(f"{address}/error")
    traffic.wait()
    assert len(bodies["tokens.css"]) + len(bodies["app.css"]) <= CSS_LIMIT_BYTES
    assert sum(len(gzip.compress(body)) for body in bodies.values()) < FIRST_LOAD_LIMIT_BYTES  # as a compressing server sends it


def test_the_error_summary_has_the_focus_and_leads_into_the_field(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a").first.click()
    expect(page.locator("#name")).to_be_focused()
    assert page.locator("#name").get_attribute("aria-describedby") == "name-hint name-error"


# What keeps the script away, or what browsers before 2025 do not have.
LATE = "late"
OLD = "delete HTMLButtonElement.prototype.command; delete HTMLButtonElement.prototype.commandForElement"
OLD += "; addEventListener('command', (event) => event.preventDefault(), true)"


@pytest.mark.parametrize("browsers", ["with our script", LATE, OLD], ids=["new", "script still on its way", "old"])
def test_a_dialog_offers_the_way_out_first_and_gives_the_focus_back(page: Page, address: str, browsers: str) -> None:
    if browsers == LATE:
        page.route("**/js/ui.js*", lambda route: route.abort())
    elif browsers == OLD:
        page.add_init_script(OLD)
    page.goto(f"{address}/?lang=en")
    opener = page.get_by_role("button", name="Withdraw")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Withdraw this course?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_account_menu_closes_with_escape(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=en")
    menu = page.locator("details[data-menu]")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


def test_a_success_leaves_by_itself_and_an_error_stays_until_closed(page: Page, address: str) -> None:
    page.clock.install()
    page.goto(f"{address}/?lang=en")
    say = "([words, kind]) => document.dispatchEvent(new CustomEvent('toast', {detail: {message: words, category: kind}}))"
    page.evaluate(say, ["Saved", "success"])
    page.evaluate(say, ["<b>Refused</b>", "error"])
    expect(page.locator(".toast")).to_have_text(["Saved", "<b>Refused</b>"])
    page.clock.run_for(20_000)
    expect(page.locator(".toast")).to_have_text(["<b>Refused</b>"])
    page.get_by_role("button", name="Close this message").click()
    expect(page.locator(".toast")).to_have_count(0)


def test_a_message_of_the_last_request_is_shown(page: Page, address: str) -> None:
    page.goto(f"{address}/?flash=1")
    expect(page.locator(".toast-success")).to_be_visible()


def test_the_page_says_when_the_network_is_gone(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=en")
    expect(page.get_by_text("No network.")).to_be_hidden()
    page.context.set_offline(True)
    expect(page.get_by_text("No network.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("No network.")).to_be_hidden()


def test_a_job_shows_its_end_without_reload_and_says_so(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=en")
    expect(page.locator("#job-1").get_by_text("Waiting")).to_be_visible()
    expect(page.locator("#job-1").get_by_role("link", name="Download")).to_be_visible()
    expect(page.locator("#announcer")).to_have_text("Export: Ready")
    expect(page.locator("#job-2").get_by_text("Working")).to_be_visible()


def test_a_form_is_sent_once_however_often_the_button_is_pressed(page: Page, address: str) -> None:
    page.goto(address)
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.route("**/retry", lambda route: None)  # an answer that never comes
    page.evaluate("document.querySelector('#retry').closest('form').action = '/retry'")
    with page.expect_request("**/retry"):  # waits for the first one on a busy machine
        page.locator("#retry").dblclick(no_wait_after=True)
    page.wait_for_timeout(300)
    assert len(posts) == 1


def test_paper_has_the_facts_without_menu_and_buttons(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=en")
    text = "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf(format="A4"))).pages)
    assert "Guangshan No. 2 Primary School" in text
    assert "Sign out" not in text
    assert "Exports" not in text


def test_a_link_that_sorts_keeps_the_filters_and_starts_at_the_first_page() -> None:
    html = create_styleguide().test_client().get("/?status=short&after=abc&sort=name").text
    assert 'href="?status=short&amp;sort=-name"' in html
    assert 'aria-sort="ascending"' in html


def test_a_hostile_query_stays_inside_the_address() -> None:
    html = create_styleguide().test_client().get('/?_scheme=javascript&_external=1&q="><script>x</script>').text
    assert "javascript:" not in html
    assert "<script>x" not in html


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scrolled", [0, 700])
def test_a_message_covers_no_button_when_it_appears(page: Page, address: str, size: dict, scrolled: int) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(f"{address}/")
    page.evaluate("y => scrollTo(0, y)", scrolled)
    page.evaluate("document.dispatchEvent(new CustomEvent('toast', {detail: {message: '已保存', category: 'warning'}}))")
    expect(page.locator(".toast")).to_be_in_viewport()
    covered = page.evaluate(
        """() => [...document.querySelectorAll("main .button, main input, main select, .main-menu a")].filter(e => {
             const toast = document.querySelector(".toast").getBoundingClientRect(), own = e.getBoundingClientRect();
             return own.height && own.top < toast.bottom && own.bottom > toast.top && own.left < toast.right && own.right > toast.left
               && own.top >= 0 }).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert covered == []


def test_tabs_that_go_on_beyond_an_edge_say_so_there(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 200, "height": 700})
    page.goto(f"{address}/")
    bar = page.locator(".tabs").first
    bar.evaluate("bar => { bar.scrollLeft = 0; }")
    expect(bar).to_have_attribute("data-more", "after")
    bar.evaluate("bar => { bar.scrollLeft = 9999; }")
    expect(bar).to_have_attribute("data-more", "before")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    expect(bar).to_have_attribute("data-more", "")


def test_on_a_phone_a_row_of_a_table_is_compact_and_search_comes_first(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{address}/")
    heights = page.locator(".table-cards tbody tr").evaluate_all("rows => rows.map(row => row.offsetHeight)")
    assert heights
    assert max(heights) < 180
    top = page.locator(".filters > .field").first.bounding_box()
    button = page.locator(".filters > .button").first.bounding_box()
    assert top
    assert button
    assert abs(top["y"] + top["height"] - button["y"] - button["height"]) < 2, "the button stands beside the search"
