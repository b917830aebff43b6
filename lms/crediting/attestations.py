"""Read the attestations toward an enrolment's requirements (attended, accepted, logged, waived) in the form of the hours core."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lms.crediting.models import Observation as Row
from lms.crediting.moments import EvidenceQuery, Moment
from lms.crediting.observe_attestations import WAIVED
from lms.crediting.policy import EnrolmentPolicy, TrackPolicy
from lms.hours import (
    Accepted,
    Attended,
    Attestation,
    Logged,
    Present,
    RequirementKind,
    SessionRule,
    TrackRules,
    Waived,
    share_of,
    units_in_one,
)

NOTED = "/noted-"  # the place of a session that stands for days noted without a timetable: '<requirement>/noted-<number>'


@dataclass(slots=True)
class Attested:
    """The attestations of one enrolment, and their sessions."""

    attestations: list[Attestation] = field(default_factory=list)
    presents: list[Present] = field(default_factory=list)  # in live online sessions, cut to their schedule
    sessions: dict[str, SessionRule] = field(default_factory=dict)
    dated: dict[tuple[str, str], int] = field(default_factory=dict)  # the day of each log, so that no log has two


_ATTESTED = EvidenceQuery(
    lambda void: (
        select(Row.enrolment_id, Row.kind, Row.activity, Row.session, Row.at, Row.since, Row.seconds)
        .where(
            Row.enrolment_id.in_(bindparam("enrolments", expanding=True)),
            void.is_(False),
            Row.kind.in_(("attended", "accepted", "logged", "waived")),
        )
        .order_by(Row.id)
    )
)


def noted_place(requirement: str, number: int) -> str:
    """Return the place of a session that stands for days noted without a timetable."""
    return f"{requirement}{NOTED}{number}"


def with_noted_sessions(rules: TrackRules, accounts: Iterable[str]) -> TrackRules:
    """Return rules with the sessions that stand for noted days, which are found among the account names; their times do not matter."""
    noted = {name: SessionRule(name.partition(NOTED)[0], 0, 1, 1) for name in accounts if NOTED in name}
    return replace(rules, sessions={**rules.sessions, **noted}) if noted else rules


def attestations_of(session: Session, policies: Mapping[int, EnrolmentPolicy], then: Moment | None = None) -> Mapping[int, Attested]:
    """Return the attestations of each enrolment, without those that its track or class does not have."""
    found = {number: Attested(sessions=dict(own.track.rules.sessions)) for number, own in policies.items() if own.track is not None}
    kinds_of = {number: _kinds(own.track) for number, own in policies.items() if own.track is not None}
    lessons_of = {number: own.track.live for number, own in policies.items() if own.track is not None}
    for number, kind, account, name, at, since, units in _ATTESTED.ask(session, list(kinds_of), then):
        own, kinds = found[number], kinds_of[number]
        if kind == "attended":
            live = lessons_of[number].get(account)
            if live is not None:
                own.presents.append(Present(account, name, "", max(since, live[0]), max(min(at, live[1]), live[0])))
            else:
                _attended(own, kinds, account, (since, at), units)
        elif kind == "accepted" and kinds.get(account) == "tasks":
            own.attestations.append(Accepted(account, name, at))
        elif kind == "logged" and kinds.get(account) == "months" and own.dated.setdefault((account, name), since) == since:
            own.attestations.append(Logged(account, name, datetime.fromtimestamp(since, UTC).date()))
        elif kind == "waived" and (requirement := account.removeprefix(WAIVED)) in kinds:
            whole = units_in_one(kinds[requirement], policies[number].class_policy.policy)
            own.attestations.append(Waived(name, requirement, share_of(units, whole)))
    return found


def _kinds(track: TrackPolicy) -> dict[str, RequirementKind]:
    return {key: rule.kind for key, rule in track.rules.requirements.items()}


def _attended(own: Attested, kinds: Mapping[str, RequirementKind], place: str, interval: tuple[int, int], half_days: int | None) -> None:
    """Add attendance of a session in the timetable, or of one that stands for days noted without a timetable."""
    requirement = place.partition(NOTED)[0]
    if half_days is not None and kinds.get(requirement) == "days" and interval[0] < interval[1]:
        own.sessions[place] = SessionRule(requirement, *interval, half_days)
    if place in own.sessions:
        own.attestations.append(Attended(place, *interval))
