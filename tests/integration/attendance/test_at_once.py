"""Is somebody who was marked in two classes at the same instant flagged where people look, and is nobody else?"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.attendance.at_once import at_once
from lms.attendance.models import AttendanceMark
from lms.classes import setup
from lms.classes.models import ClassSession, Enrolment, TrainingClass
from tests.factories import signed_in
from tests.integration.office.room import Room, lead_class

FLAG = "同一时刻在两个班签到"


class TwoClasses:
    """The first teacher of a room, also in another class, which has a session at a given distance from the room's."""

    def __init__(self, room: Room, later: timedelta = timedelta()) -> None:
        self.room, self.world = room, room.world
        self.other: int = self.world.act(lambda session: self._plan(session, later))
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

    def mark(self, state: str = "present", arrived: datetime | None = None) -> None:
        """Mark the teacher in the other class; a mark before it is superseded."""

        def note(session: Session) -> None:
            for old in session.scalars(select(AttendanceMark).where(AttendanceMark.enrolment_id == self.other)):
                old.superseded_at = self.world.clock()
            session.flush()
            lesson = session.scalars(select(ClassSession).where(ClassSession.title == "课例研讨")).one()
            said = {"state": state, "arrived_at": arrived, "noted_at": self.world.clock()}
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
