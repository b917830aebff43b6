"""The rules of an enrolment's account: the hours policy, the window, and the conditions of each activity.

A case names activities '<course code>:<activity key>', because one account covers all courses of a class.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from courses.outline import Activity
from courses.strict_json.canonical import digest_of
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.classes.models import Enrolment
from lms.crediting.activity_rules import rule_before, rule_of
from lms.crediting.law_key import LawKey, PlannedPlace, activity_name, keys_of_classes, keys_of_enrolments
from lms.hours import Case, Interval, Policy, Replacement, RequirementRule, Rule, SessionRule, TrackRules, dump
from lms.programmes.models import ProgrammeVersion
from lms.programmes.store import document_of
from lms.programmes.values import FOR_SESSIONS, ProgrammeDocument

__all__ = ["ClassPolicy", "EnrolmentPolicy", "TrackLaw", "activity_name", "law_under", "make_law", "terms_before", "terms_of", "terms_with"]

Window = tuple[int | None, int | None]
RuleOf = Callable[[Activity], Rule]
CLASSES_KEPT = 4096


@dataclass(frozen=True, slots=True)
class TrackLaw:
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
    tracks: Mapping[str, TrackLaw]
    server_graded: frozenset[str]
    trusted_providers: frozenset[str]
    programme_version_id: int
    sha256: str


@dataclass(frozen=True, slots=True)
class EnrolmentPolicy:
    """The rules of one enrolment: its class's policy, the window in which its time counts, and its track's requirements.

    `track` is None if the programme's document has no such track.
    """

    law: ClassPolicy
    window: Window
    track: TrackLaw | None = None


def terms_of(session: Session, enrolment_ids: Iterable[int]) -> dict[int, EnrolmentPolicy]:
    """Return the terms of each enrolment; documents never change, so a law is worked out once per process."""
    return _terms(session, enrolment_ids, _known_law)


def terms_before(session: Session, enrolment_ids: Iterable[int]) -> dict[int, EnrolmentPolicy]:
    """Return the terms that enrolments had by the rules of activities before migration 0044 (`activity_rules`)."""
    return _terms(session, enrolment_ids, lambda session, key: _make(session, key, rule=rule_before))


def _terms(session: Session, enrolment_ids: Iterable[int], law_of: Callable[[Session, LawKey], ClassPolicy]) -> dict[int, EnrolmentPolicy]:
    wanted = set(enrolment_ids)
    columns = (Enrolment.id, Enrolment.class_id, Enrolment.track, Enrolment.window_from, Enrolment.window_to, Enrolment.transferred)
    rows = session.execute(select(*columns).where(Enrolment.id.in_(wanted))).all()
    stored = keys_of_enrolments(session, {row.id: row.class_id for row in rows}, [row.id for row in rows if row.transferred])
    laws = {key: law_of(session, key) for key in set(stored.values())}
    found = {}
    for row in rows:
        window = [None if at is None else int(at.timestamp()) for at in (row.window_from, row.window_to)]
        law = laws[stored[row.id]]
        found[row.id] = EnrolmentPolicy(law, (window[0], window[1]), law.tracks.get(row.track))
    return found


_known: dict[LawKey, ClassPolicy] = {}


def terms_with(session: Session, enrolment_ids: Iterable[int], replaced: int, by: CourseVersion | None) -> dict[int, EnrolmentPolicy]:
    """Return the terms that enrolments would have with another version of a course in the place of one, or without the course."""

    def edit(key: LawKey) -> LawKey:
        others = [one for one in key.courses if one.course_version_id != replaced]
        bound = [one for one in key.courses if one.course_version_id == replaced]
        new = [one._replace(course_version_id=by.id, sha256=by.document_sha256) for one in bound if by is not None]
        return replace(key, courses=tuple(sorted([*others, *new])))

    return _terms(session, enrolment_ids, lambda session, key: _known_law(session, edit(key)))


def _known_law(session: Session, key: LawKey) -> ClassPolicy:
    return _known.get(key) or _remember(key, _make(session, key))


def _remember(key: LawKey, law: ClassPolicy) -> ClassPolicy:
    if len(_known) >= CLASSES_KEPT:
        _known.clear()
    _known[key] = law
    return law


def law_under(session: Session, version: ProgrammeVersion, class_ids: Iterable[int]) -> dict[int, ClassPolicy]:
    """Return the law of each class as it would be under another programme version, which need not be stored.

    Sessions that are moved online for some people only are left out, and so are transfers.
    """
    keys = keys_of_classes(session, set(class_ids))
    whole = {
        class_id: replace(key, replacements=tuple(one for one in key.replacements if one.people is None)) for class_id, key in keys.items()
    }
    return {class_id: _make(session, key, version) for class_id, key in whole.items()}


def _make(session: Session, key: LawKey, version: ProgrammeVersion | None = None, rule: RuleOf = rule_of) -> ClassPolicy:
    ids = [one.course_version_id for one in key.courses]
    query = select(CourseVersion).where(CourseVersion.id.in_(ids)).options(joinedload(CourseVersion.course))
    versions = {one.id: one for one in session.scalars(query)}
    studied = [(versions[one.course_version_id], one.requirement, one.compulsory) for one in key.courses]
    bare = make_law(version or session.get_one(ProgrammeVersion, key.programme_version_id), studied, key.starts_on, key.sessions, rule)
    return _with_replacements(bare, key, versions) if key.replacements else bare


def _with_replacements(law: ClassPolicy, key: LawKey, versions: Mapping[int, CourseVersion]) -> ClassPolicy:
    """Let courses and live sessions stand for sessions; what stands for a session has neither a requirement nor a course."""
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
    tracks = {name: _replaced_in(track, plans, lessons) for name, track in law.tracks.items()}
    bundles = [dump(Case(law.policy, track.activities, (), track=track.rules)) for _, track in sorted(tracks.items())]
    return replace(law, tracks=tracks, sha256=digest_of(bundles))


def _replaced_in(law: TrackLaw, plans: Mapping[str, Replacement], lessons: Mapping[str, PlannedPlace]) -> TrackLaw:
    """Return a track's law with the plans whose sessions it has."""
    own = {name: replace(plan, sessions=plan.sessions & law.rules.sessions.keys()) for name, plan in plans.items()}
    own = {name: plan for name, plan in own.items() if plan.sessions}
    activities = {**law.activities, **{place: Rule(one.end - one.start) for place, one in lessons.items()}}
    intervals = {place: (one.start, one.end) for place, one in lessons.items()}
    return TrackLaw(activities, replace(law.rules, replacements=own), {**law.live, **intervals})


