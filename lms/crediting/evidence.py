"""Build the case of an enrolment (its observations and its rules), which the hours core decides.

Rows are read as plain tuples, for many enrolments at once, because thousands of learners are credited each minute.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from lms.crediting.attestations import attestations_of
from lms.crediting.bounds import Counting
from lms.crediting.models import LedgerEntry
from lms.crediting.models import Observation as Row
from lms.crediting.moments import EvidenceQuery, Moment
from lms.crediting.policy import EnrolmentPolicy, policies_of
from lms.crediting.rates import Segment, real_rates
from lms.crediting.reviews import reviews_of
from lms.hours import Case, Completed, Observation, Passed, Played, Present, Reported
from lms.hours.gate import media_ms


def case_of(session: Session, enrolment_id: int) -> Case:
    """Return one enrolment's case, as of its latest ledger entry."""
    return cases_of(session, policies_of(session, [enrolment_id]))[enrolment_id]


RateSegments = Callable[[Iterable[Segment], float, int | None], list[tuple[Segment, float]]]


def cases_of(
    session: Session,
    policies: Mapping[int, EnrolmentPolicy],
    now: datetime | None = None,
    rates: RateSegments = real_rates,
    then: Moment | None = None,
) -> dict[int, Case]:
    """Return each enrolment's case. Evidence about activities that its class or track does not have is left out.

    Months are counted up to `now`. If `now` is None, they are counted up to the ledger entry that last changed the account, so that
    deciding the case gives the current account. `then`: as it was at that moment of the only enrolment, under the current rules.
    """
    seen: dict[int, list[Observation]] = {enrolment_id: [] for enrolment_id in policies}
    _add_times(session, policies, seen, then)
    _add_segments(session, policies, seen, rates, then)
    cases = {
        number: Case(own.class_policy.policy, own.class_policy.activities, seen[number], own.window) for number, own in policies.items()
    }
    judged = {number: own.track for number, own in policies.items() if own.track is not None}
    with_months = {number for number, track in judged.items() if any(one.kind == "months" for one in track.rules.requirements.values())}
    if then is not None:
        as_of = dict.fromkeys(with_months, then.moved_at)
    else:
        as_of = dict.fromkeys(with_months, int(now.timestamp())) if now is not None else _last_moved(session, with_months)
    for number, own in reviews_of(session, policies, then).items():
        cases[number] = replace(cases[number], reviews=own)
    attested = attestations_of(session, policies, then)
    for number, track in judged.items():
        cases[number] = replace(
            cases[number],
            activities=track.activities,
            observations=[*cases[number].observations, *attested[number].presents],
            as_of=as_of.get(number, 0) if number in with_months else None,
            track=replace(track.rules, sessions=attested[number].sessions),
            attestations=attested[number].attestations,
        )
    return cases


def _last_moved(session: Session, numbers: Collection[int]) -> dict[int, int]:
    """Return the time of each account's last change, in whole seconds since 1970; unchanged accounts are left out."""
    if not numbers:
        return {}
    moved = select(LedgerEntry.enrolment_id, func.max(LedgerEntry.recorded_at))
    wanted = (LedgerEntry.enrolment_id.in_(numbers), LedgerEntry.amount != 0)
    rows = session.execute(moved.where(*wanted).group_by(LedgerEntry.enrolment_id))
    return {number: int(at.timestamp()) for number, at in rows}


_HERE = Row.enrolment_id.in_(bindparam("enrolments", expanding=True))
_ORDER = (Row.at, Row.statement_id, Row.part)  # the order in which evidence counts up to its limits; void evidence keeps its place
_TIMES = EvidenceQuery(
    lambda void: (
        select(Row.enrolment_id, Row.kind, Row.activity, Row.session, void, Row.device, Row.at, Row.since, Row.seconds)
        .where(_HERE, Row.kind.in_(("present", "reported", "completed", "passed")))
        .order_by(*_ORDER)
    )
)
_SEGMENTS = EvidenceQuery(
    lambda void: (
        select(
            Row.enrolment_id,
            Row.activity,
            Row.session,
            void,
            Row.at,
            Row.statement_id,
            Row.part,
            Row.since,
            Row.media_from_ms,
            Row.media_to_ms,
            Row.rate,
        )
        .where(_HERE, Row.kind == "played")
        .order_by(*_ORDER)
    )
)


ObservationsByEnrolment = dict[int, list[Observation]]


def _add_times(session: Session, policies: Mapping[int, EnrolmentPolicy], seen: ObservationsByEnrolment, then: Moment | None) -> None:
    known = {enrolment_id: own.class_policy.activities for enrolment_id, own in policies.items()}
    counting = Counting()
    for enrolment_id, kind, activity, launch, voided, device, at, since, seconds in _TIMES.ask(session, list(policies), then):
        if not counting.takes(enrolment_id, activity, kind, launch) or voided or activity not in known[enrolment_id]:
            continue
        if kind == "present":
            seen[enrolment_id].append(Present(activity, launch, device, since, at))
        elif kind == "reported":
            seen[enrolment_id].append(Reported(activity, launch, since, at, seconds))
        elif kind == "completed":
            seen[enrolment_id].append(Completed(activity, launch, at))
        else:
            seen[enrolment_id].append(Passed(activity, launch, at))


def _add_segments(
    session: Session, policies: Mapping[int, EnrolmentPolicy], seen: ObservationsByEnrolment, rates: RateSegments, then: Moment | None
) -> None:
    claimed: dict[tuple[int, str], list[Segment]] = defaultdict(list)
    counting = Counting()
    for row in _SEGMENTS.ask(session, list(policies), then):
        enrolment_id, activity, launch, voided, at, statement, part, since, start_ms, end_ms, rate = row
        if (
            counting.takes(enrolment_id, activity, "played", launch)
            and not voided
            and activity in policies[enrolment_id].class_policy.activities
        ):
            segment = Segment((at, str(statement), part), at if since is None else since, at, start_ms, end_ms, rate, launch)
            claimed[enrolment_id, activity].append(segment)
    for (enrolment_id, activity), segments in claimed.items():
        class_policy = policies[enrolment_id].class_policy
        rated = rates(segments, float(class_policy.policy.max_rate), media_ms(class_policy.activities[activity]))
        seen[enrolment_id].extend(_played(activity, rated))


def _played(activity: str, rated: Iterable[tuple[Segment, float]]) -> Iterable[Played]:
    for segment, rate in rated:
        yield Played(activity, segment.launch, segment.at, segment.start_ms, segment.end_ms, rate)
