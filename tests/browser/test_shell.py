"""One shell for all formats: the outline, the way on, the size of the text, captions, the whole screen."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.phone import phone, sign_in
from tests.browser.phone import sound as fit_to_be_shown
from tests.browser.studying import content, read_to_the_end
from tests.site import Site

NOTHING = "(?!)"
TEXT_PX = "() => parseFloat(getComputedStyle(document.querySelector('.th-content')).fontSize)"


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    with phone(browser, site, NOTHING) as context:
        yield context


def opened(visitor: BrowserContext, site: Site, activity: str) -> Page:
    page = sign_in(visitor, site, "teacher")
    page.goto(site.learn(activity))
    expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting")
    return page


def test_on_a_phone_the_outline_is_a_panel_that_says_where_somebody_is_and_leads_to_other_activities(
    visitor: BrowserContext, site: Site
) -> None:
    page = opened(visitor, site, "reading")
    outline, button = page.get_by_role("navigation", name="journey"), page.get_by_role("button", name="课程大纲 1 / 3")
    expect(outline).to_be_hidden()
    button.press("Enter")
    expect(outline).to_be_visible()
    expect(outline.get_by_role("button", name="关闭")).to_be_focused()
    expect(outline.locator("[aria-current=page]")).to_contain_text("reading")
    fit_to_be_shown(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.keyboard.press("Escape")
    expect(outline).to_be_hidden()
    button.click()
    outline.get_by_role("link", name="film").click()
    page.wait_for_url("**/film")


def test_on_a_wide_screen_the_outline_stands_beside_the_content(visitor: BrowserContext, site: Site) -> None:
    page = opened(visitor, site, "reading")
    page.set_viewport_size({"width": 1280, "height": 900})
    outline, frame = page.locator("[data-outline]").bounding_box(), page.locator("[data-frame]").bounding_box()
    assert outline
    assert frame
    assert outline["x"] > frame["x"] + frame["width"]
    assert outline["y"] < 400


def test_the_way_on_becomes_the_primary_button_when_the_condition_is_met(visitor: BrowserContext, site: Site) -> None:
    page = opened(visitor, site, "reading")
    onward, state = page.get_by_role("link", name="下一个"), page.locator("[data-outline] [aria-current=page]")
    expect(onward).to_have_class(re.compile("button-secondary"))
    expect(page.locator("[data-gate-note]")).to_contain_text("学完")
    read_to_the_end(page)
    expect(onward).to_have_class(re.compile("button-primary"))
    expect(page.locator("[data-gate-note]")).to_contain_text("条件已满足")
    expect(state).to_contain_text(re.compile("时长已满|条件已满足"))


def test_the_size_of_the_text_is_remembered_on_the_device_and_followed_by_our_own_frames(visitor: BrowserContext, site: Site) -> None:
    page = opened(visitor, site, "reading")
    expect(content(page).get_by_label("听孩子说")).to_be_visible()
    before = page.frames[1].evaluate(TEXT_PX)
    page.locator("summary", has_text="文字大小").press("Enter")
    page.get_by_label("特大").check()
    assert page.frames[1].evaluate(TEXT_PX) == before * 1.5
    page.goto(site.learn("quiz"))
    expect(content(page).get_by_label("q1甲")).to_be_visible()
    assert page.frames[1].evaluate(TEXT_PX) == before * 1.5
    assert page.frames[1].evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_player_fills_the_screen_with_its_clock_and_gives_it_back(visitor: BrowserContext, site: Site) -> None:
    page = opened(visitor, site, "reading")
    button = page.get_by_role("button", name="全屏")
    button.click()
    page.wait_for_function("document.fullscreenElement?.matches('[data-player]')")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-clock-root]")).to_be_in_viewport()
    expect(page.get_by_role("navigation", name="本课程")).to_be_visible()
    button.click()
    page.wait_for_function("document.fullscreenElement === null")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("banner")).to_be_in_viewport()


def test_captions_are_turned_off_by_the_player_and_stay_off(visitor: BrowserContext, site: Site) -> None:
    page = sign_in(visitor, site, "teacher")
    page.goto(site.learn("film"))
    button = page.get_by_role("button", name="字幕")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert modes(page) == ["showing"]
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert modes(page) == ["disabled"]
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert modes(page) == ["disabled"]


def modes(page: Page) -> list[str]:
    found: list[str] = page.frames[1].evaluate("[...document.querySelector('video').textTracks].map(one => one.mode)")
    return found


def test_an_activity_without_captions_has_no_button_for_them(visitor: BrowserContext, site: Site) -> None:
    page = opened(visitor, site, "quiz")
    expect(page.get_by_role("button", name="全屏")).to_be_visible()
    expect(page.locator("[data-captions]")).to_be_hidden()
