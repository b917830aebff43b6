"""Is text typed into a form of the workshop kept if the connection fails, the sign-in ends or a colleague writes there too?"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import select

from lms.accounts.models import TRAINER, Organisation, Person
from lms.accounts.people import add_person
from lms.db import transaction
from lms.workshop.models import DraftChange
from tests.browser.phone import phone, sign_in, sound
from tests.browser.quizzes import at
from tests.browser.studying import SOON_MS
from tests.site import FILM, PASSWORD, Site

TASK = "请学员思考并写下什么"
BANK = re.compile(r"/workshop/bank(/[^/?]+)?(\?person=\d+)?$")
EXPECTED = "Failed to load resource|ERR_FAILED"


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    with phone(browser, site, EXPECTED) as context:
        yield context


@pytest.fixture
def colleague(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    with site.app.app_context(), transaction() as session:
        trainer = session.scalars(select(Person).where(Person.username == "trainer")).one()
        own = session.get_one(Organisation, trainer.organisation_id)
        add_person(session, "colleague", "陈燕", (TRAINER,), password=PASSWORD, organisation=own)
    with phone(browser, site, EXPECTED) as context:
        yield context


def begin(visitor: BrowserContext, site: Site) -> Page:
    page = sign_in(visitor, site, "trainer", "/workshop/drafts")
    page.get_by_role("button", name="新建课程").click()
    page.wait_for_url("**/workshop/drafts/*")
    return page


def put(page: Page) -> None:
    page.get_by_role("button", name="放入课程").click()


def open_form(page: Page, title: str) -> None:
    """Open the form of an activity of the draft that the page shows."""
    page.locator("[data-activity]", has_text=title).locator("summary").click()
    page.get_by_role("link", name="编辑内容").click()
    expect(page.get_by_label(TASK)).to_be_visible()


def write_boolean(page: Page, text: str) -> None:
    """Write a sentence that is true into the form of a question."""
    at(page, "question.type").locator("select").select_option("boolean")
    page.get_by_label("题目", exact=True).fill(text)


def lose_answer(route: Route) -> None:
    """Let the site store what was sent, and lose its answer."""
    route.fetch()
    route.abort()


def put_without_an_answer(visitor: BrowserContext, site: Site) -> tuple[Page, str]:
    """Put a first activity into a new draft, and lose the site's answer; return the page of the form, and the draft's address."""
    page = begin(visitor, site)
    draft = page.url
    page.get_by_role("link", name="新建：教学反思").click()
    page.get_by_label("名称").fill("我的反思")
    page.get_by_label(TASK).fill("学生最难理解哪一步？")
    page.route("**/forms?person=*", lose_answer, times=1)
    put(page)
    expect(page.get_by_text("网络中断。您填写的内容已保存在本设备")).to_be_visible()
    return page, draft


def again(visitor: BrowserContext, site: Site) -> None:
    """Sign in once more, on another page of the browser."""
    visitor.clear_cookies()
    sign_in(visitor, site, "trainer", "/catalogue/").close()


def test_a_form_goes_into_the_course_once_when_the_connection_or_the_sign_in_is_back(
    visitor: BrowserContext, colleague: BrowserContext, site: Site
) -> None:
    page, draft = put_without_an_answer(visitor, site)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-line=title]")).to_have_text(["我的反思"], timeout=SOON_MS)

    open_form(page, "我的反思")
    visitor.clear_cookies()
    page.get_by_label(TASK).fill("学生最难理解哪一步？为什么？")
    put(page)
    expect(page.get_by_role("link", name="在新页面登录")).to_be_visible()
    sound(page)
    again(visitor, site)
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_url(f"{draft}#*", timeout=SOON_MS)
    open_form(page, "我的反思")
    expect(page.get_by_label(TASK)).to_have_value("学生最难理解哪一步？为什么？")

    other = sign_in(colleague, site, "colleague", f"{draft.removeprefix(site.address)}")
    open_form(other, "我的反思")
    other.get_by_label(TASK).fill("同事写的题目。")
    put(other)
    expect(other.get_by_text("“我的反思”已放入课程。")).to_be_visible()
    page.get_by_label(TASK).fill("我写的题目。")
    put(page)
    expect(page.get_by_text("没有保存，因为您打开表单后有人修改了这个活动")).to_be_visible()
    page.reload()
    expect(page.get_by_label(TASK)).to_have_value("我写的题目。")
    expect(page.get_by_text("此后有人修改了这个活动")).to_be_visible()
    sound(page)
    put(page)
    expect(page.get_by_text("“我的反思”已放入课程。")).to_be_visible()
    other.locator("[data-activity] summary").click()
    other.get_by_role("link", name="编辑内容").click()
    expect(other.get_by_label(TASK)).to_have_value("我写的题目。")


def test_a_question_of_the_bank_is_kept_once_when_the_connection_or_the_sign_in_is_back(visitor: BrowserContext, site: Site) -> None:
    page = sign_in(visitor, site, "trainer", "/workshop/bank/new")
    save, text = page.get_by_role("button", name="保存到题库"), page.get_by_label("题目", exact=True)
    write_boolean(page, "冰比水轻。")
    page.route(BANK, lambda route: route.abort(), times=1)
    save.click()
    expect(page.get_by_text("网络中断。您填写的内容已保存在本设备")).to_be_visible()
    page.reload()
    expect(text).to_have_value("冰比水轻。")
    page.route(BANK, lose_answer, times=1)
    save.click()
    expect(page.get_by_text("网络中断。您填写的内容已保存在本设备")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text("题目已存入题库。")).to_be_visible(timeout=SOON_MS)
    page.get_by_role("link", name="冰比水轻。").click()  # the one: a second of this text would be refused here

    text.fill("冰浮在水面上。")
    page.route(BANK, lose_answer, times=1)
    save.click()
    expect(page.get_by_text("网络中断。您填写的内容已保存在本设备")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_url("**/workshop/bank", timeout=SOON_MS)
    page.get_by_role("link", name="冰浮在水面上。").click()
    visitor.clear_cookies()
    text.fill("冰能浮在水面上。")
    save.click()
    expect(page.get_by_role("link", name="在新页面登录")).to_be_visible()
    again(visitor, site)
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_url("**/workshop/bank", timeout=SOON_MS)
    expect(page.get_by_role("link", name="冰能浮在水面上。")).to_be_visible()


def test_typing_on_ends_the_wait_with_a_word_and_a_form_waits_for_the_person_who_opened_it(
    visitor: BrowserContext, colleague: BrowserContext, site: Site
) -> None:
    assert colleague.pages == []  # the colleague signs in on the same computer, not on another one
    page, draft = put_without_an_answer(visitor, site)
    page.get_by_label(TASK).fill("学生最难理解哪一步？为什么？")
    expect(page.get_by_text("不再自动保存")).to_be_visible()
    expect(page.get_by_text("网络中断")).to_be_hidden()
    sound(page)
    put(page)
    expect(page.locator("[data-line=title]")).to_have_text(["我的反思"], timeout=SOON_MS)
    open_form(page, "我的反思")
    expect(page.get_by_label(TASK)).to_have_value("学生最难理解哪一步？为什么？")

    visitor.clear_cookies()
    page.get_by_label(TASK).fill("我写的题目。")
    put(page)
    expect(page.get_by_role("link", name="在新页面登录")).to_be_visible()
    sign_in(visitor, site, "colleague", "/catalogue/").close()
    with page.expect_response(lambda one: one.request.method == "GET" and one.url == page.url):
        page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("link", name="在新页面登录")).to_be_visible()
    again(visitor, site)
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_url(f"{draft}#*", timeout=SOON_MS)
    with site.app.app_context(), transaction() as session:
        authors = session.scalars(select(Person.username).join(DraftChange, DraftChange.person_id == Person.id).distinct())
        assert authors.all() == ["trainer"]


def test_a_text_of_a_refused_form_is_in_the_form_again_after_the_sign_in(visitor: BrowserContext, site: Site) -> None:
    page = begin(visitor, site)
    page.get_by_role("link", name="检查并发布").click()
    text = page.get_by_role("textbox", name="意见")
    text.fill("第一题可以再加一张图。")
    visitor.clear_cookies()
    page.get_by_role("button", name="添加意见").click()
    expect(page.get_by_text("您已退出登录，没有保存任何内容。")).to_be_visible()
    sound(page)
    page.get_by_role("link", name="登录").click()
    page.fill("input[name=identity]", "trainer")
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(text).to_have_value("第一题可以再加一张图。")
    expect(page.get_by_text("您填写的内容已恢复")).to_be_visible()
    again(visitor, site)  # the form of this page belongs to the sign-in before
    page.get_by_role("button", name="添加意见").click()
    page.get_by_role("link", name="返回填写页面").click()
    expect(text).to_have_value("第一题可以再加一张图。")
    page.get_by_role("button", name="添加意见").click()
    expect(page.locator(".card", has_text="第一题可以再加一张图。")).to_be_visible()
    expect(text).to_have_value("")


def test_a_text_of_a_form_that_was_refused_for_its_content_before_is_in_the_form_again_too(visitor: BrowserContext, site: Site) -> None:
    with site.app.app_context(), transaction() as session:
        number = session.scalars(select(Organisation.id)).one()
    page = sign_in(visitor, site, "office", f"/office/organisations/{number}")
    name = page.get_by_label("新名称")
    name.fill(" ")
    page.get_by_role("button", name="查看影响").first.click()
    page.wait_for_url("**/preview")
    name.fill("县教师发展中心")
    visitor.clear_cookies()
    page.get_by_role("button", name="查看影响").first.click()
    page.get_by_role("link", name="登录").click()
    page.fill("input[name=identity]", "office")
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(name).to_have_value("县教师发展中心")


def test_a_question_is_placed_where_the_film_stands(visitor: BrowserContext, site: Site) -> None:
    page = sign_in(visitor, site, "trainer", "/workshop/activities/video")
    page.get_by_label("名称").fill("冰怎样融化")
    page.get_by_label("视频", exact=True).set_input_files(str(FILM))
    film = page.locator("video[data-film]")
    for second, words in ((2.5, "0:02.5"), (4, "0:04")):
        film.evaluate("(video, second) => { video.currentTime = second; }", second)
        page.get_by_role("button", name=f"在 {words} 处提问").press("Enter")
        expect(page.locator("[data-path^=checkpoints] textarea:focus")).to_be_focused()
        page.keyboard.type(f"在 {second} 秒看到什么？")
    times = page.get_by_label("视频时间点")
    assert [one.input_value() for one in times.all()] == ["0:02.5", "0:04"]
    times.last.fill("0：05")
    page.get_by_role("button", name="跳到此处").last.press("Enter")
    assert film.evaluate("(video) => video.currentTime") == 5
    for name in ("选项 1", "选项 2"):
        for field in page.get_by_label(name, exact=True).all():
            field.fill(name)
    page.get_by_role("button", name="预览").press("Enter")
    summary = page.locator("[data-summary]")
    expect(summary.get_by_role("link", name="请标出正确选项")).to_have_count(2)
    sound(page)
    for right in page.get_by_label("选项 2: 正确").all():
        right.check()
    page.get_by_role("button", name="预览").press("Enter")
    expect(page.frame_locator("iframe[data-frame]").locator("video")).to_be_visible(timeout=SOON_MS)
