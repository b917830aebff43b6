"""The rules of an enrolment's account: the hours policy, the window, and the conditions of each activity.

A case names activities '<course code>:<activity key>', because one account covers all courses of a class.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from courses.strict_json.canonical import digest_of
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.classes.models import Enrolment
from lms.crediting.activity_rules import EARLIER_RULES, RuleOf, rule_of
from lms.crediting.policy_key import PlannedPlace, PolicyKey, activity_name, keys_of_enrolments
from lms.hours import Case, Interval, Policy, Replacement, RequirementRule, Rule, SessionRule, TrackRules, dump
from lms.programmes.models import ProgrammeVersion
from lms.programmes.store import document_of
from lms.programmes.values import FOR_SESSIONS, ProgrammeDocument

__all__ = [
    "ClassPolicy",
    "EnrolmentPolicy",
    "TrackPolicy",
    "activity_name",
    "make_policy",
    "policies_before",
    "policies_of",
    "policies_under",
    "policies_with",
]

Window = tuple[int | None, int | None]
CLASSES_KEPT = 4096


@dataclass(frozen=True, slots=True)
class TrackPolicy:
    """The rules for one track of a class: its requirements, and the requirement to which each activity counts."""

    activities: Mapping[str, Rule]
    rules: TrackRules
    live: Mapping[str, Interval] = field(default_factory=dict)  # times of its live online sessions, by place


@dataclass(frozen=True, slots=True)
class ClassPolicy:
    """The rules of a whole class. `sha256` covers policy, activities and requirements; every ledger entry carries it.

    `activities` count to nothing here; `tracks` say what they count to.
    """

    policy: Policy
    activities: Mapping[str, Rule]
    tracks: Mapping[str, TrackPolicy]
    server_graded: frozenset[str]
    server_completed: frozenset[str]  # with checks that the site judges
    trusted_providers: frozenset[str]
    programme_version_id: int
    sha256: str


@dataclass(frozen=True, slots=True)
class EnrolmentPolicy:
    """The rules of one enrolment: its class's policy, the window in which its time counts, and its track's requirements.

    `track` is None if the programme's document has no such track.
    """

    class_policy: ClassPolicy
    window: Window
    track: TrackPolicy | None = None


def policies_of(session: Session, enrolment_ids: Iterable[int]) -> dict[int, EnrolmentPolicy]:
    """Return the policy of each enrolment; documents never change, so a class's policy is worked out once per process."""
    return _policies(session, enrolment_ids, _known_policy)


def policies_before(session: Session, enrolment_ids: Iterable[int]) -> Iterator[dict[int, EnrolmentPolicy]]:
    """Yield the policies that enrolments had by each earlier rule of activities (`activity_rules`), the newest first."""
    wanted = list(enrolment_ids)
    for rule in EARLIER_RULES:
        yield _policies(session, wanted, lambda session, key, rule=rule: _make(session, key, rule=rule))  # type: ignore[misc]


def _policies(
    session: Session, enrolment_ids: Iterable[int], policy_of: Callable[[Session, PolicyKey], ClassPolicy]
) -> dict[int, EnrolmentPolicy]:
    wanted = set(enrolment_ids)
    columns = (Enrolment.id, Enrolment.class_id, Enrolment.track, Enrolment.window_from, Enrolment.window_to, Enrolment.transferred)
    rows = session.execute(select(*columns).where(Enrolment.id.in_(wanted))).all()
    stored = keys_of_enrolments(session, {row.id: row.class_id for row in rows}, [row.id for row in rows if row.transferred])
    class_policies = {key: policy_of(session, key) for key in set(stored.values())}
    found = {}
    for row in rows:
        window = [None if at is None else int(at.timestamp()) for at in (row.window_from, row.window_to)]
        class_policy = class_policies[stored[row.id]]
        found[row.id] = EnrolmentPolicy(class_policy, (window[0], window[1]), class_policy.tracks.get(row.track))
    return found


_known: dict[PolicyKey, ClassPolicy] = {}


def policies_with(session: Session, enrolment_ids: Iterable[int], replaced: int, by: CourseVersion | None) -> dict[int, EnrolmentPolicy]:
    """Return the policies that enrolments would have with another version of one course, or without the course."""

    def edit(key: PolicyKey) -> PolicyKey:
        others = [one for one in key.courses if one.course_version_id != replaced]
        bound = [one for one in key.courses if one.course_version_id == replaced]
        new = [one._replace(course_version_id=by.id, sha256=by.document_sha256) for one in bound if by is not None]
        return replace(key, courses=tuple(sorted([*others, *new])))

    return _policies(session, enrolment_ids, lambda session, key: _known_policy(session, edit(key)))


def _known_policy(session: Session, key: PolicyKey) -> ClassPolicy:
    return _known.get(key) or _remember(key, _make(session, key))


def _remember(key: PolicyKey, class_policy: ClassPolicy) -> ClassPolicy:
    if len(_known) >= CLASSES_KEPT:
        _known.clear()
    _known[key] = class_policy
    return class_policy


def policies_under(session: Session, version: ProgrammeVersion, enrolment_ids: Iterable[int]) -> dict[int, EnrolmentPolicy]:
    """Return the policy of each enrolment as it would be under another programme version, which need not be stored."""
    made: dict[PolicyKey, ClassPolicy] = {}

    def under(session: Session, key: PolicyKey) -> ClassPolicy:
        if key not in made:
            made[key] = _make(session, key, version)
        return made[key]

    return _policies(session, enrolment_ids, under)


