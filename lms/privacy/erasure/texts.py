"""Remove a person's name from texts about other things.

Answers of other stores and reasons for refusals or failures may quote a name.
While the person's name is still known, it is removed from all of them. Texts about the person's own statements are deleted
at the end, when no worker holds such a statement any more.
"""

import json
import re
import uuid
from collections.abc import Collection, Sequence
from urllib.parse import quote

from sqlalchemy import ColumnElement, delete, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lms import vocabulary as v
from lms.accounts.models import Person
from lms.federation.forwarding.models import DeadLetter, Forward
from lms.federation.importing.models import Import, StatementSetAside
from lms.jobs.models import Job
from xapi.statements import key_of
from xapi.tables import ERASED, IdRow, OutboxRow, RefusalRow

SENTENCES: Sequence[InstrumentedAttribute[str]] = (
    DeadLetter.reason,
    Forward.detail,
    Import.problem,
    StatementSetAside.reason,
    Job.message,
    OutboxRow.error,
    RefusalRow.said,
)
TAKEN_OUT = "…"
SHORTEST = 2  # a name of one letter would be removed from everything


def take_out(session: Session, person: Person) -> None:
    """Remove the person's names from all texts, and delete what imports have put aside about them.

    It waits for imports, because one that has not noticed the erasure may be putting something aside.
    """
    identities = [one for one in (person.account, person.email) if one]
    words = [form for one in (*identities, person.name, person.username) if len(one) >= SHORTEST for form in _forms(one)]
    session.execute(select(Import.id).order_by(Import.id).with_for_update())
    session.execute(delete(StatementSetAside).where(or_(*(StatementSetAside.text.contains(one, autoescape=True) for one in identities))))
    whole = re.compile("|".join(_as_a_word(one) for one in sorted(words, key=len, reverse=True)), re.IGNORECASE)
    for column in SENTENCES:
        said = [way for one in words for way in (column.contains(one, autoescape=True), _lowered(column, one))]
        for row in session.scalars(select(column.class_).where(or_(*said)).with_for_update()):
            setattr(row, column.key, whole.sub(TAKEN_OUT, getattr(row, column.key)))


def _forms(one: str) -> set[str]:
    """Return the forms in which a text may contain the name: plain, escaped as in JSON, or encoded as in an address."""
    return {one, json.dumps(one)[1:-1], quote(one, safe="")}


def _lowered(column: InstrumentedAttribute[str], one: str) -> ColumnElement[bool]:
    return func.lower(column).contains(one.lower(), autoescape=True)


def _as_a_word(one: str) -> str:
    """Match the name, but not inside a longer word: `li` is not in `list`."""
    return rf"(?<![A-Za-z0-9]){re.escape(one)}(?![A-Za-z0-9])" if one.isascii() else re.escape(one)


def rename_in_filters(session: Session, agents: Collection[uuid.UUID], public_url: str, number: int) -> None:
    """Replace this person in the filters of forwards by an account that nobody has."""
    nobody = json.dumps(v.actor_of(public_url, f"erased-{number}"))
    for forward in session.scalars(select(Forward).order_by(Forward.id).with_for_update()):
        named = forward.filter.get("agents", [])
        left = [nobody if key_of(json.loads(one)) in agents else one for one in named]
        if left != named:
            forward.filter = {**forward.filter, "agents": left}


def forget_answers(session: Session) -> None:
    """Delete other stores' answers to erased statements, after the last of these is erased.

    A worker that still holds one of them saves no such answer later, because it checks under the same lock (`forwarding.turns`).
    """
    for forward in session.scalars(select(Forward).order_by(Forward.id).with_for_update()):
        forward.detail = ""
    session.execute(delete(DeadLetter).where(exists().where(IdRow.id == DeadLetter.statement_id, IdRow.digest == ERASED)))
