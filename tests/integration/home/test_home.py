"""Does the start page answer a teacher's three questions, in both languages and in every state of an enrolment?"""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from lms.accounts.models import OFFICE, TRAINER, Organisation
from lms.accounts.people import add_person
from lms.catalogue.models import AnswerKey
from lms.classes import setup
from lms.classes.models import ClassCourse, Enrolment, TrainingClass
from tests.browser.sentences import many_for_one
from tests.course_factories import add_course
from tests.factories import BEGIN, World, add_class, signed_in
from tests.integration.home.lead_class import enrol_in_lead_class


def speak_english(client: FlaskClient) -> FlaskClient:
    with client.session_transaction() as cookie:
        cookie["locale"] = "en"
    return client


def change(world: World, **values: object) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        enrolment = session.get_one(Enrolment, world.enrolment_id)
        for name, value in values.items():
            setattr(enrolment, name, value)

    world.act(work)


def test_what_is_missing_and_what_the_courses_can_still_bring_stand_together(world: World) -> None:
    world.study("reading", 1350)
    world.credit()
    shown = world.client().get("/home").text
    assert "还差 39.5 学时" in shown
    assert "现有课程最多还可认定 1.2 学时，其余待班级安排新课程。" in shown  # 80 minutes less 22:30, at 45 minutes an hour


def test_days_and_months_stand_apart_and_in_their_own_units(world: World) -> None:
    enrol_in_lead_class(world)
    shown = world.client().get("/home").text
    assert "出勤与任务" in shown
    assert "还差 2.5 天" in shown
    assert "还差 3 个月" in shown
    assert "出勤由班级工作人员登记" in shown


def test_one_course_to_go_is_one_course_and_not_one_courses(world: World) -> None:
    client = speak_english(world.client())
    for path in ("/home", f"/transcript/{world.enrolment_id}", f"/courses/{world.enrolment_id}/{world.course_version_id}"):
        assert many_for_one(client.get(path).text) == []
    assert "1 course to go" in client.get("/home").text
    assert "/ 1 course<" in client.get("/home").text


def test_hours_of_two_classes_are_kept_apart(world: World) -> None:
    lead = enrol_in_lead_class(world)
    world.study("reading", 1350)
    world.credit()
    shown = world.client().get("/home").text
    assert "还差 30.0 学时" in shown  # the newest class first
    assert "还差 39.5 学时" in shown
    for enrolment_id in (world.enrolment_id, lead):
        assert f"/courses/{enrolment_id}/{world.course_version_id}" in shown


@pytest.mark.parametrize(
    ("status", "words"),
    [("nominated", "您已被推荐参训"), ("withdrawn", "您已退出本班"), ("dismissed", "您已被本班劝退"), ("not-completed", "本次培训未结业")],
)
def test_a_person_who_may_not_study_is_told_so_and_gets_no_link(world: World, status: str, words: str) -> None:
    change(world, status=status)
    client = world.client()
    shown = client.get("/home").text
    assert words in shown
    assert "/learn/" not in shown
    assert f"/courses/{world.enrolment_id}" not in shown
    assert f"/transcript/{world.enrolment_id}" in shown
    assert client.get(f"/courses/{world.enrolment_id}/{world.course_version_id}").status_code == 403


def test_a_person_who_has_completed_may_continue(world: World) -> None:
    change(world, status="completed")
    shown = world.client().get("/home").text
    assert "您已结业" in shown
    assert "/learn/" in shown


def test_a_window_that_does_not_count_is_announced(world: World) -> None:
    change(world, window_from=BEGIN + timedelta(days=1))
    assert "2026年3月3日 10:00起认定学时" in world.client().get("/home").text
    change(world, window_from=None, window_to=BEGIN)
    assert "学习期已于2026年3月2日 10:00结束" in world.client().get("/home").text
    change(world, window_to=BEGIN + timedelta(seconds=1))
    assert "学习期已于" not in world.client().get("/home").text


def test_a_class_without_courses_says_so(world: World) -> None:
    def empty(session):  # type: ignore[no-untyped-def]
        provider = session.get_one(Organisation, session.get_one(TrainingClass, world.class_id).provider_id)
        person = add_person(session, "early", "林静宜", ("teacher",), password=None)
        setup.enrol(session, add_class(session, "k2", provider), person, "junior")

    world.act(empty)
    shown = signed_in(world.app, "early").get("/home").text
    assert "还差 50.0 学时" in shown
    assert "班级尚未安排课程" in shown


def test_an_optional_course_is_marked(world: World) -> None:
    assert "均为必修。" in world.client().get("/home").text

    def add(session):  # type: ignore[no-untyped-def]
        training_class = session.get_one(TrainingClass, world.class_id)
        setup.bind_course(session, training_class, add_course(session, "c2", {"x": {"minutes": 5}}), "online", compulsory=False)

    world.act(add)
    shown = world.client().get("/home").text
    assert "除注明“选修”的以外均为必修。" in shown
    assert "已认定 0.0 / 0.1 学时（0 分钟 / 5 分钟） · 选修" in shown
    links = re.findall(rf"/courses/{world.enrolment_id}/(\d+)", shown)
    assert links == sorted(links, key=int), "in the order in which the class chose them"
    assert len(set(links)) == 2