def _make(session: Session, key: PolicyKey, version: ProgrammeVersion | None = None, rule: RuleOf = rule_of) -> ClassPolicy:
    ids = [one.course_version_id for one in key.courses]
    query = select(CourseVersion).where(CourseVersion.id.in_(ids)).options(joinedload(CourseVersion.course))
    versions = {one.id: one for one in session.scalars(query)}
    studied = [(versions[one.course_version_id], one.requirement, one.compulsory) for one in key.courses]
    bare = make_policy(version or session.get_one(ProgrammeVersion, key.programme_version_id), studied, key.starts_on, key.sessions, rule)
    return _with_replacements(bare, key, versions) if key.replacements else bare


def _with_replacements(class_policy: ClassPolicy, key: PolicyKey, versions: Mapping[int, CourseVersion]) -> ClassPolicy:
    """Let courses and live sessions replace sessions; the replacement has neither a requirement nor a course of its own."""
    planned = {one.place: one for one in key.sessions}
    plans, lessons = {}, {}
    for one in key.replacements:
        if one.live in planned:
            lessons[one.live] = planned[one.live]
            plans[one.name] = Replacement(frozenset(one.places), frozenset({one.live}))
        elif one.course_version_id is not None and one.course_version_id in versions:
            version = versions[one.course_version_id]
            names = frozenset(activity_name(version.course.code, activity.key) for activity in outline_of(version).activities)
            plans[one.name] = Replacement(frozenset(one.places), names)
    tracks = {name: _replaced_in(track, plans, lessons) for name, track in class_policy.tracks.items()}
    bundles = [dump(Case(class_policy.policy, track.activities, (), track=track.rules)) for _, track in sorted(tracks.items())]
    return replace(class_policy, tracks=tracks, sha256=digest_of(bundles))


def _replaced_in(track: TrackPolicy, plans: Mapping[str, Replacement], lessons: Mapping[str, PlannedPlace]) -> TrackPolicy:
    """Return a track's policy with the plans whose sessions it has."""
    own = {name: replace(plan, sessions=plan.sessions & track.rules.sessions.keys()) for name, plan in plans.items()}
    own = {name: plan for name, plan in own.items() if plan.sessions}
    activities = {**track.activities, **{place: Rule(one.end - one.start) for place, one in lessons.items()}}
    intervals = {place: (one.start, one.end) for place, one in lessons.items()}
    return TrackPolicy(activities, replace(track.rules, replacements=own), {**track.live, **intervals})


def make_policy(
    version: ProgrammeVersion,
    studied: Sequence[tuple[CourseVersion, str, bool]],
    starts_on: date,
    sessions: Sequence[PlannedPlace] = (),
    rule: RuleOf = rule_of,
) -> ClassPolicy:
    """Combine a programme version and course versions (each with its requirement, and whether it is compulsory).

    If there are two versions of one course, the later one is used. Months of practice begin on the class's first day.
    """
    document = document_of(version)
    named, rules = {}, {}
    for course, requirement, _ in studied:
        for activity in outline_of(course).activities:
            name = activity_name(course.course.code, activity.key)
            named[name] = activity
            stands_in = requirement == FOR_SESSIONS  # it is neither a course that is asked for, nor worth hours
            rules[name] = replace(rule(activity), counts_to=requirement, course=None if stands_in else course.course.code)
    activities = {name: rules[name] for name in sorted(rules)}
    compulsory = {course.course.code: asked for course, requirement, asked in studied if requirement != FOR_SESSIONS}
    bare = {one.key: _track_policy(document, one.key, activities, compulsory, starts_on) for one in document.tracks}
    tracks = {key: _with_sessions(track, sessions) for key, track in bare.items()}
    policy = replace(document.policy, finished_share=document.finished_share)
    bundles = [dump(Case(policy, track.activities, (), track=track.rules)) for _, track in sorted(tracks.items())]
    return ClassPolicy(
        policy=policy,
        activities={name: replace(rule, counts_to=None, course=None) for name, rule in activities.items()},
        tracks=tracks,
        server_graded=frozenset(name for name, activity in named.items() if activity.grading == "server"),
        server_completed=frozenset(name for name, activity in named.items() if activity.grading == "checks"),
        trusted_providers=document.trusted_providers,
        programme_version_id=version.id,
        sha256=digest_of(bundles),
    )


def _track_policy(
    document: ProgrammeDocument, track: str, activities: Mapping[str, Rule], compulsory: Mapping[str, bool], starts_on: date
) -> TrackPolicy:
    """A course whose requirement the track does not have counts to none. A class without compulsory courses still owes one."""
    requirements = {}
    for one in document.requirements_of(track):
        owed = Decimal(1) if one.kind == "courses" and not any(compulsory.values()) else None
        starts = starts_on if one.kind == "months" else None
        requirements[one.key] = RequirementRule(one.kind, one.target or owed, starts)
    hours = {key for key, one in requirements.items() if one.kind == "hours"}
    own = {name: rule if rule.counts_to in hours else replace(rule, counts_to=None) for name, rule in activities.items()}
    return TrackPolicy(own, TrackRules(requirements, courses=compulsory))


def _with_sessions(track: TrackPolicy, sessions: Sequence[PlannedPlace]) -> TrackPolicy:
    """Let sessions toward days earn half-days; one toward hours is live online: an activity as long as its schedule."""
    kinds = {key: one.kind for key, one in track.rules.requirements.items()}
    taught = {one.place: SessionRule(*one[1:]) for one in sessions if kinds.get(one.requirement) == "days"}
    live = {one.place: one for one in sessions if kinds.get(one.requirement) == "hours" and one.place not in track.activities}
    lessons = {place: Rule(one.end - one.start, counts_to=one.requirement) for place, one in live.items()}
    intervals = {place: (one.start, one.end) for place, one in live.items()}
    return TrackPolicy({**track.activities, **lessons}, replace(track.rules, sessions=taught), intervals)
