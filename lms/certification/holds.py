"""The queue of held sessions, the evidence about one of them, and the decisions of reviewers. The block that opened the session commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

import xapi.store
from lms.accounts.account_changes import By
from lms.accounts.models import Person
from lms.certification import review_queue
from lms.certification.models import Appeal
from lms.certification.review_queue import ReviewPage
from lms.classes import changes
from lms.classes.membership import BAR, REASON_MAX
from lms.classes.models import ClassChange, Enrolment, TrainingClass
from lms.crediting.attesting import Attestor, Review
from lms.crediting.held_sessions import OPEN
from lms.crediting.models import HeldSession, Observation
from lms.crediting.observe_attestations import REVIEWS, attested_of
from lms.errors import Conflict, InvalidInput
from lms.hours import HOLDABLE
from lms.row_ids import row_id
from xapi.statements import stored

AGES = (3, 7, 14)  # days
WHAT = {"released": "hold-released", "refused": "hold-refused", "partly": "hold-partly"}


@dataclass(frozen=True, slots=True)
class HoldFilter:
    """The filter of the queue: one class, one kind of flag, how many days old at least, and whether decided ones are shown instead."""

    class_id: int | None = None
    flag: str = ""
    days: int = 0
    decided: bool = False


def asked(query: Mapping[str, str]) -> HoldFilter:
    """Read a filter from an address; unknown values are ignored."""
    class_id, flag, days = query.get("class", ""), query.get("flag", ""), query.get("age", "")
    return HoldFilter(
        row_id(class_id),
        flag if flag in HOLDABLE else "",
        int(days) if days in map(str, AGES) else 0,
        query.get("show") == "decided",
    )


def queue(session: Session, within: ColumnElement[bool], wanted: HoldFilter, after: str, now: datetime) -> ReviewPage[HeldSession]:
    """Return held sessions of the classes for which `within` holds."""
    conditions = [within, (HeldSession.state == OPEN) != wanted.decided]
    if wanted.class_id is not None:
        conditions.append(TrainingClass.id == wanted.class_id)
    if wanted.flag:
        conditions.append(HeldSession.flags.contains(f" {wanted.flag} "))
    if wanted.days:
        conditions.append(HeldSession.raised_at <= now - timedelta(days=wanted.days))
    return review_queue.page_of(session, HeldSession, HeldSession.raised_at, conditions, after)


def open_count(session: Session, within: ColumnElement[bool]) -> int:
    """Return how many holds are open."""
    counted = review_queue.joined(select(func.count(HeldSession.id)), HeldSession)
    return session.scalar(counted.where(within, HeldSession.state == OPEN)) or 0


def found(session: Session, within: ColumnElement[bool], held_id: int) -> HeldSession | None:
    """Return one held session with its enrolment, person and class; None if there is none within."""
    return review_queue.one(session, HeldSession, within, HeldSession.id == held_id)


@dataclass(frozen=True, slots=True)
class PastDecision:
    """One decision as its statement tells it; `by` is a name, or None for a command or after an erasure."""

    at: datetime
    by: str | None
    decision: str  # released | refused | partly
    reason: str
    parts: Sequence[tuple[str, str]]


def decisions_about(session: Session, enrolment_id: int, activity: str, launch: str) -> Sequence[PastDecision]:
    """Return the decisions about one session of an activity, oldest first."""
    own = (Observation.enrolment_id == enrolment_id, Observation.activity == activity, Observation.session == launch)
    wanted = select(Observation.statement_id).where(*own, Observation.kind.in_(REVIEWS), Observation.voided.is_(False)).distinct()
    texts = xapi.store.load_texts(session, session.scalars(wanted).all())
    return sorted((_past(session, stored(text)) for text in texts.values()), key=lambda one: one.at)


def _past(session: Session, statement: Mapping[str, Any]) -> PastDecision:
    said = attested_of(statement)
    parts = [(one["from"], one["to"]) for one in said.get("parts", [])]
    account = statement.get("context", {}).get("instructor", {}).get("account", {}).get("name")
    name = session.scalar(select(Person.name).where(Person.account == account)) if account else None
    decision = "partly" if parts else said["decision"]
    return PastDecision(datetime.fromisoformat(statement["timestamp"]), name, decision, said.get("reason", ""), parts)


@dataclass(frozen=True, slots=True)
class AskedDecision:
    """The decision that a reviewer asks for. `seen` is how often it had been decided when they looked; `parts` are refused times."""

    decision: str  # released | refused | partly
    reason: str
    seen: int
    parts: Sequence[tuple[int, int]] = ()


def times_decided(session: Session, held: HeldSession) -> int:
    """Return how often somebody decided about a held session; two reviewers notice each other by it."""
    said = (ClassChange.enrolment_id == held.enrolment_id, ClassChange.what.in_(WHAT.values()))
    query = select(func.count(ClassChange.id)).where(*said, ClassChange.after.startswith(_name(held), autoescape=True))
    return session.scalar(query) or 0


def _name(held: HeldSession) -> str:
    return f"{held.activity} {held.session}"


def decide(session: Session, held: HeldSession, asked: AskedDecision, by: By, attestor: Attestor) -> UUID:
    """State a decision about a held session; the account follows within seconds. A later decision replaces this one.

    The caller holds the enrolment's lock.

    Raises:
        InvalidInput: the reviewer is the person themselves, the reason is missing or too long, or a part is not time of this session.
        Conflict: somebody else has decided in the meantime.
    """
    enrolment = session.get_one(Enrolment, held.enrolment_id)
    problems = []
    if by.person_id is not None and by.person_id == enrolment.person_id:
        problems.append(_("Nobody decides about their own hours; ask a colleague."))
    if not asked.reason.strip() or len(asked.reason) > REASON_MAX or not asked.reason.isprintable():
        problems.append(_("Reason: 1 to %(most)s characters, in one line", most=REASON_MAX))
    if asked.decision not in WHAT:
        problems.append(_("Choose what is to happen with these hours."))
    if (asked.decision == "partly") != bool(asked.parts) or not set(asked.parts) <= set(stretches_of(session, held)):
        problems.append(_("Choose the stretches that are refused."))
    if problems:
        raise InvalidInput(_("Nothing was decided."), problems)
    if times_decided(session, held) != asked.seen:
        raise Conflict(_("Somebody else has decided about this in the meantime. Nothing was changed; look at it again."))
    by, attestor = _after_the_last(session, held, by, attestor)
    parts = [(datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(until, UTC)) for since, until in asked.parts]
    place = (held.activity, held.session, held.flags.split())
    made = attestor.reviewed(enrolment, Review(*place, asked.decision != "released", asked.reason.strip(), parts))
    said = f"{_name(held)}{BAR}{asked.reason.strip()}"
    changes.note_of(session, enrolment, changes.made(WHAT[asked.decision], by, after=said))
    session.flush()
    return made


def _after_the_last(session: Session, held: HeldSession, by: By, attestor: Attestor) -> tuple[By, Attestor]:
    """Let a decision be at least a second later than the one before, because the latest one counts, to the second."""
    said = (ClassChange.enrolment_id == held.enrolment_id, ClassChange.what.in_(WHAT.values()))
    last = session.scalar(select(func.max(ClassChange.at)).where(*said, ClassChange.after.startswith(_name(held), autoescape=True)))
    at = by.at if last is None else max(by.at, last + timedelta(seconds=1))
    return By(by.person_id, at), replace(attestor, now=at)


def stretches_of(session: Session, held: HeldSession) -> Sequence[tuple[int, int]]:
    """Return the stretches of presence in a held session, oldest first, in whole seconds since 1970."""
    own = (Observation.enrolment_id == held.enrolment_id, Observation.activity == held.activity, Observation.session == held.session)
    query = select(Observation.since, Observation.at).where(*own, Observation.kind == "present", Observation.voided.is_(False))
    return [(since, at) for since, at in session.execute(query.order_by(Observation.since, Observation.id)) if since is not None]


def appeals_about(session: Session, held: HeldSession) -> Sequence[Appeal]:
    """Return the appeals about the line to which a held session belongs, newest first."""
    own = (Appeal.enrolment_id == held.enrolment_id, Appeal.account == held.activity)
    return session.scalars(select(Appeal).where(*own).order_by(Appeal.id.desc())).all()
