"""Transfer a person to another class, or preview the effect: their account follows in the same transaction."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.classes import membership, transfer
from lms.classes.models import Enrolment
from lms.classes.transfer import TransferOrder
from lms.crediting.drain import recredit
from lms.crediting.effects import AccountEffect, effects_of
from lms.errors import FieldProblem


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The effect of a transfer, or the reasons against it."""

    problems: list[FieldProblem]
    effect: AccountEffect | None = None


def foresee(session: Session, enrolment_id: int, order: TransferOrder, by: By) -> Foreseen:
    """Return the effect of a transfer on a person's account; nothing is changed."""
    enrolment = membership.locked(session, enrolment_id)
    if problems := transfer.problems_of(session, enrolment, order, by.at):
        return Foreseen(problems)
    (effect,) = effects_of(session, [enrolment_id], lambda: transfer.move(session, enrolment, order, by), by.at)
    return Foreseen([], effect)


def carry_out(session: Session, enrolment_id: int, order: TransferOrder, by: By) -> None:
    """Transfer a person, end their open activities, and decide their account under the rules of both classes.

    Raises:
        InvalidInput: with one line for each problem.
    """
    enrolment = membership.locked(session, enrolment_id)
    transfer.move(session, enrolment, order, by)
    membership.end_study(session, select(Enrolment.id).where(Enrolment.id == enrolment_id))
    recredit(session, [enrolment_id], by.at)
