"""Does the ledger say what its evidence says, and has nobody edited it?

Three things are checked of every enrolment: its chain is whole, the total kept for lists is the chain's sum, and
deciding all evidence anew gives the very account that stands. The third cannot be asked where evidence was erased on
purpose; those enrolments are named. What still waits in the outbox is not yet anybody's hours.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.crediting import chain, ledger
from lms.crediting.evidence import cases_of
from lms.crediting.policy import terms_of
from lms.hours import changes, recompute
from lms.programmes.models import Enrolment

AT_ONCE = 200


class Finding(NamedTuple):
    """Something wrong with one enrolment's ledger."""

    enrolment_id: int
    problem: str


class Checked(NamedTuple):
    """One batch of enrolments, looked at."""

    enrolments: int
    entries: int
    findings: Sequence[Finding]
    erased: Sequence[int] = ()  # enrolments whose evidence was erased on purpose


def verify(session: Session, enrolment_ids: Iterable[int] | None = None) -> Iterator[Checked]:
    """Check enrolments (all, where none are named) and yield what was found, batch by batch."""
    wanted = list(session.scalars(select(Enrolment.id).order_by(Enrolment.id))) if enrolment_ids is None else sorted(set(enrolment_ids))
    for start in range(0, len(wanted), AT_ONCE):
        yield _verify(session, wanted[start : start + AT_ONCE])


def _verify(session: Session, numbers: Sequence[int]) -> Checked:
    findings: list[Finding] = []
    entries = 0
    accounts = ledger.sums(session, numbers)
    cases = cases_of(session, terms_of(session, numbers))
    kept = session.execute(
        select(Enrolment.id, Enrolment.ledger_length, Enrolment.ledger_head, Enrolment.credited_seconds, Enrolment.evidence_erased_at)
        .where(Enrolment.id.in_(numbers))
        .order_by(Enrolment.id)
    )
    erased: list[int] = []
    for number, length, head, total, erased_at in kept:
        links = ledger.entries_of(session, number)
        entries += len(links)
        findings.extend(Finding(number, problem) for problem in chain.problems(links, length=length, head=head))
        if sum(accounts[number].values()) != total:
            findings.append(Finding(number, f"its total is kept as {total} s, its entries come to {sum(accounts[number].values())} s"))
        if erased_at is not None:
            erased.append(number)
            continue
        decided = {name: one.credited_seconds for name, one in recompute(cases[number]).activities.items()}
        for activity, seconds in changes(accounts[number], decided).items():
            findings.append(
                Finding(number, f"{activity} stands at {accounts[number].get(activity, 0)} s, its evidence gives {seconds:+d} s")
            )
    return Checked(len(numbers), entries, findings, erased)
