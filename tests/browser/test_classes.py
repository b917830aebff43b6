"""Does an office run a class on a phone from opening it to a teacher's first sign-in, and does the teacher leave and come back?"""

import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.phone import phone, sign_in, sound
from tests.site import Site

LIST = "姓名,用户名,学校,类别\n林静宜,lin,镇小学,小学\n王秀兰,teacher,,小学\n李强,li.qiang,镇中学,月亮\n"


def opened(page: Page) -> None:
    """Open a class from the list of classes."""
    page.get_by_role("link", name="开班").click()
    sound(page)
    page.get_by_role("link", name="学科教师在线教学能力提升培训").click()
    sound(page)
    page.get_by_label("代码").fill("k2")
    page.get_by_role("button", name="确认开班").click()
    expect(page.get_by_role("alert")).to_contain_text("请填写班级名称")
    sound(page)
    page.get_by_label("班级名称").fill("二班")
    page.get_by_label("开始日期", exact=True).fill("2026-01-01")
    page.get_by_label("结束日期", exact=True).fill("2036-12-31")
    page.get_by_label("journey").check()
    page.get_by_role("button", name="确认开班").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("添加教师")
    sound(page)


def enrolled(page: Page, folder: Path) -> None:
    """Upload a list, look at what would come of it, and confirm it."""
    file = folder / "教师名单.csv"
    file.write_bytes(LIST.encode("gbk"))
    page.get_by_label("教师名单文件").set_input_files(file)
    page.get_by_role("button", name="核对名单").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("3 行中有 2 行可以入班")
    expect(page.get_by_role("row", name=re.compile("李强|月亮"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("林静宜"))).to_contain_text("新建账号")
    sound(page)
    page.get_by_role("button", name="将这 2 名教师加入班级").click()
    page.get_by_role("link", name="查看班级").click(timeout=20_000)
    expect(page.get_by_role("rowheader", name=re.compile("林静宜"))).to_be_visible()
    sound(page)


def handed_out(page: Page) -> str:
    """Hand out the initial passwords; return the one of the new teacher."""
    page.get_by_role("link", name="初始密码").click()
    sound(page)
    page.get_by_role("button", name="显示初始密码（仅此一次）").click()
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    sound(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="存为 CSV").click()
    saved = Path(download.value.path()).read_text(encoding="utf-8-sig")
    password = page.locator("code").nth(1).inner_text()
    assert f"林静宜,lin,{password},镇小学" in saved
    page.get_by_role("link", name="已打印或保存").click()
    assert password not in page.content()
    return password


def first_sign_in(page: Page, password: str) -> None:
    """Sign in with an initial password and choose one."""
    page.fill("input[name=identity]", "lin")
    page.fill("input[name=password]", password)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("设置自己的密码")
    sound(page)
    page.fill("input[name=new]", password)
    page.get_by_role("button", name="使用这个密码").click()
    expect(page.get_by_text("新密码与当前密码相同").first).to_be_visible()
    page.fill("input[name=new]", "eine ganz andere Sache")
    page.get_by_role("button", name="使用这个密码").click()
    expect(page.get_by_text("小学教师")).to_be_visible()
    expect(page.get_by_text("学科教师在线教学能力提升培训")).to_be_visible()
    sound(page)


def test_an_office_opens_a_class_enrols_a_list_and_a_new_teacher_gets_in(
    visitor: BrowserContext, browser: Browser, site: Site, tmp_path: Path
) -> None:
    page = sign_in(visitor, site, "office", "/office/classes")
    opened(page)
    enrolled(page, tmp_path)
    password = handed_out(page)
    with phone(browser, site, expected="422") as theirs:
        teacher = theirs.new_page()
        teacher.goto(site.address)
        first_sign_in(teacher, password)


def test_a_teacher_is_withdrawn_comes_back_and_the_class_is_closed(visitor: BrowserContext, site: Site) -> None:
    page = sign_in(visitor, site, "office", "/office/classes")
    page.get_by_role("link", name=re.compile("k1 班")).click()
    page.get_by_role("link", name=re.compile("参训情况.*王秀兰")).click()
    sound(page)
    page.get_by_role("button", name="退班", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="让 王秀兰 退出本班？")).to_be_visible()
    sound(page)
    page.get_by_role("button", name="确认退班").click()
    expect(page.get_by_text("已退出本班")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("已退班.*李静"))).to_be_visible()
    sound(page)
    page.get_by_role("button", name="重新入班").click()
    expect(page.get_by_role("row", name=re.compile("重新入班"))).to_be_visible()

    page.get_by_role("link", name=re.compile("k1 班")).click()
    page.get_by_role("link", name="设置与记录").click()
    sound(page)
    page.get_by_label("班级名称").fill("在线教学 k1 新班")
    page.get_by_label("只在开始日期至结束日期之间计时").check()
    page.get_by_label("班级名称").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("尚未保存")
    sound(page)
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("重新认定所有人的学时")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name=re.compile("k1 班 → 在线教学 k1 新班"))).to_be_visible()
    page.get_by_role("button", name="结束班级", exact=True).click()
    sound(page)
    page.get_by_role("button", name="现在结束班级").click()
    expect(page.get_by_text(re.compile("本班已于.*结束"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("班级结束.*李静"))).to_be_visible()
    sound(page)
    page.get_by_role("button", name="重新开放").first.click()
    page.get_by_role("dialog").get_by_role("button", name="重新开放").click()
    expect(page.get_by_text("班级已重新开放")).to_be_visible()
