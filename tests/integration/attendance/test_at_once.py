"""Is somebody who was marked in two classes at the same instant flagged where people look, and is nobody else?"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import STAFF, Person
from lms.accounts.people import add_organisation, add_person
from lms.attendance.at_once import at_once
from lms.attendance.models import AttendanceMark
from lms.classes import setup
from lms.classes.models import ClassSession, Enrolment, TrainingClass
from lms.classes.staff import appoint
from tests.factories import signed_in
from tests.integration.attendance.scans import begins, code, phone, scan
from tests.integration.office.room import Room, lead_class

FLAG = "同一时刻在两个班签到"


class TwoClasses:
    """The first teacher of a room, also in another class, which has a session at a given distance from the room's."""

    def __init__(self, room: Room, later: timedelta = timedelta(), *, marked: bool = True) -> None:
        self.room, self.world = room, room.world
        self.other: int = self.world.act(lambda session: self._plan(session, later))
        if marked:
            room.mark({}, rest=True)

    def _plan(self, session: Session, later: timedelta) -> int:
        lesson = session.get_one(ClassSession, self.room.session_id)
        found = session.get_one(TrainingClass, lead_class(session, "lead2"))
        begins, ends = lesson.starts_at + later, lesson.ends_at + later
        session.add(
            ClassSession(
                class_id=found.id, key="s1", title="课例研讨", requirement="diagnosis", starts_at=begins, ends_at=ends, half_days=1
            )
        )
        whose = session.get_one(Person, session.get_one(Enrolment, self.room.people[0]).person_id)
        return setup.enrol(session, found, whose, "lead", "in-training").id

    def scan(self, came: int, left: int) -> None:
        """Check the teacher in and out by code in the room's class, at these minutes of its session."""
        for way, minutes in (("in", came), ("out", left)):
            self.world.clock.at = begins(self.room) + timedelta(minutes=minutes)
            scan(phone(self.room, 0), code(self.room, way))

    def mark(self, state: str = "present", arrived: datetime | None = None, left: datetime | None = None) -> None:
        """Mark the teacher in the other class; a mark before it is superseded."""

        def note(session: Session) -> None:
            for old in session.scalars(select(AttendanceMark).where(AttendanceMark.enrolment_id == self.other)):
                old.superseded_at = self.world.clock()
            session.flush()
            lesson = session.scalars(select(ClassSession).where(ClassSession.title == "课例研讨")).one()
            said = {"state": state, "arrived_at": arrived, "left_at": left, "noted_at": self.world.clock()}
            session.add(AttendanceMark(session_id=lesson.id, enrolment_id=self.other, reason="", **said))

        self.world.act(note)

    def found(self) -> list[tuple[int, str, str, timedelta]]:
        """Return who is flagged, where else they were, and for how long."""
        by_enrolment = self.world.act(lambda session: at_once(session, self.room.people))
        return [(who, one.title, one.other_class, one.until - one.since) for who, all_ in by_enrolment.items() for one in all_]


def test_it_is_flagged_in_the_grid_and_on_the_transcript_of_both_and_only_theirs(room: Room) -> None:
    two = TwoClasses(room)
    assert two.found() == []
    two.mark()
    assert two.found() == [(room.people[0], "课例研讨", "乡村首席 lead2", timedelta(hours=3))]
    grid = room.desk.get(room.path)
    assert grid.count(FLAG) == 1
    assert "“乡村首席 lead2”的“课例研讨”" in grid
    teacher = signed_in(room.world.app, "t0")
    assert FLAG in teacher.get(f"/transcript/{room.people[0]}").text
    assert FLAG in teacher.get(f"/transcript/{two.other}").text
    assert FLAG not in signed_in(room.world.app, "t1").get(f"/transcript/{room.people[1]}").text
    assert room.days()[0] > 0, "a flag takes nothing away"


def test_the_flag_goes_when_the_wrong_mark_is_corrected(room: Room) -> None:
    two = TwoClasses(room)
    two.mark()
    two.mark("absent")
    assert two.found() == []
    assert FLAG not in room.desk.get(room.path)


def test_only_the_time_that_was_attended_in_both_is_flagged(room: Room) -> None:
    two = TwoClasses(room, later=timedelta(hours=1))
    lesson = room.world.act(lambda session: session.get_one(ClassSession, room.session_id))
    two.mark()
    assert [length for *_rest, length in two.found()] == [timedelta(hours=2)]
    two.mark("late", arrived=lesson.ends_at - timedelta(minutes=10))
    assert [length for *_rest, length in two.found()] == [timedelta(minutes=10)]
    two.mark("late", arrived=lesson.ends_at)
    assert two.found() == [], "they walked over when it ended"


def test_a_person_who_came_late_and_left_early_by_code_is_not_flagged_for_the_rest_of_the_session(room: Room) -> None:
    two, begin = TwoClasses(room, marked=False), begins(room)
    two.scan(20, 90)
    two.mark("late", arrived=begin + timedelta(minutes=90))
    assert two.found() == []
    assert FLAG not in room.desk.get(room.path)
    two.mark("late", arrived=begin + timedelta(minutes=60))
    assert [length for *_rest, length in two.found()] == [timedelta(minutes=30)], "they had not checked out yet"


def test_a_person_who_checked_out_for_a_while_is_not_flagged_for_that_time(room: Room) -> None:
    two, begin = TwoClasses(room, marked=False), begins(room)
    two.scan(0, 60)
    two.scan(120, 180)
    two.mark("late", arrived=begin + timedelta(minutes=60), left=begin + timedelta(minutes=120))
    assert two.found() == []
    two.mark("present")
    assert [length for *_rest, length in two.found()] == [timedelta(hours=1)] * 2


def test_a_class_of_another_provider_is_named_only_to_those_who_may_see_the_person_in_it(room: Room) -> None:
    two = TwoClasses(room)
    two.mark()

    def move(session: Session) -> None:
        another = add_organisation(session, "p9", "外县进修学校", "provider")
        session.get_one(TrainingClass, session.get_one(Enrolment, two.other).class_id).provider_id = another.id
        by = By(None, room.world.clock())
        appoint(session, room.class_id, add_person(session, "head", "班主任", (STAFF,), password=None), "tutor", by)

    room.world.act(move)
    transcript, names = f"/transcript/{room.people[0]}", ("课例研讨", "lead2")
    head = signed_in(room.world.app, "head")
    for address in (f"/office/classes/{room.path}", transcript):
        page = head.get(address).text
        assert [one for one in names if one in page] == [], address
        assert "另一承训单位的班" in page, address
    for own in (signed_in(room.world.app, "t0").get(transcript).text, room.desk.get(room.path)):
        assert all(one in own for one in names), "the teacher, and the office of the teacher's school"