def test_nothing_that_can_change_is_kept_between_two_visits(world: World) -> None:
    client = world.client()
    assert "示范班" not in client.get("/home").text

    def rename(session):  # type: ignore[no-untyped-def]
        session.get_one(TrainingClass, world.class_id).name = "示范班"
        session.get_one(Enrolment, world.enrolment_id).track = "junior"

    world.act(rename)
    shown = client.get("/home").text
    assert "示范班" in shown
    assert "还差 50.0 学时" in shown

    def take_off(session):  # type: ignore[no-untyped-def]
        session.execute(delete(ClassCourse).where(ClassCourse.class_id == world.class_id))

    world.act(take_off)
    assert "班级尚未安排课程" in client.get("/home").text


def test_two_people_who_ask_by_turns_see_their_own(world: World) -> None:
    def enrol(session):  # type: ignore[no-untyped-def]
        person = add_person(session, "second", "林静宜", ("teacher",), password=None)
        setup.enrol(session, session.get_one(TrainingClass, world.class_id), person, "junior")

    world.act(enrol)
    world.study("reading", 1350)
    world.credit()
    first, second = world.client(), speak_english(signed_in(world.app, "second"))
    for _ in range(2):
        mine, theirs = first.get("/home").text, second.get("/home").text
        assert "还差 39.5 学时" in mine
        assert "50.0 credit hours to go" in theirs
        assert "学时" not in theirs
        assert ("林静宜" in mine, "林静宜" in theirs) == (False, True)


def test_the_page_speaks_english_throughout(world: World) -> None:
    enrol_in_lead_class(world)
    world.study("gated", 300)
    world.credit()
    client = speak_english(world.client())
    home = client.get("/home").text
    assert "30.0 credit hours to go" in home
    assert "Your courses can still earn up to 1.7 credit hours; the rest needs further courses from your class." in home
    assert "Attendance and tasks" in home
    course = client.get(f"/courses/{world.enrolment_id}/{world.course_version_id}").text
    assert "5 min measured, credited when you complete it" in course
    assert "Conditions met as soon as every activity is done and 64 min are credited." in course
    names = re.compile("王秀兰|秀兰|简体中文|首席教师 1 班|在线教学能力提升 k1 班")  # people, classes and languages keep their own
    assert re.findall("[一-鿿]", names.sub("", home + course)) == []


@pytest.mark.parametrize(("role", "address"), [(TRAINER, "/catalogue/"), (OFFICE, "/office/board")])
def test_other_roles_land_on_their_own_first_page(app: Flask, world: World, role: str, address: str) -> None:
    def add(session):  # type: ignore[no-untyped-def]
        provider = session.get_one(Organisation, session.get_one(TrainingClass, world.class_id).provider_id)
        add_person(session, "other", "林静宜", (role,), password=None, organisation=provider)

    world.act(add)
    client = signed_in(app, "other")
    assert client.get("/").location == address
    assert client.get("/home").status_code == 403
    assert world.client().get("/").location == "/home"


def test_news_come_by_themselves_and_cost_little_while_there_are_none(world: World) -> None:
    client = world.client()
    assert "/home/figures?seen=0-0-0" in client.get("/home").text
    assert client.get("/home/figures?seen=0-0-0").data == b""
    world.study("reading", 1350)
    world.credit()
    fresh = client.get("/home/figures?seen=0-0-0").text
    assert "还差 39.5 学时" in fresh
    assert "已认定 0.5 / 1.7 学时（22 分 30 秒 / 80 分钟）" in fresh
    assert "/home/figures?seen=1-1350-0" in fresh
    assert "<html" not in fresh


def test_what_is_earned_stands_beside_what_is_missing_and_measured_time_waits_in_sight(world: World) -> None:
    world.study("reading", 1350)
    world.study("gated", 600)
    world.credit()
    shown = world.client().get("/home").text
    assert "<h1>已认定 0.5 学时 · 还差 39.5 学时</h1>" in shown
    assert "已学时长 10 分钟，尚未认定" in shown
    assert "已学时长 10 分钟，学完后认定" in shown


def test_the_page_says_in_how_many_days_the_class_ends(world: World) -> None:
    ends = world.act(lambda session: session.scalars(select(TrainingClass.ends_on)).one())
    world.clock.at = datetime.combine(ends, time(4), UTC) - timedelta(days=29)
    assert "29 天后结束" in world.client().get("/home").text
    world.clock.at += timedelta(days=29)
    assert "今天结束" in world.client().get("/home").text
    world.clock.at += timedelta(days=1)
    assert "结束</strong>" not in world.client().get("/home").text


def test_home_and_course_agree_on_what_is_next(world: World) -> None:
    world.study("reading", 1350)
    world.study("gated", 60)
    world.credit()
    home, course = (world.client().get(address).text for address in ("/home", f"/courses/{world.enrolment_id}/{world.course_version_id}"))
    assert _link(home, "next-step") == _link(course, "following")


def _link(page: str, mark: str) -> str:
    return page.split(f'id="{mark}"', maxsplit=1)[0].rsplit('href="', 1)[1].split('"', maxsplit=1)[0]


def test_the_next_step_and_waiting_time_ask_for_an_accepted_answer_and_not_for_a_pass(world: World) -> None:
    world.study("quiz", 300)
    world.credit()
    shown = world.client().get("/home").text
    assert shown.count("答案通过审阅") == 2  # the card of the next step, and the time that waits
    key = AnswerKey(course_version_id=world.course_version_id, activity="quiz", document={"pass_percent": 60, "questions": {}})
    world.act(lambda session: session.add(key))
    assert "答案通过审阅" not in world.client().get("/home").text
