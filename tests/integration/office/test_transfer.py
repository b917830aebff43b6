"""Does a transfer keep everything earned, with one continued chain, and does transferring back undo it?"""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.classes.models import ClassSession, Enrolment, TrainingClass
from lms.crediting.models import LedgerEntry
from lms.crediting.policy import policies_of, policies_under
from lms.crediting.standing import of_enrolments
from lms.programmes.models import ProgrammeVersion
from tests.integration.office.conftest import Desk
from tests.integration.office.room import SESSION, Room, lead_class


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database: no SQL here differs."""
    return sqlite_url


@pytest.fixture
def room(desk: Desk) -> Room:
    return Room(desk)


@pytest.fixture
def other(room: Room) -> int:
    """Another class of the programme, with two sessions: one before anybody is transferred, one after."""
    other: int = room.world.act(lambda session: lead_class(session, "lead-2"))
    for day in ("2026-03-02", "2026-03-05"):
        assert room.desk.post(f"{other}/timetable/new", **SESSION | {"day": day}).status_code == 302
    return other


def transfer(room: Room, to: int, day: str, here: int | None = None, confirm: bool = True, **fields: str) -> TestResponse:
    said = {"class": str(to), "track": "lead", "day": day, "reason": "调动到另一所学校", **fields}
    path = f"{here or room.class_id}/teachers/{room.people[0]}/transfer"
    return room.desk.post(path, **said, **({"confirm": "1"} if confirm else {}))


def days(room: Room) -> Decimal:
    (standing,) = room.world.act(lambda session: of_enrolments(session, room.people[:1]))
    return next(line.earned for line in standing.requirements if line.key == "diagnosis")


def mark_in(room: Room, class_id: int, title_day: str) -> None:
    """Mark the transferred person present at the session of a day of a class."""

    def find(session: Session) -> int:
        rows = session.scalars(select(ClassSession).where(ClassSession.class_id == class_id)).all()
        return next(one.id for one in rows if one.starts_at.date().isoformat() == title_day)

    path = f"{class_id}/timetable/{room.world.act(find)}/attendance"
    assert room.desk.post(path, **{f"state-{room.people[0]}": "present"}).status_code == 302
    room.world.credit()


def entries(room: Room) -> list[tuple[int, str, int]]:
    query = select(LedgerEntry).where(LedgerEntry.enrolment_id == room.people[0]).order_by(LedgerEntry.number)
    rows = room.world.act(lambda session: session.scalars(query).all())
    return [(one.number, one.account, one.amount) for one in rows]


def test_a_transfer_is_previewed_and_keeps_days_and_chain(room: Room, other: int) -> None:
    room.mark({0: "present"})
    shown = transfer(room, other, "2026-03-04", confirm=False)
    assert shown.status_code == 200
    assert "成绩不变" in shown.text
    assert days(room) == Decimal("0.5")
    assert transfer(room, other, "2026-03-04").status_code == 302
    assert days(room) == Decimal("0.5"), "what was earned in the class before"
    room.world.clock.at += timedelta(days=2)
    mark_in(room, other, "2026-03-05")
    assert days(room) == Decimal(1)
    numbers = [number for number, _, _ in entries(room)]
    assert numbers == list(range(1, len(numbers) + 1)), "one chain goes on"
    assert {account for _, account, amount in entries(room) if amount} == {"lead:s1", "lead-2:s2"}
    assert not room.findings()
    history = room.desk.get(f"{other}/teachers/{room.people[0]}")
    assert "lead → lead-2" in history
    assert "调动到另一所学校" in history
    assert "转往其他班" in room.desk.get(f"{room.class_id}/settings"), "the class that was left says so too"


def test_sessions_count_up_to_the_day_in_the_old_class_and_from_it_in_the_new(room: Room, other: int) -> None:
    room.mark({0: "present"})
    early = transfer(room, other, "2026-03-03", confirm=False)
    assert "能力诊断：0.5 → 0 天" in early.text, "the session was on that day, so it would not count any more"
    assert days(room) == Decimal("0.5")
    transfer(room, other, "2026-03-03")
    assert days(room) == 0
    mark_in(room, other, "2026-03-02")
    assert days(room) == 0, "a session of the new class before the day"
    assert not room.findings()


def test_transferring_back_gives_the_account_of_before(room: Room, other: int) -> None:
    room.mark({0: "present"})
    transfer(room, other, "2026-03-03")
    assert days(room) == 0
    transfer(room, room.class_id, "2026-03-03", here=other)
    assert days(room) == Decimal("0.5")
    assert not room.findings()
    assert transfer(room, other, "2026-03-02").status_code == 422, "never before the last move"


def test_a_change_of_the_class_that_was_left_is_followed(room: Room, other: int) -> None:
    room.mark({0: "present"})
    transfer(room, other, "2026-03-04")
    room.desk.post(f"{room.class_id}/timetable/{room.session_id}/cancel", confirm="1")
    assert days(room) == 0
    assert not room.findings()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": ""}, "1 到 200"),
        ({"track": "junior"}, "请选择新班级的类别"),
        ({"day": "2026-03-09"}, "最晚为明天"),
        ({"day": "soon"}, "请选择班级和日期"),
    ],
)
def test_a_transfer_that_cannot_be_changes_nothing(room: Room, other: int, fields: dict[str, str], said: str) -> None:
    answer = transfer(room, other, **{"day": "2026-03-04", **fields})
    assert answer.status_code == 422
    assert said in answer.text
    assert room.world.act(lambda session: session.get_one(Enrolment, room.people[0]).class_id) == room.class_id


def test_nobody_is_transferred_to_another_programme_or_into_a_class_twice(room: Room, other: int) -> None:
    assert "属于其他项目" in transfer(room, room.world.class_id, "2026-03-04").text
    room.desk.post(f"{other}/add", name="甲", username="t0", school="", track="lead")
    assert "此人已在该班" in transfer(room, other, "2026-03-04").text


def test_the_window_keeps_the_beginning_of_the_class_before(room: Room, other: int) -> None:
    def within(session: Session) -> None:
        for number in (room.class_id, other):
            session.get_one(TrainingClass, number).counts_within = True
        session.get_one(TrainingClass, other).starts_on += timedelta(days=1)

    room.world.act(within)
    room.desk.post(f"{room.class_id}/teachers/{room.people[0]}/track", track="lead")
    before = room.world.act(lambda session: session.get_one(Enrolment, room.people[0]).window_from)
    transfer(room, other, "2026-03-03")
    assert room.world.act(lambda session: session.get_one(Enrolment, room.people[0]).window_from) == before


def test_a_preview_of_a_new_version_knows_the_sessions_from_before_a_transfer(room: Room, other: int) -> None:
    room.mark({0: "present"})
    assert transfer(room, other, "2026-03-04").status_code == 302

    def judged_by(session: Session) -> tuple[set[str], set[str]]:
        number = room.people[0]
        now = policies_of(session, [number])[number]
        version = session.get_one(ProgrammeVersion, now.class_policy.programme_version_id)
        new = policies_under(session, version, [number])[number]
        assert now.track is not None
        assert new.track is not None
        return set(now.track.rules.sessions), set(new.track.rules.sessions)

    now, new = room.world.act(judged_by)
    assert {place.partition(":")[0] for place in new} == {"lead", "lead-2"}
    assert new == now
