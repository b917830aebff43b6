"""Which content did not show, why, and in which browsers? Counted for its trainer; nothing says for whom it did not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms.catalogue.models import CourseVersion
from lms.learning.models import ContentFailure, Launch

LONGEST_DETAIL = 300
SHOWN = 100
KEY = ("course_version_id", "activity", "reason", "browser")


class Reason(StrEnum):
    """Why content did not show, as courses/player/watching.js and the page's content.js say it."""

    MISSING = "missing"
    OUTSIDE = "outside"  # it wants to load something from another site
    FORMAT = "format"
    SOUND = "sound"  # plays without a picture
    ERROR = "error"
    BLANK = "blank"
    LATE = "late"  # no word of the frame within a minute


@dataclass(frozen=True, slots=True)
class Failure:
    """One report of a player page."""

    reason: Reason
    detail: str
    browser: str  # as `accounts.browsers` keeps it


def note(session: Session, launch: Launch, failure: Failure, now: datetime) -> None:
    """Count that content did not show; one row for each activity of a version, reason and kind of browser."""
    key = (launch.course_version_id, launch.activity, failure.reason.value, failure.browser)
    latest = {"detail": _printable(failure.detail), "last_at": now}
    first = {**dict(zip(KEY, key, strict=True)), **latest, "count": 1, "first_at": now}
    again = {"count": ContentFailure.count + 1, **latest}
    if session.get_bind().dialect.name == "postgresql":
        session.execute(postgresql.insert(ContentFailure).values(first).on_conflict_do_update(index_elements=KEY, set_=again))
    else:
        session.execute(sqlite.insert(ContentFailure).values(first).on_conflict_do_update(index_elements=KEY, set_=again))


def of_course(session: Session, course_id: int) -> Sequence[tuple[ContentFailure, int]]:
    """Return what did not show of any version of a course, with the version's number; the latest first."""
    rows = session.execute(
        select(ContentFailure, CourseVersion.number)
        .join(CourseVersion, CourseVersion.id == ContentFailure.course_version_id)
        .where(CourseVersion.course_id == course_id)
        .order_by(ContentFailure.last_at.desc(), ContentFailure.id)
        .limit(SHOWN)
    )
    return [(failure, number) for failure, number in rows]


def _printable(detail: str) -> str:
    return "".join(one if one.isprintable() else " " for one in detail[:LONGEST_DETAIL])