def make_law(
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
    bare = {one.key: _track_law(document, one.key, activities, compulsory, starts_on) for one in document.tracks}
    tracks = {key: _with_sessions(law, sessions) for key, law in bare.items()}
    policy = replace(document.policy, finished_share=document.finished_share)
    bundles = [dump(Case(policy, law.activities, (), track=law.rules)) for _, law in sorted(tracks.items())]
    return ClassPolicy(
        policy=policy,
        activities={name: replace(rule, counts_to=None, course=None) for name, rule in activities.items()},
        tracks=tracks,
        server_graded=frozenset(name for name, activity in named.items() if activity.grading == "server"),
        trusted_providers=document.trusted_providers,
        programme_version_id=version.id,
        sha256=digest_of(bundles),
    )


def _track_law(
    document: ProgrammeDocument, track: str, activities: Mapping[str, Rule], compulsory: Mapping[str, bool], starts_on: date
) -> TrackLaw:
    """A course whose requirement the track does not have counts to none. A class without compulsory courses still owes one."""
    requirements = {}
    for one in document.requirements_of(track):
        owed = Decimal(1) if one.kind == "courses" and not any(compulsory.values()) else None
        starts = starts_on if one.kind == "months" else None
        requirements[one.key] = RequirementRule(one.kind, one.target or owed, starts)
    hours = {key for key, one in requirements.items() if one.kind == "hours"}
    own = {name: rule if rule.counts_to in hours else replace(rule, counts_to=None) for name, rule in activities.items()}
    return TrackLaw(own, TrackRules(requirements, courses=compulsory))


def _with_sessions(law: TrackLaw, sessions: Sequence[PlannedPlace]) -> TrackLaw:
    """Let sessions toward days earn half-days; one toward hours is live online: an activity as long as its schedule."""
    kinds = {key: one.kind for key, one in law.rules.requirements.items()}
    taught = {one.place: SessionRule(*one[1:]) for one in sessions if kinds.get(one.requirement) == "days"}
    live = {one.place: one for one in sessions if kinds.get(one.requirement) == "hours" and one.place not in law.activities}
    lessons = {place: Rule(one.end - one.start, counts_to=one.requirement) for place, one in live.items()}
    intervals = {place: (one.start, one.end) for place, one in live.items()}
    return TrackLaw({**law.activities, **lessons}, replace(law.rules, sessions=taught), intervals)
