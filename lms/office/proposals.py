"""Propose the next state of an enrolment by rule. Pure; people decide. The programme's document says how many absences are too many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lms.classes.models import LEARNING
from lms.programmes.progress import RequirementProgress

Why = Literal["came", "studies", "met", "absences", "never-came", "missing"]


@dataclass(frozen=True, slots=True)
class EnrolmentFacts:
    """The facts for the rules. `over`: the class has ended or was closed; `missing`: the requirements that are not met."""

    status: str
    sessions_attended: int
    half_days_absent: int  # without an excuse
    earned: bool  # any amount is on the account
    missing: Sequence[RequirementProgress]
    over: bool
    absent_half_days: int | None = None  # the programme's limit; None: no limit


@dataclass(frozen=True, slots=True)
class Proposal:
    """The state that the rules propose, and the rule."""

    state: str
    why: Why


def propose(facts: EnrolmentFacts) -> Proposal | None:
    """Return the proposal of the rules; None if the state matches the facts."""
    if not facts.missing and facts.status in (*LEARNING, "not-completed"):
        return None if facts.status == "completed" else Proposal("completed", "met")
    if facts.status not in LEARNING or facts.status == "completed":
        return None
    if facts.absent_half_days is not None and facts.half_days_absent > facts.absent_half_days:
        return Proposal("dismissed", "absences")
    if facts.over:
        came = facts.sessions_attended or facts.earned or facts.status != "confirmed"
        return Proposal("not-completed", "missing") if came else Proposal("absent", "never-came")
    return _begun(facts)


def _begun(facts: EnrolmentFacts) -> Proposal | None:
    """Propose the state that a first check-in or the first hours show."""
    if facts.status == "confirmed" and facts.sessions_attended:
        return Proposal("reported-in", "came")
    if facts.status == "confirmed" and facts.earned:
        return Proposal("in-training", "studies")
    if facts.status == "reported-in" and facts.sessions_attended > 1:
        return Proposal("in-training", "came")
    if facts.status == "reported-in" and facts.earned and not facts.sessions_attended:
        return Proposal("in-training", "studies")
    return None
