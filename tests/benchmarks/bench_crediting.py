"""How many learners a second are credited, with all their evidence read from the database, beside deciding them in memory?

Each turn states a closed stretch of every learner, which is not measured, and then drains the outbox as the worker does:
read the statements, keep the observations, decide everybody again from all evidence, append to the ledgers. 77,700 people
who study at once close 259 stretches a second (one in five minutes each).
"""

import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any

from sqlalchemy import delete, func, insert, select

from lms.crediting.bounds import MOST_OF_ACTIVITY, MOST_OF_LAUNCH
from lms.crediting.drain import drain
from lms.crediting.evidence import cases_of
from lms.crediting.models import Observation as Row
from lms.crediting.policy import policies_of
from lms.hours import Case, Completed, Observation, Played, Present, Rule, recompute
from lms.learning import stating
from lms.learning.stretch import Stretch
from tests.benchmarks import evidence
from tests.benchmarks.learners import Learner, open_pages
from tests.benchmarks.measuring import Subject, Turn, compare, here
from tests.benchmarks.places import Places, Site, spent

ACTIVITIES, OBSERVATIONS = 10, 300
STATED = timedelta(minutes=5)
STEP = timedelta(seconds=301)
BEGIN = datetime(2026, 3, 1, 2, tzinfo=UTC)
ROWS_AT_ONCE = 5_000


def main(places: Places) -> None:
    """Measure on PostgreSQL; what credits is this process."""
    site = places.site("postgresql")
    learners = open_pages(site, min(places.effort.learners, places.effort.people // 4))
    activities = _fill(site, learners)
    while drain(site.database, site.settings.public_url, datetime.now(UTC)):
        pass  # what other benchmarks left
    cases = _cases(site, learners)
    worst, rows = _worst(site)
    compare(
        [
            Subject("decided in memory", here(lambda: [recompute(case) for case in cases], len(cases))),
            Subject("read from the database", here(lambda: _cases(site, learners), len(learners)), ("decided in memory",)),
            Subject("worst learner: rows read", here(lambda: _rows(site, worst), 1)),
            Subject(
                f"worst learner: {rows:,} segments decided",
                here(lambda: _decided(site, worst), 1),
                ("worst learner: rows read",),
                "10 times reading",
            ),
            Subject("credited", _crediting(site, learners), ("decided in memory",), "250 a second on one core: 4 ms CPU"),
        ],
        places.effort,
    )
    print(f"{len(learners)} learners with {OBSERVATIONS} observations of {len(activities)} activities each")


def _worst(site: Site) -> tuple[Learner, int]:
    """Give one more learner as much evidence as the bounds let count: in each film as many tiny segments, one after the other, as do."""
    (worst,) = open_pages(site, 1)
    with site.database.reader() as session:
        class_policy = policies_of(session, [worst.enrolment_id])[worst.enrolment_id].class_policy
    films = [name for name, rule in class_policy.activities.items() if rule.media_seconds is not None]
    launches = MOST_OF_ACTIVITY // MOST_OF_LAUNCH
    told = (
        _row(Played(name, f"launch-{launch}", 1_772_330_400 + number, number * 300 % 600_000, number * 300 % 600_000 + 500, 1.0))
        for name in films
        for launch in range(launches)
        for number in range(MOST_OF_LAUNCH)
    )
    rows = ({**row, "enrolment_id": worst.enrolment_id, "statement_id": uuid.uuid4()} for row in told)
    with site.database.writing() as connection:
        connection.execute(delete(Row).where(Row.enrolment_id == worst.enrolment_id))
        while chunk := list(islice(rows, ROWS_AT_ONCE)):
            connection.execute(insert(Row), chunk)
    return worst, len(films) * MOST_OF_ACTIVITY


def _rows(site: Site, learner: Learner) -> None:
    with site.database.reader() as session:
        session.execute(select(*Row.__table__.columns).where(Row.enrolment_id == learner.enrolment_id)).all()


def _decided(site: Site, learner: Learner) -> None:
    (case,) = _cases(site, [learner])
    recompute(case)


def _cases(site: Site, learners: Sequence[Learner]) -> list[Case]:
    with site.database.reader() as session:
        return list(cases_of(session, policies_of(session, [one.enrolment_id for one in learners])).values())


def _fill(site: Site, learners: Sequence[Learner]) -> dict[str, Rule]:
    """Give every learner the same long history; return the activities it is about."""
    with site.database.reader() as session:
        class_policy = policies_of(session, [learners[0].enrolment_id])[learners[0].enrolment_id].class_policy
    activities = dict(islice(class_policy.activities.items(), ACTIVITIES))
    told = [_row(one) for one in evidence.observations(activities, OBSERVATIONS)]
    rows = ({**row, "enrolment_id": one.enrolment_id, "statement_id": uuid.uuid4()} for one in learners for row in told)
    with site.database.writing() as connection:
        while chunk := list(islice(rows, ROWS_AT_ONCE)):
            connection.execute(insert(Row), chunk)
        connection.exec_driver_sql("ANALYZE")
    return activities


def _row(one: Observation) -> dict[str, Any]:
    empty = dict.fromkeys(("since", "seconds", "media_from_ms", "media_to_ms", "rate"))
    row = {**empty, "activity": one.activity, "session": one.session, "device": ""}
    if isinstance(one, Present):
        return {**row, "kind": "present", "device": one.device, "at": one.end, "since": one.start}
    if isinstance(one, Played):
        ends = {"media_from_ms": one.start_ms, "media_to_ms": one.end_ms, "rate": float(one.rate)}
        return {**row, "kind": "played", "at": one.at, "since": one.at - evidence.STRETCH_S, **ends}
    return {**row, "kind": "completed" if isinstance(one, Completed) else "passed", "at": one.at}


def _crediting(site: Site, learners: Sequence[Learner]) -> Callable[[float], Turn]:
    numbers, address = count(), site.settings.public_url

    def state() -> None:
        since = BEGIN + STEP * next(numbers)
        told = [stating.present_statement(one.subject, Stretch(since, since + STATED)) for one in learners]
        with site.database.writer() as session, session.begin():
            stating.store(session, told, address, datetime.now(UTC))

    def measure(seconds: float) -> Turn:
        items, elapsed, cpu, database = 0, 0.0, 0.0, 0.0
        while elapsed < seconds or not items:
            state()
            kept = _observations(site)
            before = spent(site.postmaster) if site.postmaster else 0.0
            started, used = time.perf_counter(), time.process_time()
            while drained := drain(site.database, address, datetime.now(UTC)):
                items += drained
            elapsed, cpu = elapsed + time.perf_counter() - started, cpu + time.process_time() - used
            database += (spent(site.postmaster) if site.postmaster else 0.0) - before
            if (grown := _observations(site) - kept) != len(learners):
                raise ValueError(f"{len(learners)} stretches were stated, and {grown} observations were kept: this measures something else")
        return Turn(items, elapsed, cpu, database)

    return measure


def _observations(site: Site) -> int:
    with site.database.reader() as session:
        return session.scalar(select(func.count()).select_from(Row)) or 0
