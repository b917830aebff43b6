"""Check a class's plan of sessions: problems of single sessions, overlaps, and the practical share. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from fractions import Fraction

from courses.strict_json.problem import Problem
from lms.programmes.values import FOR_SESSIONS

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
TITLE_MAX, PLACE_MAX, TEACHER_MAX, LINK_MAX = 200, 100, 100, 500
HALF_DAYS_MAX = 2
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=14)
LINKS = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """One planned session: `[starts_at, ends_at)` in UTC, worth `half_days` toward `requirement`.

    A session toward a requirement of hours is a live online session; it is worth no half-days.
    """

    key: str
    title: str
    requirement: str
    starts_at: datetime
    ends_at: datetime
    half_days: int = 1
    place: str = ""
    link: str = ""
    teacher: str = ""
    practical: bool = False

    @property
    def minutes(self) -> int:
        """Return the scheduled length in whole minutes, rounded down."""
        return (self.ends_at - self.starts_at) // timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """The requirements to which sessions of one class may count, and the instants between which they must be, in the class's time zone."""

    days: Collection[str]  # keys of its requirements of days
    hours: Collection[str]  # keys of its requirements of hours
    opens: datetime
    closes: datetime


def problems_of(planned: PlannedSession, limits: SessionLimits) -> Iterator[Problem]:
    """Yield the problems of one session; the path of each is its field."""
    if not KEY.fullmatch(planned.key):
        yield Problem("bad-key", "key")
    if not 1 <= len(planned.title.strip()) <= TITLE_MAX or not planned.title.isprintable():
        yield Problem("bad-title", "title", {"most": TITLE_MAX})
    for field, most in (("place", PLACE_MAX), ("teacher", TEACHER_MAX), ("link", LINK_MAX)):
        text: str = getattr(planned, field)
        if len(text) > most or not text.isprintable():
            yield Problem("bad-text", field, {"most": most})
    if planned.link and not planned.link.startswith(LINKS):
        yield Problem("bad-link", "link")
    yield from _problems_of_worth(planned, limits)
    yield from _problems_of_time(planned, limits)


def _problems_of_worth(planned: PlannedSession, limits: SessionLimits) -> Iterator[Problem]:
    if planned.requirement in limits.days:
        if not 1 <= planned.half_days <= HALF_DAYS_MAX:
            yield Problem("bad-half-days", "half_days", {"most": HALF_DAYS_MAX})
    elif planned.requirement in limits.hours:
        if planned.half_days:
            yield Problem("live-has-no-half-days", "half_days")
    elif planned.requirement != FOR_SESSIONS:
        yield Problem("unknown-requirement", "requirement", {"said": "–"})
    elif planned.half_days:
        yield Problem("live-has-no-half-days", "half_days")


def _problems_of_time(planned: PlannedSession, limits: SessionLimits) -> Iterator[Problem]:
    length = planned.ends_at - planned.starts_at
    if length <= timedelta(0):
        yield Problem("ends-before-it-starts", "ends_at")
    elif not SHORTEST <= length <= LONGEST:
        yield Problem("bad-length", "ends_at")
    elif not limits.opens <= planned.starts_at <= planned.ends_at <= limits.closes:
        yield Problem("outside-the-class", "starts_at")


def overlaps(sessions: Iterable[PlannedSession]) -> list[tuple[PlannedSession, PlannedSession]]:
    """Return pairs of sessions that overlap, in order of time. Sessions that only touch do not overlap.

    Each session is compared only with the earlier one that ends last, so the work stays near-linear with any number of overlaps.
    """
    ordered = sorted(sessions, key=lambda one: (one.starts_at, one.ends_at, one.key))
    found: list[tuple[PlannedSession, PlannedSession]] = []
    latest: PlannedSession | None = None
    for one in ordered:
        if latest is not None and one.starts_at < latest.ends_at:
            found.append((latest, one))
        if latest is None or one.ends_at > latest.ends_at:
            latest = one
    return found


def crowded(
    there: Iterable[PlannedSession], planned: Iterable[PlannedSession], zone: tzinfo | None, replaced: PlannedSession | None = None
) -> list[tuple[PlannedSession, date]]:
    """Return the planned sessions that would give a local day of `zone` more than its two half-days, in order of time, with the day.

    A day is two half-days, so nobody earns a day and a half on one date. A session belongs to the day on which it begins; sessions
    that are on the timetable already (`there`) come first. A day that had more with the session that is `replaced` may keep as many.
    """
    known = list(there)
    had = _half_days_by_day(known if replaced is None else [*known, replaced], zone)
    sums = _half_days_by_day(known, zone)
    found = []
    for one in sorted(planned, key=lambda one: (one.starts_at, one.key)):
        day = one.starts_at.astimezone(zone).date()
        sums[day] += one.half_days
        if one.half_days and sums[day] > max(HALF_DAYS_MAX, had[day]):
            found.append((one, day))
    return found


def _half_days_by_day(sessions: Iterable[PlannedSession], zone: tzinfo | None) -> Counter[date]:
    sums: Counter[date] = Counter()
    for one in sessions:
        sums[one.starts_at.astimezone(zone).date()] += one.half_days
    return sums


def practical_share(parts: Iterable[tuple[int, bool]]) -> Fraction | None:
    """Return the practical minutes of a plan divided by all its minutes, exactly; None if nothing is planned.

    `parts` are (minutes, whether practical) of sessions and activities. (The notice requires at least half to be practical.)
    """
    planned = list(parts)
    whole = sum(minutes for minutes, _ in planned)
    return Fraction(sum(minutes for minutes, practical in planned if practical), whole) if whole else None


def free_key(taken: Collection[str], number: int) -> str:
    """Return the first key `s1`, `s2`, … from `number` on that is not taken."""
    while f"s{number}" in taken:
        number += 1
    return f"s{number}"
