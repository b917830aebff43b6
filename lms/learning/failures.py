"""Count content that could not be shown, or whose statements had faulty parts, by reason and browser, for its trainer; never by person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms.catalogue.models import CourseVersion
from lms.learning.models import ContentFailure, Launch

LONGEST_DETAIL = 300
SHOWN = 100
KEY = ("course_version_id", "activity", "reason", "browser")


class Reason(StrEnum):
    """The reason why content could not be shown, as courses/player/watching.js and the page's content.js report it."""

    MISSING = "missing"
    OUTSIDE = "outside"  # it tries to load something from another site
    FORMAT = "format"
    SOUND = "sound"  # only the sound plays
    ERROR = "error"
    BLANK = "blank"
    LATE = "late"  # the frame did not answer within a minute
    CLEANED = "cleaned"  # it was shown; its statements had parts that the player left out


@dataclass(frozen=True, slots=True)
class Failure:
    """One report of a player page."""

    reason: Reason
    detail: str
    browser: str  # in the form of `accounts.browsers`


def note(session: Session, launch: Launch, failure: Failure, now: datetime) -> None:
    """Count a failure of content; there is one row for each activity of a version, reason and type of browser."""
    key = (launch.course_version_id, launch.activity, failure.reason.value, failure.browser)
    latest = {"detail": _printable(failure.detail), "last_at": now}
    first = {**dict(zip(KEY, key, strict=True)), **latest, "count": 1, "first_at": now}
    again = {"count": ContentFailure.count + 1, **latest}
    if session.get_bind().dialect.name == "postgresql":
        session.execute(postgresql.insert(ContentFailure).values(first).on_conflict_do_update(index_elements=KEY, set_=again))
    else:
        session.execute(sqlite.insert(ContentFailure).values(first).on_conflict_do_update(index_elements=KEY, set_=again))


def of_course(session: Session, course_id: int) -> Sequence[tuple[ContentFailure, int]]:
    """Return the failures to show content of all versions of a course, with the version's number; the latest first."""
    return _rows(session, course_id, ContentFailure.reason != Reason.CLEANED.value)


def cleaned_of_course(session: Session, course_id: int) -> Sequence[tuple[ContentFailure, int]]:
    """Return the parts that the player removed from statements of a course, in the same form; `detail` names the parts."""
    return _rows(session, course_id, ContentFailure.reason == Reason.CLEANED.value)


def _rows(session: Session, course_id: int, wanted: ColumnElement[bool]) -> Sequence[tuple[ContentFailure, int]]:
    rows = session.execute(
        select(ContentFailure, CourseVersion.number)
        .join(CourseVersion, CourseVersion.id == ContentFailure.course_version_id)
        .where(CourseVersion.course_id == course_id, wanted)
        .order_by(ContentFailure.last_at.desc(), ContentFailure.id)
        .limit(SHOWN)
    )
    return [(failure, number) for failure, number in rows]


def _printable(detail: str) -> str:
    return "".join(one if one.isprintable() else " " for one in detail[:LONGEST_DETAIL])
