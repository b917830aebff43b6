"""Are the hours earned elsewhere what was approved? Each entry is compared with its statement, its decisions and its document."""

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi.store
from lms.accounts.models import Person
from lms.audit.recorded import RECORDED
from lms.crediting.chain import text_sha256
from lms.crediting.observe_attestations import attested_of
from lms.lifetime.elsewhere import document_object, statement_content
from lms.lifetime.models import APPROVED, WITHDRAWN, ElsewhereHours, LifetimeRuleVersion
from lms.lifetime.rules import is_as_imported
from lms.storage import Storage
from xapi.removals import stored_when
from xapi.statements import stored

AT_ONCE = 500


def differences(session: Session, storage: Storage) -> Iterator[str]:
    """Yield a line for each changed multi-year rule, and for each entry that its statement, decisions or document do not support."""
    for version in session.scalars(select(LifetimeRuleVersion).order_by(LifetimeRuleVersion.id)):
        if not is_as_imported(version):
            yield f"multi-year rule {version.code}, version {version.number}: it was changed after it was imported"
    last = 0
    while rows := session.scalars(select(ElsewhereHours).where(ElsewhereHours.id > last).order_by(ElsewhereHours.id).limit(AT_ONCE)).all():
        last = rows[-1].id
        yield from _compare(session, storage, rows)
        session.expunge_all()


def _compare(session: Session, storage: Storage, rows: Sequence[ElsewhereHours]) -> Iterator[str]:
    ids = [one.statement_id for one in rows if one.statement_id is not None]
    texts = xapi.store.load_texts(session, ids)
    void = xapi.store.voided_among(session, ids)
    removed = RECORDED.statements(session, stored_when(session, [one for one in ids if one not in texts]))
    accounts = {
        row[0]: row[1] for row in session.execute(select(Person.id, Person.account).where(Person.id.in_([one.person_id for one in rows])))
    }
    for one in rows:
        yield from (f"hours earned elsewhere {one.id}: {said}" for said in _decided(one))
        if one.statement_id is not None and one.statement_id not in removed:
            yield from (
                f"hours earned elsewhere {one.id}: {said}"
                for said in _stated(one, accounts[one.person_id], texts.get(one.statement_id), void)
            )
        yield from (f"hours earned elsewhere {one.id}: {said}" for said in _documented(one, storage))


def _decided(one: ElsewhereHours) -> Iterator[str]:
    approvals = [done for done in one.decisions if done.what == APPROVED]
    if one.decisions and one.decisions[-1].what != one.state:
        yield "its state is not its last decision"
    if one.state == APPROVED and not approvals:
        yield "it counts, and nobody approved it"
    if any(done.by in {one.entered_by, one.person_id} for done in approvals):
        yield "the person who approved it entered it, or it is their own"
    if bool(approvals) != (one.statement_id is not None):
        yield "approval and statement do not belong together"


def _stated(one: ElsewhereHours, account: str, text: str | None, void: Set[uuid.UUID]) -> Iterator[str]:
    if text is None:
        yield f"statement {one.statement_id} is not there, and no removal of it was recorded"
        return
    if text_sha256(text).hex() != one.statement_sha256:
        yield f"statement {one.statement_id} was changed after it was stored"
    if actor_account(stored(text)) != account:
        yield f"statement {one.statement_id} is about somebody else"
    if dict(attested_of(stored(text))) != statement_content(one):
        yield f"it is not what statement {one.statement_id} says"
    if (one.statement_id in void) != (one.state == WITHDRAWN):
        yield f"statement {one.statement_id} counts as {'void' if one.statement_id in void else 'valid'}, and the entry is {one.state}"


def actor_account(statement: Mapping[str, Any]) -> str:
    """Return the account that a statement is about; empty if it names none."""
    return str((statement.get("actor", {}).get("account") or {}).get("name", ""))


def _documented(one: ElsewhereHours, storage: Storage) -> Iterator[str]:
    try:
        content = storage.get(document_object(one.document_sha256))
    except FileNotFoundError:
        yield "its document is not in the file store"
        return
    if hashlib.sha256(content).hexdigest() != one.document_sha256:
        yield "its document was changed"
