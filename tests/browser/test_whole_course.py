"""Does a course live from a broken upload to a corrected version, and do its class and its tutor get what they need from the pages alone?"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from lms.accounts.models import STAFF, TRAINER, Organisation, Person
from lms.accounts.people import add_person
from lms.catalogue.models import CourseVersion
from lms.classes.models import ClassStaff, Enrolment
from lms.db import transaction
from tests.browser.phone import phone, sign_in, sound
from tests.browser.quizzes import answer, write, write_quiz
from tests.browser.studying import EXPECTED, SOON_MS, content, credited, wait_for
from tests.site import FILM, PASSWORD, Site

SAVED = "已全部保存。"
TITLE = "水的三态"


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    with site.app.app_context(), transaction() as session:
        trainer = session.scalars(select(Person).where(Person.username == "trainer")).one()
        own = session.get_one(Organisation, trainer.organisation_id)
        add_person(session, "colleague", "陈燕", (TRAINER,), password=PASSWORD, organisation=own)
        tutor = add_person(session, "tutor", "孙辅导", (STAFF,), password=PASSWORD, organisation=own)
        class_id = session.get_one(Enrolment, site.enrolment_id).class_id
        session.add(ClassStaff(class_id=class_id, person_id=tutor.id, role="tutor", added_at=site.app.extensions["clock"]()))
    with phone(browser, site, f"{EXPECTED}|ERR_FAILED|Failed to load resource") as context:
        yield context


def at_page(visitor: BrowserContext, site: Site, username: str, path: str) -> Page:
    """Sign somebody in, in a window without cookies, and open a page."""
    for page in visitor.pages:
        page.close()
    visitor.clear_cookies()
    return sign_in(visitor, site, username, path)


def class_of(site: Site) -> str:
    with site.app.app_context(), transaction() as session:
        return f"/office/classes/{session.get_one(Enrolment, site.enrolment_id).class_id}"


def begin(visitor: BrowserContext, site: Site, folder: Path) -> str:
    """Begin a course: a film whose upload breaks off, after a file that is refused. Return the address of its draft."""
    page = at_page(visitor, site, "trainer", "/workshop/drafts")
    page.get_by_role("button", name="新建课程").click()
    page.get_by_label("中文标题").first.fill(TITLE)
    (folder / "坏.pdf").write_bytes(b"%PDF-1.7 broken")
    page.set_input_files("#files", str(folder / "坏.pdf"))
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.locator("[data-state=refused]")).to_contain_text("PDF", timeout=SOON_MS)
    lost: list[Route] = []

    def lose(route: Route) -> None:
        if route.request.method == "PATCH" and not lost:
            lost.append(route)
            route.abort()
        else:
            route.continue_()

    page.route("**/catalogue/tus/*", lose)
    page.set_input_files("#files", str(FILM))
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.get_by_text("网络中断。已收到的部分已保留")).to_be_visible(timeout=SOON_MS)
    expect(page.locator("[data-activity]")).to_have_count(1, timeout=SOON_MS)
    return page.url.removeprefix(site.address)


def write_forms(page: Page, site: Site, draft: str) -> None:
    """Write a quiz with two attempts and feedback, and a reflection, into the draft."""
    page.goto(f"{site.address}{draft}/forms/quiz")
    write_quiz(page)
    page.get_by_label("作答次数").fill("2")
    page.locator("summary", has_text="图片、反馈").first.click()
    write(page, "questions[0].feedback.zh", "零度时冰和水并存。")
    page.get_by_role("button", name="放入课程").click()
    expect(page.get_by_text("“水的测验”已放入课程。")).to_be_visible(timeout=SOON_MS)
    page.get_by_role("link", name="新建：教学反思").click()
    page.get_by_label("名称").fill("我的反思")
    page.get_by_label("请学员思考并写下什么").fill("学生最难理解哪一步？")
    page.get_by_label("最少字数").fill("5")
    page.get_by_role("button", name="放入课程").click()
    expect(page.get_by_text("“我的反思”已放入课程。")).to_be_visible(timeout=SOON_MS)


def preview_as_a_teacher(page: Page, site: Site) -> None:
    """Answer the quiz of the draft as a learner does; nobody earns anything by it."""
    page.locator("[data-activity]", has_text="水的测验").locator("summary").click()
    page.get_by_role("link", name="预览").click()
    frame = content(page)
    expect(frame.locator("fieldset")).to_have_count(6, timeout=SOON_MS)
    answer(frame)
    frame.get_by_role("button", name="交卷").click()
    expect(frame.get_by_role("heading", name="通过了！得分 6 / 6")).to_be_visible(timeout=SOON_MS)
    assert credited(site) == {}


def ask_colleague(page: Page, site: Site, draft: str) -> None:
    page.goto(f"{site.address}{draft}/review")
    page.get_by_label("同事").select_option(label="陈燕")
    page.get_by_role("button", name="请其审阅").click()
    expect(page.get_by_text("尚未同意")).to_be_visible()


def agree(visitor: BrowserContext, site: Site, draft: str) -> None:
    """Find the draft in the list as the colleague, comment on it, and agree to it."""
    page = at_page(visitor, site, "colleague", "/workshop/drafts")
    expect(page.get_by_text("待您审阅")).to_be_visible()
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("textbox", name="意见").fill("第一题可以再加一张图。")
    page.get_by_role("button", name="添加意见").click()
    expect(page.get_by_text("第一题可以再加一张图。")).to_be_visible()
    page.get_by_role("button", name="同意").click()
    expect(page.get_by_text("陈燕 已同意")).to_be_visible()
    sound(page)
    page.set_viewport_size({"width": 390, "height": 844})


def publish(page: Page, site: Site, draft: str, number: int) -> None:
    page.goto(f"{site.address}{draft}/review")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_text(f"已发布为第 {number} 版")).to_be_visible(timeout=SOON_MS)


def give_to_class(visitor: BrowserContext, site: Site) -> None:
    page = at_page(visitor, site, "office", f"{class_of(site)}/courses")
    courses = page.get_by_role("combobox", name="课程")
    courses.select_option(value=courses.locator("option", has_text=TITLE).get_attribute("value"))
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.get_by_role("link", name=TITLE)).to_be_visible()


def open_activity(visitor: BrowserContext, site: Site, name: str) -> Page:
    """Open an activity as the teacher, from the page of the course: the first page folds a course whose time is full."""
    with site.app.app_context(), transaction() as session:
        own = select(CourseVersion.id).where(CourseVersion.title_zh == TITLE).order_by(CourseVersion.id.desc())
        version = session.scalars(own).first()
    page = at_page(visitor, site, "teacher", f"/courses/{site.enrolment_id}/{version}")
    page.set_viewport_size({"width": 1280, "height": 2400})  # on a phone the menu below lies over what a click in the frame aims at
    page.get_by_role("link", name=name).first.click()
    expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting", timeout=SOON_MS)
    return page


def fail_twice(visitor: BrowserContext, site: Site) -> None:
    """Hand in wrong answers until no attempt is left; each time the feedback is shown, and the answers are kept for the next attempt."""
    page = open_activity(visitor, site, "水的测验")
    frame = content(page)
    expect(frame.locator("fieldset")).to_have_count(6, timeout=SOON_MS)
    answer(frame)
    frame.get_by_label("100 ℃").check()
    frame.get_by_label("汽").uncheck()
    frame.get_by_label("错", exact=True).check()
    for again in (True, False):
        frame.get_by_role("button", name="交卷").press("Enter")
        expect(frame.get_by_role("heading", name="这次得分 3 / 6")).to_be_visible(timeout=SOON_MS)
        expect(frame.get_by_text("零度时冰和水并存。")).to_be_visible()
        if again:
            frame.get_by_role("button", name="再做一次").press("Enter")
    expect(frame.get_by_text("测验次数已用完")).to_be_visible()
    expect(frame.get_by_role("button", name="再做一次")).to_have_count(0)


def help_the_teacher(visitor: BrowserContext, site: Site) -> None:
    """Find who is stuck as the tutor, look at the questions, export them, and start over for the teacher."""
    page = at_page(visitor, site, "tutor", f"{class_of(site)}/progress")
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("row", name=re.compile("王秀兰"))).to_contain_text("水的测验")
    sound(page)
    page.get_by_role("row", name=re.compile("王秀兰")).get_by_role("link", name="水的测验").click()
    expect(page.get_by_text("水在几度结冰？")).to_be_visible()
    expect(page.get_by_text("100 ℃").first).to_be_visible()
    with page.expect_download() as sheet:
        page.get_by_role("link", name="下载表格").click()
    book = CalamineWorkbook.from_path(sheet.value.path())
    assert ["水在几度结冰？", "100 ℃", 1] in book.get_sheet_by_index(1).to_python()
    sound(page)
    page.get_by_label("教师", exact=True).select_option(index=1)
    page.get_by_role("button", name="让该教师重新开始").click()
    expect(page.get_by_text("已为 1 名教师重新开始。")).to_be_visible()


def pass_at_last(visitor: BrowserContext, site: Site) -> None:
    page = open_activity(visitor, site, "水的测验")
    frame = content(page)
    expect(frame.locator("fieldset")).to_have_count(6, timeout=SOON_MS)
    answer(frame)
    frame.get_by_role("button", name="交卷").click()
    expect(frame.get_by_role("heading", name="通过了！得分 6 / 6")).to_be_visible(timeout=SOON_MS)


def answer_openly(visitor: BrowserContext, site: Site, text: str) -> None:
    page = open_activity(visitor, site, "我的反思")
    content(page).get_by_role("textbox").fill(text)
    content(page).get_by_role("button", name=re.compile("提交")).click()
    expect(content(page).get_by_text("已提交，等待老师查看。")).to_be_visible(timeout=SOON_MS)


def decide(visitor: BrowserContext, site: Site, button: str, comment: str) -> None:
    """Open the answer from the tutor's list of what waits, and decide it."""
    page = at_page(visitor, site, "tutor", f"{class_of(site)}/tasks")
    page.get_by_role("link", name=re.compile("我的反思|王秀兰")).first.click()
    expect(page.get_by_text("学生最难理解哪一步？")).to_be_visible()
    page.get_by_role("textbox").last.fill(comment)
    sound(page)
    page.get_by_role("button", name=button, exact=True).click()


