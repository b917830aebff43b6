"""Does the ledger say what its evidence says, and has nobody edited it?

Three things are checked of every enrolment: its chain is whole, the total kept for lists is the chain's sum, and
deciding all evidence anew gives the very account that stands. The third cannot be asked where evidence was erased on
purpose; those enrolments are named. What still waits in the outbox is not yet anybody's hours.

Who could write evidence into the database could let hours follow from it. So a fourth thing is checked where it is asked
for, because it reads every statement again: the evidence is what the statements in the record store prove.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi.outbox
import xapi.store
from lms.classes.models import Enrolment
from lms.crediting import chain, ledger
from lms.crediting.bounds import Proved, beyond, numbered
from lms.crediting.evidence import cases_of
from lms.crediting.evidence_intake import all_proved, sort_by_enrolment
from lms.crediting.models import Observation
from lms.crediting.observe import Observed
from lms.crediting.policy import Terms, terms_of
from lms.hours import changes, recompute
from xapi.removals import stored_when

AT_ONCE = 200
STATEMENTS_AT_ONCE = 500


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
    statements: int = 0  # that were compared with the evidence taken from them
    removed: int = 0  # that could not be, because they were removed with their month


def verify(session: Session, enrolment_ids: Iterable[int] | None = None, *, public_url: str | None = None) -> Iterator[Checked]:
    """Check enrolments (all, where none are named) and yield what was found, batch by batch.

    With `public_url`, the site's own address, evidence is compared with the statements it was taken from, too.
    """
    wanted = list(session.scalars(select(Enrolment.id).order_by(Enrolment.id))) if enrolment_ids is None else sorted(set(enrolment_ids))
    for start in range(0, len(wanted), AT_ONCE):
        yield _verify(session, wanted[start : start + AT_ONCE], public_url)


def _verify(session: Session, numbers: Sequence[int], public_url: str | None) -> Checked:
    findings: list[Finding] = []
    entries = statements = removed = 0
    accounts = ledger.sums(session, numbers)
    terms = terms_of(session, numbers)
    cases = cases_of(session, terms)
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
        if public_url is not None:
            compared = _Compared(session, number, terms[number], public_url)
            findings.extend(Finding(number, problem) for problem in compared.problems(link for link, _ in links))
            statements += compared.statements
            removed += compared.removed
    return Checked(len(numbers), entries, findings, erased, statements, removed)


class _Compared:
    """One enrolment's evidence beside its statements."""

    def __init__(self, session: Session, number: int, terms: Terms, public_url: str) -> None:
        self._session, self._number, self._terms, self._public_url = session, number, terms, public_url
        self._kept: dict[uuid.UUID, list[Observation]] = {}
        rows = session.scalars(select(Observation).where(Observation.enrolment_id == number).order_by(Observation.part))
        for row in rows:
            self._kept.setdefault(row.statement_id, []).append(row)
        self._waits = xapi.outbox.oldest(session) is not None  # what makes something void may be among it
        self.statements = self.removed = 0

    def problems(self, entries: Iterable[chain.Entry]) -> Iterator[str]:
        """Yield what evidence is not what its statement proves, and what entry rests on nothing that is kept."""
        for entry in entries:
            for one in entry.evidence:
                if uuid.UUID(one) not in self._kept:
                    yield f"entry {entry.number} rests on statement {one}, of which no evidence is kept"
        ids = sorted(self._kept)
        for start in range(0, len(ids), STATEMENTS_AT_ONCE):
            yield from self._compare(ids[start : start + STATEMENTS_AT_ONCE])

    def _compare(self, ids: Sequence[uuid.UUID]) -> Iterator[str]:
        there = list(xapi.store.load_texts(self._session, ids))
        removed = stored_when(self._session, ids)
        void = xapi.store.voided_among(self._session, ids)
        found = sort_by_enrolment(self._session, there).get(self._number)
        proved = all_proved(self._session, found, self._terms, self._public_url) if found else []
        said: dict[uuid.UUID, dict[int, Observed]] = {}
        for part, (statement, one) in numbered(proved):
            said.setdefault(statement, {})[part] = one
        self.statements += len(there)
        self.removed += len(removed)
        for statement in ids:
            kept = self._kept[statement]
            if statement not in removed and not self._agrees(kept, said.get(statement), proved):
                yield f"the evidence of statement {statement} is not what the record store has of it"
            if any(row.voided != (statement in void) for row in kept) and not self._waits:
                yield f"the evidence of statement {statement} counts as {'void' if kept[0].voided else 'valid'}, and is not"

    def _agrees(self, kept: Sequence[Observation], said: Mapping[int, Observed] | None, proved: Sequence[Proved]) -> bool:
        """Say whether what is kept of a statement is what it proves; of that, what lies beyond the bounds need not be kept."""
        there = {row.part: _observed(row) for row in kept}
        if there == said:
            return True
        if said is None or any(said.get(part) != one for part, one in there.items()):
            return False
        statement = kept[0].statement_id
        excess = beyond(self._session, self._number, [one for one in proved if one[0] == statement])
        return all((statement, part) in excess for part in said.keys() - there.keys())


_FIELDS = [field.name for field in fields(Observed)]


def _observed(row: Observation) -> Observed:
    return Observed(**{name: getattr(row, name) for name in _FIELDS})
