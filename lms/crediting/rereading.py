"""Find stored statements that prove more under the present rules than was kept, and put them into the outbox again.

New rules may read more from a statement, and then earlier statements should count too. Nothing is credited here: the worker
credits them like new ones. A statement that waits already or was set aside is left alone, so a second run changes nothing.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi.outbox
from lms.classes.freezing import is_frozen
from lms.classes.models import Enrolment
from lms.crediting.bounds import excess_of
from lms.crediting.evidence_intake import all_proved, sort_by_enrolment, unkept
from lms.crediting.policy import policies_of
from lms.db import Database
from lms.learning.models import Registration
from xapi.queries import AnyOf, StatementFilter, StoredStatement, scan_statements
from xapi.statements import Cursor, Usage

AT_ONCE = 500


class Reread(NamedTuple):
    """The number of statements that were read again, and of those that prove more than is kept (and will be credited again)."""

    read: int
    again: int


def reread(database: Database, public_url: str, enrolment_ids: Sequence[int] | None = None, *, dry: bool = False) -> Iterator[Reread]:
    """Read stored statements again, of these enrolments or of all, and put those that prove more into the outbox; yield each batch.

    `dry`: only count them. Each batch is a separate transaction.
    """
    after: Cursor | None = None
    while True:
        with database.writer() as session, session.begin():
            found = _next(session, enrolment_ids, after)
            more = _proving_more(session, [one.id for one in found], public_url)
            yield Reread(len(found), len(more) if dry else xapi.outbox.put_again(session, more))
        if len(found) < AT_ONCE:
            return
        after = found[-1].place


def _next(session: Session, enrolment_ids: Iterable[int] | None, after: Cursor | None) -> list[StoredStatement]:
    filters = []
    if enrolment_ids is not None:
        own = session.scalars(select(Registration.id).where(Registration.enrolment_id.in_(list(enrolment_ids))))
        filters.append(AnyOf(Usage.REGISTRATION, list(own)))
    return list(scan_statements(session, StatementFilter(filters, void=True), after, AT_ONCE))


def _proving_more(session: Session, ids: Sequence[uuid.UUID], public_url: str) -> list[uuid.UUID]:
    found = sort_by_enrolment(session, ids)
    erased = select(Enrolment.id).where(Enrolment.id.in_(found), is_frozen())
    for number in session.scalars(erased).all():
        del found[number]
    policies = policies_of(session, found)
    proved = {number: all_proved(session, own, policies[number], public_url) for number, own in found.items()}
    excess = {number: excess_of(session, number, own) for number, own in proved.items()}
    waiting = xapi.outbox.waiting_among(session, ids)
    more = {statement_id: None for _, _, (statement_id, _) in unkept(session, proved, excess)}
    return [one for one in more if one not in waiting]
