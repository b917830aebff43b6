"""Do marks in the grid of a session become days, and corrections take them back?"""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Person
from lms.attendance import marking
from lms.attendance.marking import NotedAttendance
from lms.attendance.models import PRESENT, AttendanceMark
from lms.classes.models import ClassSession, Enrolment
from lms.crediting.attesting import Attestor
from lms.office.attesting import Attesting
from tests.factories import PUBLIC_URL, signed_in
from tests.integration.office.conftest import Desk
from tests.integration.office.room import NAMES, Room


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database: no SQL here differs."""
    return sqlite_url


@pytest.fixture
def room(desk: Desk) -> Room:
    return Room(desk)


def test_all_here_except_a_few_is_one_press_and_gives_half_a_day(room: Room) -> None:
    assert room.mark({1: "absent", 2: "excused"}, rest=True, reason_2="病假") == 302
    assert room.days() == [Decimal("0.5"), 0, 0, Decimal("0.5")]
    page = room.desk.get(room.path)
    assert "到 2 人，已登记 4 人" in page
    assert 'value="病假"' in page
    assert room.findings() == []


def test_several_people_are_marked_with_no_more_questions_to_the_database_than_one(room: Room) -> None:
    def asked(people: list[int]) -> list[str]:
        statements: list[str] = []

        def note(session: Session) -> None:
            event.listen(session.connection(), "before_cursor_execute", lambda *args: statements.append(args[2]))
            evidence = Attesting(Attestor(session, PUBLIC_URL, None, room.world.clock()))
            marks = [NotedAttendance(one, PRESENT) for one in people]
            marking.note(session, session.get_one(ClassSession, room.session_id), marks, By(None, room.world.clock()), evidence)

        room.world.act(note)
        return [one for one in statements if not one.startswith("INSERT INTO attendance_mark")]  # SQLite inserts these row by row

    asked(room.people[:1])  # the first one also stores what the session is
    one, several = asked(room.people[1:2]), asked(room.people[2:])
    assert one
    assert len(several) == len(one)
    room.world.credit()
    assert room.days() == [Decimal("0.5")] * 4


def test_late_counts_if_enough_of_the_session_is_left_and_leaving_early_too(room: Room) -> None:
    assert room.mark({0: "late", 1: "late", 2: "left", 3: "left"}, at_0="09:00", at_1="10:00", at_2="11:00", at_3="09:30") == 302
    assert room.days() == [Decimal("0.5"), 0, Decimal("0.5"), 0]  # 150 of 180 minutes are four fifths and more


def test_a_correction_needs_a_reason_takes_back_what_was_earned_and_is_kept(room: Room) -> None:
    room.mark({}, rest=True)
    assert room.days() == [Decimal("0.5")] * 4
    assert room.mark({0: "absent"}) == 422
    assert room.days()[0] == Decimal("0.5")
    assert room.mark({0: "absent"}, reason_0="名单看错行") == 302
    assert room.days()[0] == 0
    kept = room.world.act(
        lambda session: session.scalars(
            select(AttendanceMark).where(AttendanceMark.enrolment_id == room.people[0]).order_by(AttendanceMark.id)
        ).all()
    )
    assert [(one.state, one.reason, one.superseded_at is None) for one in kept] == [
        ("present", "", False),
        ("absent", "名单看错行", True),
    ]
    assert room.findings() == []


def test_nobody_marks_themselves_and_all_here_leaves_them_out(room: Room) -> None:
    def colleague(session: Session) -> None:
        session.get_one(Person, session.get_one(Enrolment, room.people[0]).person_id).role_names = "teacher,office"

    room.world.act(colleague)
    room.desk = Desk(room.world, signed_in(room.world.app, "t0"))
    assert room.mark({0: "present"}) == 422
    assert room.days() == [0] * 4
    assert room.mark({}, rest=True) == 302
    assert room.days() == [0, *[Decimal("0.5")] * 3]


def test_marked_the_same_twice_changes_nothing(room: Room) -> None:
    for _twice in range(2):
        room.mark({}, rest=True)
    marks = room.world.act(lambda session: session.scalars(select(AttendanceMark.id)).all())
    assert len(marks) == len(NAMES)
    assert room.days() == [Decimal("0.5")] * 4


@pytest.mark.parametrize(
    ("states", "fields", "said"),
    [
        ({0: "late"}, {}, "请填写时间"),
        ({0: "late"}, {"at_0": "12:00"}, "时间不在该场次之内"),
        ({0: "late"}, {"at_0": "25:99"}, "请填写时间"),
        ({0: "excused"}, {}, "请写明原因"),
        ({0: "king"}, {}, "请选择一种状态"),
        ({0: "absent"}, {"reason_0": "x" * 300}, "原因最多 200 个字"),
    ],
)
def test_one_wrong_row_saves_nothing_and_keeps_what_was_typed(
    room: Room, states: dict[int, str], fields: dict[str, str], said: str
) -> None:
    own = {f"state-{room.people[place]}": state for place, state in states.items()}
    own |= {f"{name.partition('_')[0]}-{room.people[0]}": value for name, value in fields.items()}
    answer = room.desk.post(room.path, **own, **{f"state-{room.people[1]}": "present"})
    assert answer.status_code == 422
    assert said in answer.text
    assert NAMES[0] in answer.text
    assert room.world.act(lambda session: session.scalars(select(AttendanceMark.id)).all()) == []


def test_nobody_is_marked_before_the_session_begins(room: Room) -> None:
    room.world.clock.at -= timedelta(days=1)
    room.mark({}, rest=True)
    assert room.days() == [0, 0, 0, 0]
    assert "场次尚未开始" in room.desk.get(room.path)


def test_somebody_elses_enrolment_in_the_form_is_not_marked(room: Room) -> None:
    theirs = room.world.enrolment_id
    room.desk.post(room.path, **{f"state-{theirs}": "present"})
    assert room.world.act(lambda session: session.scalars(select(AttendanceMark.id)).all()) == []


def test_a_withdrawn_teacher_is_not_in_the_grid(room: Room) -> None:
    def withdraw(session: Session) -> None:
        session.get_one(Enrolment, room.people[3]).status = "withdrawn"

    room.world.act(withdraw)
    room.mark({}, rest=True)
    assert NAMES[3] not in room.desk.get(room.path)
    assert room.days()[:3] == [Decimal("0.5")] * 3
