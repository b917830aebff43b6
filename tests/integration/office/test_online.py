"""Are sessions moved online in one action, before or after their day, without turning days into hours or counting an hour twice?"""

from copy import deepcopy
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from courses.strict_json.canonical import digest_of
from lms import vocabulary as v
from lms.accounts.models import Person
from lms.classes.models import ClassChange, ClassSession, Enrolment, SessionReplacement
from lms.crediting.attesting import Attestor
from lms.crediting.foreseeing import ChangedVerdict, changed_verdicts
from lms.crediting.policy import policies_of
from lms.crediting.standing import of_enrolments
from lms.crediting.windows import go_on_somewhere
from lms.programmes.models import ProgrammeVersion
from tests.course_factories import add_course
from tests.factories import PUBLIC_URL, World
from tests.integration.office.conftest import Desk
from tests.integration.office.room import Room

HALF = Decimal("0.5")
A_DAY = 400  # yuan for one person and day of this programme


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database: no SQL here differs."""
    return sqlite_url


@pytest.fixture
def room(desk: Desk) -> Room:
    room = Room(desk)
    room.world.act(lambda session: add_course(session, "instead", {"page": {"minutes": 10}}).id)
    return room


def order(room: Room, *, confirm: bool = True, **fields: object) -> TestResponse:
    said = {"session": ["s1"], "by": "course", "course": "instead", "whom": "all", "reason": "疫情", **fields}
    return room.desk.post(f"{room.class_id}/timetable/online", **said, **({"confirm": "1"} if confirm else {}))


def learner(room: Room, place: int = 0) -> World:
    """Return the world in which a person of the class studies the course that replaces the session."""

    def find(session: Session) -> tuple[int, str, int]:
        enrolment = session.get_one(Enrolment, room.people[place])
        person = session.get_one(Person, enrolment.person_id)
        row = session.scalars(select(SessionReplacement.course_version_id)).first()
        return person.id, person.username, row or 0

    person_id, username, version_id = room.world.act(find)
    return World(room.world.app, room.world.clock, person_id, room.people[place], version_id, room.class_id, "instead", username)


def hours(room: Room, place: int = 0) -> Decimal:
    (standing,) = room.world.act(lambda session: of_enrolments(session, [room.people[place]]))
    return next(line.earned for line in standing.requirements if line.kind == "hours")


def test_a_session_moved_online_after_the_fact_is_earned_by_a_course_as_days_and_not_as_hours(room: Room) -> None:
    room.mark({0: "absent", 1: "present", 2: "absent", 3: "absent"})
    shown = order(room, confirm=False)
    assert "完成该课程即" in shown.text
    assert room.world.act(lambda session: session.scalars(select(SessionReplacement.id)).first()) is None, "a preview keeps nothing"
    assert order(room).status_code == 302
    assert room.days() == [0, Decimal("0.5"), 0, 0]
    learner(room).study("page", 600)
    room.world.credit()
    assert room.days() == [Decimal("0.5"), Decimal("0.5"), 0, 0]
    assert hours(room) == 0
    assert not room.findings()
    transcript = room.desk.client.get(f"/transcript/{room.people[0]}").text
    assert "改为线上" in transcript
    assert "已线上完成" in transcript
    learner(room, 1).study("page", 600)
    room.world.credit()
    assert room.days()[1] == Decimal("0.5"), "in the room and online: a session counts once"
    kinds = room.world.act(lambda session: session.scalars(select(ClassChange.what).where(ClassChange.class_id == room.class_id)).all())
    assert "online" in kinds


def test_a_live_session_in_its_place_is_marked_like_any_other(room: Room) -> None:
    assert order(room, by="live", link="https://meeting.example/1").status_code == 302
    live = room.world.act(lambda session: session.scalars(select(ClassSession).where(ClassSession.requirement == "/sessions")).one())
    first = room.session_id
    room.session_id = live.id
    assert room.mark({0: "present", 1: "absent", 2: "absent", 3: "absent"}) == 302
    assert room.days() == [Decimal("0.5"), 0, 0, 0]
    assert hours(room) == 0
    room.session_id = first
    assert not room.findings()
    page = room.desk.get(f"{room.class_id}/timetable")
    assert "代替改为线上的场次" in page
    moved = room.desk.post(
        f"{room.class_id}/timetable/{live.id}",
        **{"title": "直播", "day": "2026-03-03", "starts": "19:00", "ends": "22:00", "requirement": "/sessions", "half_days": "1"},
    )
    assert "此更改会影响成绩" in moved.text, "the mark lies outside the new time"


def test_taking_it_back_previews_and_takes_back_what_was_earned_online(room: Room) -> None:
    order(room)
    learner(room).study("page", 600)
    room.world.credit()
    assert room.days()[0] == Decimal("0.5")
    number = room.world.act(lambda session: session.scalars(select(SessionReplacement.id)).one())
    path = f"{room.class_id}/timetable/online/{number}/back"
    assert "能力诊断：0.5 → 0 天" in room.desk.post(path).text
    assert room.days()[0] == Decimal("0.5")
    assert room.desk.post(path, confirm="1").status_code == 302
    assert room.days()[0] == 0
    assert not room.findings()


def with_more_diagnosis(version: ProgrammeVersion, days: int) -> ProgrammeVersion:
    """Return a version, which is not stored, that demands so many days of diagnosis more than a stored one."""
    raw = deepcopy(version.document)
    (diagnosis,) = [one for one in raw["requirements"] if one["key"] == "diagnosis"]
    (phase,) = [one for one in raw["phases"] if one["key"] == "diagnosis"]
    diagnosis["target"] += days
    phase["days"] += days
    raw["tracks"][0]["per_head"] += days * A_DAY
    return ProgrammeVersion(id=0, document=raw, sha256=digest_of(raw), effective_from=version.effective_from)


def test_it_holds_for_those_only_for_whom_it_was_meant(room: Room) -> None:
    order(room, whom="some", who=[str(room.people[0])])
    for place in (0, 1):
        learner(room, place).study("page", 600)
        room.world.credit()
    assert room.days() == [Decimal("0.5"), 0, 0, 0]
    assert not room.findings()


def test_a_preview_of_a_new_programme_version_knows_whom_a_session_was_moved_for(room: Room) -> None:
    order(room, whom="some", who=[str(room.people[0])])
    learner(room).study("page", 600)
    room.world.credit()

    def leave_half_a_day(session: Session) -> int:
        for number in room.people:
            policy = policies_of(session, [number])[number]
            assert policy.track is not None
            attestor = Attestor(session, PUBLIC_URL, None, room.world.clock())
            for key, rule in policy.track.rules.requirements.items():
                attestor.waived(session.get_one(Enrolment, number), key, rule.target - HALF * (key == "diagnosis"), "补录")
        return policy.class_policy.programme_version_id

    version_id = room.world.act(leave_half_a_day)

    def preview(session: Session, more: int) -> list[ChangedVerdict]:
        version = with_more_diagnosis(session.get_one(ProgrammeVersion, version_id), more)
        return list(changed_verdicts(session, version, "rural-lead", 2020))

    room.world.credit()
    verdicts = room.world.act(lambda session: [session.get_one(Enrolment, one).verdict for one in room.people])
    assert verdicts == ["met", "short", "short", "short"], "only the first was allowed to do it online"
    assert room.world.act(lambda session: preview(session, 0)) == []
    changed = room.world.act(lambda session: preview(session, 1))
    assert [(one.enrolment_id, one.after, one.missing) for one in changed] == [(room.people[0], "short", ("diagnosis",))]


def test_a_whole_phase_is_chosen_from_a_day_on(room: Room) -> None:
    page = room.desk.get(f"{room.class_id}/timetable/online?requirement=diagnosis&from=2026-03-03")
    assert 'value="s1" checked' in page
    assert 'value="s1" checked' not in room.desk.get(f"{room.class_id}/timetable/online?requirement=diagnosis&from=2026-03-04")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"session": []}, "请至少选择一个计天数的场次"),
        ({"session": ["s9"]}, "请至少选择一个计天数的场次"),
        ({"course": "nothing"}, "请选择课程"),
        ({"reason": ""}, "1 到 200"),
        ({"whom": "some"}, "请至少选择一名本班教师"),
        ({"by": "live", "link": "javascript:alert(1)"}, "https://"),
    ],
)
def test_what_cannot_be_moved_is_refused_and_changes_nothing(room: Room, fields: dict[str, object], said: str) -> None:
    answer = order(room, **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert room.world.act(lambda session: session.scalars(select(SessionReplacement.id)).first()) is None


def test_a_course_stands_for_sessions_once_and_never_for_hours_too(room: Room) -> None:
    order(room)
    assert "已改为线上" in order(room).text
    room.desk.post(f"{room.class_id}/courses", code="c1", requirement="companion", compulsory="y")
    assert "不能再折算为天数" in order(room, course="c1").text


def test_a_session_moved_after_check_ins_says_who_loses_what_before_it_is_saved(room: Room) -> None:
    room.mark({0: "present", 1: "absent"})
    path = f"{room.class_id}/timetable/{room.session_id}"
    said = {"title": "教学诊断", "day": "2026-03-02", "starts": "08:30", "ends": "11:30", "requirement": "diagnosis", "half_days": "1"}
    shown = room.desk.post(path, **said)
    assert shown.status_code == 422
    assert "甲：能力诊断：0.5 → 0 天" in shown.text
    assert "乙：" not in shown.text
    assert room.days()[0] == Decimal("0.5"), "nothing is saved"
    seen = shown.text.split('name="seen" value="')[1].split('"')[0]
    assert room.desk.post(path, **{**said, "starts": "09:00"}, seen=seen).status_code == 422, "another change is shown anew"
    assert room.desk.post(path, **said, seen=seen).status_code == 302
    while room.world.act(lambda session: go_on_somewhere(session, room.world.clock())):
        pass
    assert room.days()[0] == 0
    room.mark({0: "present"}, reason_0="时间已改")
    room.world.clock.at += timedelta(hours=1)
    assert not room.findings()


def test_cancelling_after_check_ins_says_so_first(room: Room) -> None:
    room.mark({0: "present"})
    path = f"{room.class_id}/timetable/{room.session_id}/cancel"
    assert "能力诊断：0.5 → 0 天" in room.desk.post(path).text
    assert room.days()[0] == Decimal("0.5")
    assert room.desk.post(path, confirm="1").status_code == 302
    assert room.days()[0] == 0


def test_what_the_content_says_of_the_course_counts_for_nothing_else(room: Room) -> None:
    order(room)
    world = learner(room)
    world.say(world.subject("page"), v.COMPLETED, {"completion": True})
    room.world.credit()
    assert room.days()[0] == 0, "an activity that was only opened is not done"
