"""Is every table of the rooms that hold evidence guarded in the database, or is there a reason why its rows may change?"""

from lms.db import Base
from lms.migrations.guards import GUARDS
from lms.tables import METADATA

ROOMS = ("attendance", "certification", "crediting", "learning", "practice", "tutoring")
UNGUARDED = {
    "launch": "each beat extends it; the measured time is in statements, whose digests the observations hold",
    "activity_state": "a learner's resume data, written by the content; starting over deletes it",
    "check_progress": "grows with each right answer; starting over deletes it, and the completion is a statement",
    "content_failure": "counts of failures, of no person",
    "cmi5_session": "the steps of a running session; the unit's statements are the evidence",
    "cmi5_progress": "worked out from the unit's statements, so that the next unit opens",
    "meeting_name": "a name of online meetings can be matched again; the check-ins made by it are guarded",
    "ledger_check": "a run of the nightly check writes its progress; the kept anchors are outside the database",
}


def test_each_table_of_evidence_is_guarded_or_says_why_it_may_change() -> None:
    there = {
        one.class_.__tablename__
        for one in Base.registry.mappers
        if one.class_.__module__.startswith(tuple(f"lms.{room}." for room in ROOMS))
    }
    guarded = {one.table for one in GUARDS}
    assert there - guarded == UNGUARDED.keys(), "guard it in lms/migrations/guards.py, or say here why it may change"


def test_each_guarded_table_exists() -> None:
    assert {one.table for one in GUARDS} <= METADATA.tables.keys()
