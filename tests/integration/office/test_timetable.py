"""Can an office and class staff plan sessions, one by one and from a file, and is every change recorded?"""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import OFFICE, TRAINER, Person
from lms.accounts.people import add_person
from lms.classes.models import ClassChange, ClassSession, ClassStaff
from tests.factories import World, signed_in
from tests.integration.office.conftest import Desk
from tests.integration.office.room import SESSION, lead_class

SHEET = "日期,时间,内容,环节,主讲,实践\n2026-03-03,上午,开班,能力诊断,王敏,否\n,下午,课堂观察,能力诊断,王敏,是\n"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database: no SQL here differs."""
    return sqlite_url


@pytest.fixture
def class_id(desk: Desk) -> int:
    found: int = desk.world.act(lambda session: lead_class(session, "lead"))
    return found


@pytest.fixture
def tutor(desk: Desk, class_id: int) -> Desk:
    """A person who runs the class but belongs to no office."""
    desk.world.act(lambda session: add_person(session, "tutor", "陈老师", (TRAINER,), password=None))
    desk.post(f"{class_id}/staff", username="TUTOR", role="tutor")
    return Desk(desk.world, signed_in(desk.world.app, "tutor"))


def planned(world: World, class_id: int) -> list[tuple[str, str, int]]:
    query = select(ClassSession).where(ClassSession.class_id == class_id, ClassSession.cancelled_at.is_(None))
    rows = world.act(lambda session: session.scalars(query.order_by(ClassSession.starts_at)).all())
    return [(one.key, one.title, one.half_days) for one in rows]


def changes(world: World, class_id: int) -> list[str]:
    query = select(ClassChange.what).where(ClassChange.class_id == class_id).order_by(ClassChange.id)
    found: list[str] = world.act(lambda session: session.scalars(query).all())
    return found


def upload(desk: Desk, class_id: int, text: str, step: str = "file") -> str:
    return desk.post(f"{class_id}/timetable/{step}", file=(io.BytesIO(text.encode()), "timetable.csv")).text


def test_a_session_is_added_changed_and_cancelled_and_each_is_kept(desk: Desk, class_id: int) -> None:
    assert "还没有排课" in desk.get(f"{class_id}/timetable")
    assert desk.post(f"{class_id}/timetable/new", **SESSION).status_code == 302
    page = desk.get(f"{class_id}/timetable")
    assert "教学诊断" in page
    assert "08:30–11:30" in page
    session_id = desk.world.act(lambda session: session.scalars(select(ClassSession.id)).one())
    assert 'value="08:30"' in desk.get(f"{class_id}/timetable/{session_id}")
    desk.post(f"{class_id}/timetable/{session_id}", **{**SESSION, "starts": "14:30", "ends": "17:30", "practical": "y"})
    assert "14:30–17:30" in desk.get(f"{class_id}/timetable")
    desk.post(f"{class_id}/timetable/{session_id}/cancel")
    assert planned(desk.world, class_id) == []
    assert changes(desk.world, class_id) == ["session", "session-changed", "session-cancelled"]
    assert "2026-03-03 08:30–11:30" in desk.get(f"{class_id}/settings")


def test_a_date_has_two_half_days_and_a_third_is_refused_on_the_page_and_in_a_file(desk: Desk, class_id: int) -> None:
    desk.post(f"{class_id}/timetable/new", **SESSION)
    evening = {**SESSION, "title": "晚间研讨", "starts": "19:00", "ends": "21:00"}
    assert desk.post(f"{class_id}/timetable/new", **evening).status_code == 302
    refused = desk.post(f"{class_id}/timetable/new", **{**evening, "starts": "14:30", "ends": "17:30"})
    assert refused.status_code == 422
    assert "2026-03-03 将超过 2 个半天" in refused.text
    assert "2026-03-03 将超过 2 个半天" in upload(desk, class_id, SHEET.replace("上午", "12:30-14:00"))
    assert [title for _key, title, _half_days in planned(desk.world, class_id)] == ["教学诊断", "晚间研讨"]


def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(desk: Desk, class_id: int) -> None:
    desk.post(f"{class_id}/timetable/new", **SESSION)
    overlapping = desk.post(f"{class_id}/timetable/new", **{**SESSION, "title": "另一场", "starts": "10:00", "ends": "12:00"})
    assert overlapping.status_code == 422
    assert "与“教学诊断”时间重叠" in overlapping.text
    assert 'value="另一场"' in overlapping.text
    assert "结束时间早于开始时间" in desk.post(f"{class_id}/timetable/new", **{**SESSION, "day": "2026-03-04", "ends": "08:00"}).text
    assert "不在班级起止日期内" in desk.post(f"{class_id}/timetable/new", **{**SESSION, "day": "2027-03-04"}).text
    assert "时间请写成" in desk.post(f"{class_id}/timetable/new", **{**SESSION, "starts": "early"}).text
    assert planned(desk.world, class_id) == [("s1", "教学诊断", 1)]


def test_a_cancelled_sessions_key_is_not_given_again(desk: Desk, class_id: int) -> None:
    desk.post(f"{class_id}/timetable/new", **SESSION)
    session_id = desk.world.act(lambda session: session.scalars(select(ClassSession.id)).one())
    desk.post(f"{class_id}/timetable/{session_id}/cancel")
    desk.post(f"{class_id}/timetable/new", **SESSION)
    assert planned(desk.world, class_id) == [("s2", "教学诊断", 1)]


def test_a_file_is_shown_first_and_then_taken_whole(desk: Desk, class_id: int) -> None:
    shown = upload(desk, class_id, SHEET)
    assert "可添加 2 个场次" in shown
    assert planned(desk.world, class_id) == []
    carried = shown.partition('name="file" value="')[2].partition('"')[0]
    assert desk.post(f"{class_id}/timetable/take", file=carried).status_code == 302
    assert planned(desk.world, class_id) == [("s1", "开班", 1), ("s2", "课堂观察", 1)]
    again = desk.post(f"{class_id}/timetable/take", file=carried)
    assert again.status_code == 422
    assert len(planned(desk.world, class_id)) == 2


def test_a_file_with_one_wrong_row_adds_nothing_and_names_row_and_column(desk: Desk, class_id: int) -> None:
    shown = upload(desk, class_id, SHEET + "2026-03-33,上午,三,能力诊断,,\n2026-03-03,15:00-16:00,四,能力诊断,,\n")
    assert "“2026-03-33”不是日期" in shown
    assert '<th scope="row" class="num">4</th>' in shown
    assert "与“课堂观察”时间重叠" in shown
    assert 'name="file" value=' not in shown
    assert planned(desk.world, class_id) == []


@pytest.mark.parametrize("text", ["", "\x00\x01\x02", "姓名,用户名\n王,w1\n", "x" * 1_100_000])
def test_a_file_that_is_not_a_timetable_says_so(desk: Desk, class_id: int, text: str) -> None:
    answer = desk.post(f"{class_id}/timetable/file", file=(io.BytesIO(text.encode()), "t.csv"))
    assert answer.status_code in {200, 422}
    assert 'name="file" value=' not in answer.text


def test_a_long_timetable_is_looked_through_page_by_page(desk: Desk, class_id: int) -> None:
    rows = "".join(f"2026-03-{1 + n // 3:02},{('08:30-10:00', '10:10-11:40', '14:00-15:30')[n % 3]},第{n}讲,能力诊断\n" for n in range(30))
    first = upload(desk, class_id, f"日期,时间,内容,环节\n{rows}")
    assert ("第0讲" in first, "第29讲" in first, "第 1 页，共 2 页" in first) == (True, False, True)
    carried = re.findall(r'name="carried" value="([^"]+)"', first)[0]
    second = desk.post(f"{class_id}/timetable/file", carried=carried, page_rows="2").text
    assert ("第0讲" in second, "第29讲" in second) == (False, True)
    assert desk.post(f"{class_id}/timetable/file", carried="x", page_rows="2").status_code == 422


def test_a_teacher_in_two_classes_at_once_is_named(desk: Desk, class_id: int) -> None:
    other = desk.world.act(lambda session: lead_class(session, "lead2"))
    for one in (class_id, other):
        desk.post(f"{one}/timetable/new", **SESSION, teacher="王敏")
    assert "王敏 同一时间在两个班授课" in desk.get(f"{class_id}/timetable")
    desk.post(f"{other}/timetable/new", **{**SESSION, "day": "2026-03-04"}, teacher="李强")
    assert "李强" not in desk.get(f"{class_id}/timetable")


def test_the_staff_of_a_class_plan_it_and_see_no_other(desk: Desk, tutor: Desk, class_id: int) -> None:
    assert tutor.post(f"{class_id}/timetable/new", **SESSION).status_code == 302
    assert planned(desk.world, class_id) == [("s1", "教学诊断", 1)]
    assert "乡村首席 lead" in tutor.client.get("/office/today").text
    assert f"/office/classes/{class_id}/add" not in tutor.get(f"{class_id}")
    others = desk.world.class_id
    for path in (f"{others}", f"{others}/timetable", f"{others}/timetable/new"):
        assert tutor.client.get(f"/office/classes/{path}").status_code == 404, path
    for path in (f"{class_id}/settings", f"{class_id}/staff", f"{class_id}/add"):
        assert tutor.client.get(f"/office/classes/{path}").status_code == 403, path
    session_id = desk.world.act(lambda session: session.scalars(select(ClassSession.id)).one())
    assert tutor.client.get(f"/office/classes/{others}/timetable/{session_id}").status_code == 404


def test_former_staff_see_nothing_any_more(desk: Desk, tutor: Desk, class_id: int) -> None:
    member = desk.world.act(lambda session: session.scalars(select(ClassStaff.id)).one())
    assert "陈老师" in desk.get(f"{class_id}/staff")
    desk.post(f"{class_id}/staff/{member}/remove")
    assert tutor.client.get(f"/office/classes/{class_id}/timetable").status_code in {403, 404}
    assert desk.world.act(lambda session: session.scalar(select(func.count()).select_from(ClassStaff))) == 0
    assert desk.world.act(lambda session: session.scalars(select(Person.role_names).where(Person.username == "tutor")).one()) == TRAINER
    history = desk.get(f"{class_id}/settings")
    assert "移除班级工作人员" in history
    assert "陈老师" in history


def test_staff_are_people_with_an_account_and_each_role_once(desk: Desk, class_id: int) -> None:
    assert "没有人使用这个用户名" in desk.post(f"{class_id}/staff", username="nobody", role="tutor").text
    assert desk.post(f"{class_id}/staff", username="clerk", role="king").status_code == 422
    for _twice in range(2):
        assert desk.post(f"{class_id}/staff", username="clerk", role="chief-expert").status_code == 302
    assert desk.world.act(lambda session: session.scalar(select(func.count()).select_from(ClassStaff))) == 1
    assert changes(desk.world, class_id) == ["staff"]
    clerk = desk.world.act(lambda session: session.scalars(select(Person.role_names).where(Person.username == "clerk")).one())
    assert set(clerk.split(",")) == {OFFICE, "staff"}


def test_another_office_plans_nothing_here(elsewhere: Desk, class_id: int) -> None:
    assert elsewhere.post(f"{class_id}/timetable/new", **SESSION).status_code == 404
    assert elsewhere.post(f"{class_id}/staff", username="clerk", role="tutor").status_code == 404


def test_a_session_of_a_day_that_already_has_three_half_days_can_be_corrected_and_not_enlarged(desk: Desk, class_id: int) -> None:
    times = {"morning": ("08:30", "11:30"), "afternoon": ("14:00", "17:00"), "evening": ("19:00", "21:00")}
    days = {"morning": "2026-03-03", "afternoon": "2026-03-03", "evening": "2026-03-04"}

    def given(name: str, **other: str) -> dict[str, str]:
        return SESSION | {"title": name, "day": "2026-03-03", "starts": times[name][0], "ends": times[name][1]} | other

    for name, day in days.items():
        assert desk.post(f"{class_id}/timetable/new", **given(name, day=day)).status_code == 302
    number = {one: desk.world.act(lambda session, one=one: session.scalar(select(ClassSession.id).filter_by(title=one))) for one in times}
    assert desk.post(f"{class_id}/timetable/{number['evening']}", **given("evening")).status_code == 422, "moved to a full day"

    def move(session: Session) -> None:  # as an installation has it that planned it before the limit
        evening = session.get_one(ClassSession, number["evening"])
        evening.starts_at, evening.ends_at = evening.starts_at - timedelta(days=1), evening.ends_at - timedelta(days=1)

    desk.world.act(move)
    for name in times:
        assert desk.post(f"{class_id}/timetable/{number[name]}", **given(name, place="302")).status_code == 302, name
        assert desk.post(f"{class_id}/timetable/{number[name]}", **given(name, half_days="2")).status_code == 422, name
    assert desk.post(f"{class_id}/timetable/new", **given("evening", starts="21:00", ends="22:00")).status_code == 422