def correct(visitor: BrowserContext, site: Site) -> None:
    """Correct the published course as the trainer: another title of an activity, published as version 2."""
    page = at_page(visitor, site, "trainer", "/catalogue/")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("button", name="编辑为草稿").click()
    page.locator("[data-activity]", has_text="我的反思").locator("summary").click()
    page.locator("[data-fields]").get_by_label("中文标题").fill("教后反思")  # not the field of the course, which is there before
    page.keyboard.press("Tab")
    expect(page.locator("[data-save-line]")).to_have_text(SAVED)
    page.get_by_role("link", name="检查并发布").click()
    expect(page.get_by_text("教后反思").first).to_be_visible()
    publish(page, site, re.sub(r"/review.*", "", page.url).removeprefix(site.address), 2)


def move_class(visitor: BrowserContext, site: Site) -> None:
    page = at_page(visitor, site, "office", f"{class_of(site)}/courses")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("link", name="第 2 版").click()
    page.get_by_role("button", name="更换版本").click()
    expect(page.get_by_text("所有人的学时正在重新计算")).to_be_visible(timeout=SOON_MS)


def test_a_course_is_made_reviewed_published_studied_tutored_and_corrected(site: Site, visitor: BrowserContext, tmp_path: Path) -> None:
    draft = begin(visitor, site, tmp_path)
    page = visitor.pages[-1]
    write_forms(page, site, draft)
    preview_as_a_teacher(page, site)
    ask_colleague(page, site, draft)
    agree(visitor, site, draft)
    publish(at_page(visitor, site, "trainer", "/workshop/drafts"), site, draft, 1)
    give_to_class(visitor, site)
    fail_twice(visitor, site)
    help_the_teacher(visitor, site)
    pass_at_last(visitor, site)
    earned = credited(site)
    answer_openly(visitor, site, "最难的是压强。")
    decide(visitor, site, "退回", "请写得具体一点。")
    answer_openly(visitor, site, "最难的是气压与沸点的关系。")
    decide(visitor, site, "通过", "写得很好。")
    correct(visitor, site)
    move_class(visitor, site)
    page = open_activity(visitor, site, "教后反思")
    expect(content(page).get_by_text("已通过。")).to_be_visible(timeout=SOON_MS)
    wait_for(page, lambda: credited(site).items() >= earned.items(), "what was earned stays")
