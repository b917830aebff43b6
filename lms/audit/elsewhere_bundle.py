"""The hours earned elsewhere of a class's members, for its audit bundle: each entry with its document's hash, decisions and statement.

People are named by their digests. Words that could name somebody (training, provider, reasons, the statement's text) are there only if
the export reveals names.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi.store
from lms.accounts.models import Person
from lms.classes.models import Enrolment
from lms.crediting.chain import utc_text
from lms.crediting.inputs import person_digest
from lms.lifetime.elsewhere import statement_content
from lms.lifetime.models import ElsewhereDecision, ElsewhereHours, LifetimeRuleVersion

NAMING = ("title", "provider")


def elsewhere_of(session: Session, class_id: int, *, revealed: bool) -> dict[str, Any]:
    """Return every version of the multi-year rules, and the entries of the people of a class."""
    rules = session.scalars(select(LifetimeRuleVersion).order_by(LifetimeRuleVersion.id))
    return {
        "rules": [{"code": one.code, "version": one.number, "sha256": one.sha256, "document": one.document} for one in rules],
        "entries": list(_entries(session, class_id, revealed=revealed)),
    }


def _entries(session: Session, class_id: int, *, revealed: bool) -> Iterator[dict[str, Any]]:
    query = select(ElsewhereHours, Enrolment.id).join(Enrolment, Enrolment.person_id == ElsewhereHours.person_id)
    rows = session.execute(query.where(Enrolment.class_id == class_id).order_by(ElsewhereHours.id)).all()
    digests = _digests(session, [row[0] for row in rows])
    texts = xapi.store.load_texts(session, [one.statement_id for one, _own in rows if one.statement_id is not None]) if revealed else {}
    for one, enrolment_id in rows:
        text = texts.get(one.statement_id) if one.statement_id is not None else None
        said = {key: value for key, value in statement_content(one).items() if revealed or key not in NAMING}
        yield said | {
            "enrolment": enrolment_id,
            "person": digests[one.person_id],
            "state": one.state,
            "entered_at": utc_text(one.entered_at),
            "entered_by": digests[one.entered_by],
            "decisions": [_decision(done, digests, revealed=revealed) for done in one.decisions],
            "statement": None if one.statement_id is None else str(one.statement_id),
            "statement_sha256": one.statement_sha256,
            **({} if text is None else {"statement_text": text}),
        }


def _decision(done: ElsewhereDecision, digests: Mapping[int, str], *, revealed: bool) -> dict[str, Any]:
    said = {"what": done.what, "at": utc_text(done.at), "by": digests[done.by]}
    return said | ({"reason": done.reason} if revealed else {})


def _digests(session: Session, entries: list[ElsewhereHours]) -> Mapping[int, str]:
    numbers = (
        {one.person_id for one in entries} | {one.entered_by for one in entries} | {done.by for one in entries for done in one.decisions}
    )
    people = session.execute(select(Person.id, Person.account, Person.name).where(Person.id.in_(numbers)))
    return {number: person_digest(account, name) for number, account, name in people}
