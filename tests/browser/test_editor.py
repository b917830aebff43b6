"""Does the editor of a course keep a trainer's changes if the connection fails, the sign-in ends or a colleague edits too?"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page, Route, expect

from tests.browser.phone import phone, sign_in
from tests.browser.studying import SOON_MS, wait_for
from tests.site import Site

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30
SAVED = "已全部保存。"


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    with phone(browser, site, expected="Failed to load resource|ERR_FAILED|401|400") as opened:
        yield opened


def begin(context: BrowserContext, site: Site) -> Page:
    """Begin a draft with the keyboard: from the list of courses to an empty draft."""
    page = sign_in(context, site, "trainer", "/catalogue/")
    page.get_by_role("link", name="制作课程").press("Enter")
    page.get_by_role("button", name="新建课程").press("Enter")
    expect(page.get_by_label("中文标题").first).to_be_visible(timeout=SOON_MS)
    return page


def write(folder: Path, *names: str) -> list[str]:
    for name in names:
        (folder / name).write_bytes(PNG + name.encode())
    return [str(folder / name) for name in names]


def titles(page: Page) -> list[str]:
    return page.locator("[data-line=title]").all_inner_texts()


def test_a_removed_activity_comes_back_with_undo_and_what_is_dragged_stays_there(
    context: BrowserContext, site: Site, tmp_path: Path
) -> None:
    page = begin(context, site)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.set_input_files("#files", write(tmp_path, "一.png", "二.png"))
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.locator("[data-activity]")).to_have_count(2, timeout=SOON_MS)
    before = titles(page)
    page.locator("[data-activity] summary").first.click()
    page.get_by_role("button", name="移除", exact=True).click()
    expect(page.locator("[data-activity]")).to_have_count(1)
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("[data-activity]")).to_have_count(2)
    assert titles(page) == before
    page.locator(".part-grip").first.drag_to(page.locator("[data-activity]").last, target_position={"x": 60, "y": 50})
    expect(page.locator("[data-save-line]")).to_have_text(SAVED)
    page.reload()
    assert titles(page) == before[::-1]


def test_text_typed_without_a_connection_is_kept_on_the_device_and_saved_later(context: BrowserContext, site: Site) -> None:
    page = begin(context, site)

    def lose(route: Route) -> None:
        route.abort()

    page.route("**/changes", lose)
    page.get_by_label("中文标题").first.press_sequentially("写在半路")
    expect(page.get_by_text("网络中断。您输入的内容已保存在本设备")).to_be_visible(timeout=SOON_MS)
    address = page.url
    page.on("dialog", lambda dialog: dialog.accept())
    page.close()
    again = context.new_page()
    held: list[Route] = []
    again.route("**/changes", lambda route: held.append(route), times=1)  # noqa: PLW0108 – a built-in method cannot be given
    again.goto(address)
    expect(again.locator("[data-save-line]")).to_have_text("正在保存…")
    held[0].continue_()
    expect(again.locator("[data-save-line]")).to_have_text(SAVED, timeout=SOON_MS)
    again.get_by_label("英文标题").first.fill("Halfway")
    again.get_by_label("中文标题").first.fill("写在半路上")
    again.keyboard.press("Tab")
    expect(again.locator("h1")).to_have_text("写在半路上")
    expect(again.locator("[data-conflicts] .callout")).to_have_count(0)
    again.reload()
    expect(again.get_by_label("中文标题").first).to_have_value("写在半路上")


def test_what_was_typed_before_the_page_was_complete_is_saved(context: BrowserContext, site: Site) -> None:
    page = begin(context, site)
    held: list[Route] = []
    page.route(re.compile(r"/editor/editor\."), lambda route: held.append(route))  # noqa: PLW0108 – as above
    page.reload(wait_until="commit")
    title = page.get_by_label("中文标题").first
    title.press_sequentially("手快")
    expect(page.locator("h1")).to_have_text("未命名课程")
    held[0].continue_()
    expect(page.locator("h1")).to_have_text("手快", timeout=SOON_MS)
    expect(page.locator("[data-save-line]")).to_have_text(SAVED)
    title.press_sequentially("的人")
    expect(page.locator("h1")).to_have_text("手快的人", timeout=SOON_MS)


def test_what_was_typed_after_the_sign_in_ended_is_saved_once_the_trainer_is_back(context: BrowserContext, site: Site) -> None:
    page = begin(context, site)
    context.clear_cookies()
    page.get_by_label("中文标题").first.press_sequentially("退出以后")
    expect(page.locator("[data-kept-title]")).to_have_text("您已退出登录", timeout=SOON_MS)
    sign_in(context, site, "trainer", "/catalogue/")
    page.bring_to_front()
    expect(page.locator("[data-save-line]")).to_have_text(SAVED, timeout=SOON_MS)
    page.reload()
    expect(page.get_by_label("中文标题").first).to_have_value("退出以后")


def test_two_trainers_who_write_one_field_both_see_both_texts(context: BrowserContext, site: Site) -> None:
    page = begin(context, site)
    other = context.new_page()
    other.goto(page.url)
    page.get_by_label("中文标题").first.fill("甲的标题")
    page.keyboard.press("Tab")
    expect(page.locator("h1")).to_have_text("甲的标题")
    other.get_by_label("中文标题").first.fill("乙的标题")
    other.keyboard.press("Tab")
    box = other.locator("[data-conflicts] .callout")
    expect(box).to_contain_text("乙的标题", timeout=SOON_MS)
    expect(box).to_contain_text("甲的标题")
    expect(other.get_by_label("中文标题").first).to_have_value("甲的标题")
    box.get_by_role("button", name="采用我的").click()
    expect(other.locator("h1")).to_have_text("乙的标题")
    page.get_by_label("中文标题").first.fill("甲又写了一遍")
    page.keyboard.press("Tab")
    page.locator("[data-conflicts]").get_by_role("button", name="保留对方的").press("Enter")
    expect(page.get_by_label("中文标题").first).to_be_focused()


def test_fields_that_somebody_is_in_stay_while_a_file_comes_in(context: BrowserContext, site: Site, tmp_path: Path) -> None:
    page = begin(context, site)
    page.set_input_files("#files", write(tmp_path, "一.png"))
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.locator("[data-activity]")).to_have_count(1, timeout=SOON_MS)
    held: list[Route] = []
    page.route("**/outline", lambda route: held.append(route))  # noqa: PLW0108 – as above
    page.set_input_files("#files", write(tmp_path, "二.png"))
    page.get_by_role("button", name="添加", exact=True).click()
    page.locator("[data-activity] summary").first.click()
    minutes = page.get_by_label("最多可得分钟数")
    minutes.fill("7")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.locator("[data-line=minutes]").first).to_have_text("7")
    expect(page.locator("[data-save-line]")).to_have_text(SAVED)
    wait_for(page, lambda: held, "the outline is asked for")
    held.pop(0).continue_()
    expect(page.locator("[data-activity]")).to_have_count(2)
    expect(minutes).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("8")
    page.keyboard.press("Tab")
    expect(page.locator("[data-line=minutes]").first).to_have_text("8")


def test_an_answer_from_before_a_change_does_not_take_the_change_off_the_page(context: BrowserContext, site: Site, tmp_path: Path) -> None:
    page = begin(context, site)
    page.set_input_files("#files", write(tmp_path, "一.png", "二.png"))
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.locator("[data-activity]")).to_have_count(2, timeout=SOON_MS)
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/outline", lambda route: held.append((route, route.fetch())), times=1)
    page.get_by_role("button", name="添加单元").click()
    wait_for(page, lambda: held, "the outline is on its way")
    order = titles(page)
    page.get_by_role("button", name=f"下移 {order[0]}").click()
    expect(page.locator("[data-save-line]")).to_have_text(SAVED)
    route, before = held[0]
    route.fulfill(response=before)
    expect(page.locator("[data-module]")).to_have_count(2)
    assert titles(page) == order[::-1]


def test_an_activity_that_is_opened_before_the_scripts_are_there_still_shows_its_fields(
    context: BrowserContext, site: Site, tmp_path: Path
) -> None:
    page = begin(context, site)
    page.set_input_files("#files", write(tmp_path, "一.png"))
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.locator("[data-activity]")).to_have_count(1, timeout=SOON_MS)
    held: list[Route] = []
    page.route(re.compile(r"/htmx"), lambda route: held.append(route))  # noqa: PLW0108 – as above
    page.reload(wait_until="commit")
    page.locator("[data-activity] summary").click()
    page.wait_for_timeout(300)
    held[0].continue_()
    expect(page.get_by_label("最多可得分钟数")).to_be_visible(timeout=SOON_MS)


def test_the_focus_stays_on_the_button_of_a_part_when_the_change_of_somebody_else_redraws_the_parts(
    context: BrowserContext, site: Site
) -> None:
    page = begin(context, site)
    page.wait_for_load_state()
    page.get_by_role("button", name="添加单元").press("Enter")
    expect(page.locator("[data-module]")).to_have_count(2)
    other = context.new_page()
    other.goto(page.url)  # complete by now: a press before the scripts are there does nothing
    other.get_by_role("button", name="添加单元").click()
    expect(other.locator("[data-module]")).to_have_count(3)
    page.bring_to_front()
    up = page.get_by_role("button", name="单元上移").nth(1)
    up.press("Enter")
    expect(page.locator("[data-module]")).to_have_count(3)
    expect(page.get_by_role("button", name="单元上移").first).to_be_focused()


def test_the_message_after_putting_an_activity_into_the_course_leaves_the_activity_visible(context: BrowserContext, site: Site) -> None:
    page = begin(context, site)
    for title in ("一", "二", "三", "课后想一想：" + "等待三秒之后，学生的回答有什么不同？" * 4):
        page.get_by_role("link", name="新建：教学反思").click()
        page.locator('[data-path="title"] input').fill(title)
        page.locator('[data-path="prompt"] textarea').fill("想一想。")
        page.get_by_role("button", name="放入课程").click()
        expect(page.locator("[data-activity]").last).to_be_visible(timeout=SOON_MS)
        message = page.locator(".toast")
        expect(message).to_be_visible()
        page.wait_for_function(
            """() => {
              const [message, place] = [".toast", ".part:target"].map((one) => document.querySelector(one).getBoundingClientRect());
              return place.top >= message.bottom && place.top < innerHeight;
            }""",
            timeout=5000,
        )
