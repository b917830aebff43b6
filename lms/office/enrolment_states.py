"""Prepare changes of state: the proposals of the rules for a class, and the effect of a requested change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.attendance.models import ABSENT, HERE, AttendanceMark
from lms.classes import membership
from lms.classes.models import LEARNING, ClassSession
from lms.crediting.standing import Standing
from lms.i18n import pick, unit_after, write_hours
from lms.office.proposals import EnrolmentFacts, Proposal, propose
from lms.programmes.progress import RequirementProgress

AS_PROPOSED = "proposed"
STAFF_MAY = ("reported-in", "in-training")  # states that class staff decide; the others are the office's


@dataclass(frozen=True, slots=True)
class StateStep:
    """One person's change of state in a preview; `problems` are the reasons against it, `notes` its effects."""

    standing: Standing
    state: str
    reason: str = ""
    problems: Sequence[str] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class StateOrder:
    """An order: a state (or the proposed ones), the reason, and whether the office gives it."""

    state: str
    reason: str
    for_office: bool


def proposals_of(session: Session, standings: Sequence[Standing], now: datetime) -> dict[int, Proposal]:
    """Return the proposals of the rules, by enrolment."""
    seen = _attendance(session, [one.enrolment.id for one in standings])
    found = {one.enrolment.id: propose(_facts(one, *seen.get(one.enrolment.id, (0, 0)), now)) for one in standings}
    return {number: proposal for number, proposal in found.items() if proposal is not None}


def _attendance(session: Session, enrolment_ids: Collection[int]) -> Mapping[int, tuple[int, int]]:
    """Return how many sessions a person attended, and how many half-days they were absent without an excuse."""
    here = func.count().filter(AttendanceMark.state.in_(HERE))
    absent = func.coalesce(func.sum(ClassSession.half_days).filter(AttendanceMark.state == ABSENT), 0)
    query = (
        select(AttendanceMark.enrolment_id, here, absent)
        .join(ClassSession, ClassSession.id == AttendanceMark.session_id)
        .where(AttendanceMark.enrolment_id.in_(enrolment_ids), AttendanceMark.superseded_at.is_(None), ClassSession.cancelled_at.is_(None))
        .group_by(AttendanceMark.enrolment_id)
    )
    return {number: (came, int(missed)) for number, came, missed in session.execute(query)}


def _facts(standing: Standing, came: int, missed: int, now: datetime) -> EnrolmentFacts:
    training_class = standing.training_class
    today = now.astimezone(ZoneInfo(standing.document.policy.time_zone)).date()
    return EnrolmentFacts(
        status=standing.enrolment.status,
        sessions_attended=came,
        half_days_absent=missed,
        earned=any(one.earned > one.waived for one in standing.requirements) or bool(standing.credited),
        missing=[one for one in standing.requirements if not one.done],
        over=training_class.closed_at is not None or today > training_class.ends_on,
        absent_half_days=standing.document.rules.absent_half_days,
    )


def steps_of(session: Session, standings: Sequence[Standing], proposals: Mapping[int, Proposal], order: StateOrder) -> list[StateStep]:
    """Return the effect of an order on these people; a person who is in the state already is left out."""
    steps = [_step(session, one, proposals.get(one.enrolment.id), order) for one in standings]
    return [one for one in steps if one is not None]


def _step(session: Session, standing: Standing, proposal: Proposal | None, order: StateOrder) -> StateStep | None:
    state = order.state
    if state == AS_PROPOSED:
        if proposal is None:
            return None
        state = proposal.state
    enrolment = standing.enrolment
    if state == enrolment.status:
        return None
    reason = order.reason or (proposal_words(proposal, standing) if proposal is not None and proposal.state == state else "")
    problems = [one.words for one in membership.state_problems(session, enrolment, state, reason)]
    if not order.for_office and (state not in STAFF_MAY or enrolment.status not in LEARNING):
        problems.append(_("only the office of the class decides this"))
    return StateStep(standing, state, reason, problems, _notes(standing, state))


def _notes(standing: Standing, state: str) -> list[str]:
    notes = []
    if state == membership.COMPLETED and not standing.done:
        notes.append(_("Not everything is reached: %(missing)s", missing=missing_words(standing)))
    if state not in LEARNING and standing.enrolment.status in LEARNING:
        notes.append(_("The courses close to them now, and what they have open ends. What was earned stays."))
    if state == "absent" and any(one.earned for one in standing.requirements):
        notes.append(_("They have earned something in this class."))
    return notes


def missing_words(standing: Standing) -> str:
    """Return what is still missing, in words."""
    return _(", ").join(_missing_of(one) for one in standing.requirements if not one.done)


def _missing_of(one: RequirementProgress) -> str:
    title, unit, missing = pick(one.title.zh, one.title.en), pick(one.unit.zh, one.unit.en), write_hours(one.missing)
    return title + (_(" %(missing)s %(unit)s", missing=missing, unit=unit_after(unit, missing)) if one.missing else "")


def proposal_words(proposal: Proposal, standing: Standing) -> str:
    """Return the reason for the rules' proposal, in words; the history stores it if nobody gives another one."""
    if proposal.why == "missing":
        return _("The class is over; missing: %(missing)s", missing=missing_words(standing))[: membership.REASON_MAX]
    limit = standing.document.rules.absent_half_days or 0
    return {
        "came": _("Attendance is noted"),
        "studies": _("Has begun to study online"),
        "met": _("Every requirement is met"),
        "never-came": _("The class is over; nobody saw them there and nothing is earned"),
        "absences": ngettext(
            "Absent without excuse from more than %(num)s half-day, the programme’s limit",
            "Absent without excuse from more than %(num)s half-days, the programme’s limit",
            limit,
        ),
    }[proposal.why]
