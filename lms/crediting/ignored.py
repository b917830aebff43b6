"""Find statements that claim time or results but earn nothing. They are stored and shown with the reason, and never counted."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.catalogue.models import Course
from lms.crediting.bounds import excess_of
from lms.crediting.observe import ActivityRule, Ignored, Observed, Statement, duration_s, observe, received_at
from lms.crediting.policy import EnrolmentPolicy
from lms.crediting.trust import trust_of
from lms.learning.models import Registration
from xapi.queries import find_many
from xapi.statements import ResponseShape, StatementsQuery, Usage, iri_key, stored

CLAIMING = (v.PRESENT, v.TERMINATED, v.COMPLETED, v.PASSED)
SHOWN = 50  # of each verb, the latest

# provider: the programme does not trust it · launch: a report for an activity that was not open ·
# presence: reported by a page, not measured · duration: reported by a page, not measured · result: reported by a page although the
# server grades · checks: completed by the content's own word, while checks were not judged right · many: beyond the limits of evidence
Why = Literal["provider", "launch", "presence", "duration", "result", "checks", "many"]
BY_REASON: Mapping[str, Why] = {"untrusted-authority": "provider", "no-launch": "launch", "presence-from-client": "presence"}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim that earned nothing. `at` is its receipt (seconds since 1970); `seconds` is the claimed time, if any."""

    statement_id: str
    at: int
    seconds: int | None
    why: Why


@dataclass(frozen=True, slots=True)
class StudyQuestion:
    """A person's study of an activity ('<course code>:<activity key>'), with the place and time that are asked about."""

    enrolment_id: int
    activity: str
    public_url: str
    now: datetime

    @property
    def course(self) -> str:
        """The course's code."""
        return self.activity.partition(":")[0]

    @property
    def iri(self) -> str:
        """The id of the activity in the record store."""
        return v.activity_iri(self.public_url, self.course, self.activity.partition(":")[2])


def ignored_of(session: Session, asked: StudyQuestion, enrolment_policy: EnrolmentPolicy) -> list[Claimed]:
    """Return claims about one activity that earned nothing, in order of receipt."""
    policy = enrolment_policy.class_policy
    rule = ActivityRule(asked.activity, asked.iri, asked.activity in policy.server_graded, asked.activity in policy.server_completed)
    statements = list(_statements(session, asked))
    trust = trust_of(session, enrolment_policy.class_policy, statements, asked.public_url)
    proved = [(one, observe(one, rule, trust)) for one in statements]
    evidence = [(uuid.UUID(one["id"]), part) for one, parts in proved if not isinstance(parts, Ignored) for part in parts]
    excess = {statement_id for statement_id, _part in excess_of(session, asked.enrolment_id, evidence)}
    found = [_claimed(one, parts, rule, many=uuid.UUID(one["id"]) in excess) for one, parts in proved]
    completed = any(one.kind == "completed" for _, parts in proved if not isinstance(parts, Ignored) for one in parts)
    shown = (one for one in found if one is not None and not (completed and one.why == "checks"))  # the site said the same later
    return sorted(shown, key=lambda one: (one.at, one.statement_id))


def _statements(session: Session, asked: StudyQuestion) -> Iterator[Statement]:
    registrations = session.scalars(
        select(Registration.id)
        .join(Course, Course.id == Registration.course_id)
        .where(Registration.enrolment_id == asked.enrolment_id, Course.code == asked.course)
    )
    for registration in registrations.all():
        for verb in CLAIMING:
            keys = ((registration, Usage.REGISTRATION), (iri_key(asked.iri), Usage.ACTIVITY), (iri_key(verb), Usage.VERB))
            latest = StatementsQuery(keys, since=None, until=None, limit=SHOWN, ascending=False, shape=ResponseShape())
            texts, _ = find_many(session, latest, None, asked.now)
            yield from map(stored, texts)


def _claimed(statement: Statement, proved: tuple[Observed, ...] | Ignored, rule: ActivityRule, *, many: bool) -> Claimed | None:
    seconds = duration_s(statement.get("result", {}).get("duration", ""))
    why = "many" if many else _why(statement, proved, seconds, rule)
    return None if why is None else Claimed(statement["id"], received_at(statement), seconds, why)


def _why(statement: Statement, proved: tuple[Observed, ...] | Ignored, seconds: int | None, rule: ActivityRule) -> Why | None:
    kinds = set() if isinstance(proved, Ignored) else {one.kind for one in proved}
    if isinstance(proved, Ignored) and proved.reason in BY_REASON:
        return BY_REASON[proved.reason]
    if statement["verb"]["id"] == v.COMPLETED and rule.server_completed and "completed" not in kinds:
        return "checks"
    if statement["verb"]["id"] == v.PASSED and rule.server_graded and "passed" not in kinds:
        return "result"
    return "duration" if seconds and not kinds & {"present", "reported"} else None
