"""Does one enrolment live from confirmation to *all requirements met*, on the pages of everybody who has a part in it?"""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.living import FIRST_DAY, Life, living
from tests.browser.phone import phone

HOUR = 45  # minutes
STUDIED = ("a1", "a2", "a3", "a4", "a5")
LOG = "返校后上了一节公开课，课后与同组教师评课。"


@pytest.fixture
def lead(sqlite_url: str, tmp_path: Path) -> Iterator[Life]:
    """A class of lead teachers with a course of thirty hours."""
    with living(sqlite_url, tmp_path, "rural-lead", "lead", {activity: 6 * HOUR for activity in STUDIED}) as life:
        yield life


def mark_all(page: Page) -> None:
    """Press *everybody else is present* in the grid of a session."""
    page.get_by_role("button", name="其余全部到").click()
    expect(page.get_by_text("到 1 人").first).to_be_visible()


def decide(page: Page, state: str, reason: str = "") -> None:
    """Choose the only teacher of the class page and give them a state, after a look at what it does."""
    page.get_by_label("选择王秀兰").check()
    page.get_by_label("新状态").select_option(label=state)
    if reason:
        page.get_by_label("原因").fill(reason)
    page.get_by_role("button", name="查看结果").click()
    page.get_by_role("button", name="更改 1 名教师的状态").click()
    page.wait_for_url(re.compile(r"/office/classes/\d+$"))


def report_in(life: Life, visitor: BrowserContext) -> None:
    """Note the first session on the page; staff confirm what the rules then propose."""
    life.until(FIRST_DAY)
    first = life.sessions()[0]
    page = life.at(visitor, "staff", f"/office/classes/{life.class_id}/timetable/{first.id}/attendance")
    mark_all(page)
    life.work()
    page.goto(f"{life.address}/office/classes/{life.class_id}")
    expect(page.get_by_text("建议：已报到")).to_be_visible()
    decide(page, "按建议")
    expect(page.get_by_role("row", name=re.compile("王秀兰"))).to_contain_text("已报到")


def move_one_online(life: Life, visitor: BrowserContext) -> None:
    """Move the second session online as a live session, and note attendance there."""
    second = life.sessions()[1]
    page = life.at(visitor, "staff", f"/office/classes/{life.class_id}/timetable/online?session={second.key}")
    page.get_by_label("直播链接").fill("https://meeting.example/1")
    page.get_by_label("原因").fill("停电")
    page.get_by_role("button", name="查看结果").click()
    expect(page.get_by_text("目前没有人的成绩因此改变")).to_be_visible()
    page.get_by_role("button", name="改为线上").click()
    page.wait_for_url(re.compile("/timetable$"))
    live = next(one for one in life.sessions() if one.requirement == "/sessions")
    page.goto(f"{life.address}/office/classes/{life.class_id}/timetable/{live.id}/attendance")
    mark_all(page)


def waive_half_a_day(life: Life, visitor: BrowserContext) -> None:
    """Staff propose to waive the half-day that was missed; the office approves it."""
    page = life.at(visitor, "staff", f"/office/classes/{life.class_id}/waivers")
    page.get_by_label("要求", exact=True).select_option(label="名校访学 (天)")
    page.get_by_label("数量").fill("0.5")
    page.get_by_label("原因").fill("住院治疗")
    page.get_by_role("button", name="提交减免申请").click()
    expect(page.get_by_text("待审批", exact=True)).to_be_visible()
    page = life.at(visitor, "office", f"/office/classes/{life.class_id}/waivers")
    page.get_by_role("button", name="批准", exact=True).click()
    expect(page.get_by_text("已批准", exact=True)).to_be_visible()


def practise(life: Life, visitor: BrowserContext) -> None:
    """Hand in a log each month on the teacher's phone; staff accept it."""
    for month in range(3):
        life.until(FIRST_DAY + timedelta(days=20 + 30 * month))
        page = life.at(visitor, "teacher", f"/practice/{life.enrolment_id}/logs/practice/new")
        page.locator("textarea").first.fill(LOG)
        page.get_by_role("button", name="提交").click()
        page = life.at(visitor, "staff", f"/office/classes/{life.class_id}/tasks")
        page.get_by_role("link", name="王秀兰").click()
        page.get_by_role("button", name="通过", exact=True).click()
        page.wait_for_url(re.compile("/tasks$"))


def test_a_lead_teacher_lives_from_confirmation_to_all_requirements_met(lead: Life, browser: Browser) -> None:
    lead.plan({"diagnosis": 2, "topics": 8, "school-visit": 5})
    with phone(browser, lead.site, expected="422") as visitor:
        report_in(lead, visitor)
        move_one_online(lead, visitor)
        lead.until(FIRST_DAY + timedelta(days=16))
        rest = [one for one in lead.sessions() if one.requirement != "/sessions"][2:]
        lead.attend(rest[:-1])  # ill on the last half-day
        waive_half_a_day(lead, visitor)
        for activity in STUDIED:
            lead.study(activity, 6 * HOUR)
        practise(lead, visitor)
        lead.work()
        assert not lead.standing().done, "the third month has not passed"
        lead.until(FIRST_DAY + timedelta(days=93))
        lead.work()
        earned = {one.key: (one.earned, one.waived) for one in lead.standing().requirements}
        assert earned["companion"] == (Decimal(30), 0)
        assert [earned[key] for key in ("diagnosis", "topics")] == [(Decimal(2), 0), (Decimal(8), 0)]
        assert earned["school-visit"] == (Decimal(5), Decimal("0.5"))
        assert earned["practice"] == (Decimal(3), 0)
        assert not lead.findings()
        page = lead.at(visitor, "office", f"/office/classes/{lead.class_id}")
        expect(page.get_by_text("建议：已结业")).to_be_visible()
        decide(page, "按建议")
        home = lead.at(visitor, "teacher", "/home")
        expect(home.get_by_text("您已结业")).to_be_visible()
        home.goto(f"{lead.address}/transcript/{lead.enrolment_id}")
        for said in ("已结业", "其中减免 0.5 天", "已线上完成"):
            expect(home.get_by_text(said).first).to_be_visible()


@pytest.mark.parametrize(("track", "hours"), [("primary", 40), ("junior", 50)])
def test_an_online_teacher_lives_from_confirmation_to_completion(
    track: str, hours: int, sqlite_url: str, tmp_path: Path, browser: Browser
) -> None:
    activities = {f"a{number}": 10 * HOUR for number in range(hours // 10)}
    with living(sqlite_url, tmp_path, "online-teaching", track, activities) as life, phone(browser, life.site, "422") as visitor:
        for number, activity in enumerate(activities):
            life.until(FIRST_DAY + timedelta(days=number))
            life.study(activity, 10 * HOUR)
            life.work()
            if number == 0:
                page = life.at(visitor, "staff", f"/office/classes/{life.class_id}")
                expect(page.get_by_text("建议：培训中")).to_be_visible()
                decide(page, "按建议")
        assert [one.earned for one in life.standing().requirements if one.kind == "hours"] == [Decimal(hours)]
        assert life.standing().done
        assert not life.findings()
        page = life.at(visitor, "office", f"/office/classes/{life.class_id}?state_is=proposed")
        decide(page, "按建议")
        home = life.at(visitor, "teacher", "/home")
        expect(home.get_by_text("您已结业")).to_be_visible()
