"""Are the hours earned elsewhere what was approved? Each entry is compared with its statement, its decisions and its document."""

import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi.store
from lms import vocabulary as v
from lms.accounts.models import Person
from lms.audit.recorded import RECORDED
from lms.crediting.chain import text_sha256
from lms.crediting.observe_attestations import attested_of
from lms.db import database
from lms.lifetime.elsewhere import document_object, statement_content
from lms.lifetime.models import APPROVED, WITHDRAWN, ElsewhereHours, LifetimeRuleVersion
from lms.lifetime.rules import is_as_imported
from lms.privacy.erasure.models import Erasure
from lms.storage import Storage
from xapi.queries import AnyOf, StatementFilter, latest
from xapi.removals import stored_when
from xapi.statements import Usage, iri_key, key_of, stored

AT_ONCE = 500


def differences(
    session: Session,
    storage: Storage,
    public_url: str,
    has_turn: Callable[[int], bool] = lambda _number: True,
    keep_turn: Callable[[], None] = lambda: None,
) -> Iterator[str]:
    """Yield a line for each changed multi-year rule, and for each entry that its statement, decisions or document do not support.

    `has_turn` says of the number of an entry whether its document is read and compared, too; by default, all are.
    `keep_turn` is called before each entry, so that the worker of a long check keeps its turn.
    """
    for version in session.scalars(select(LifetimeRuleVersion).order_by(LifetimeRuleVersion.id)):
        if not is_as_imported(version):
            yield f"multi-year rule {version.code}, version {version.number}: it was changed after it was imported"
    last = 0
    while rows := session.scalars(select(ElsewhereHours).where(ElsewhereHours.id > last).order_by(ElsewhereHours.id).limit(AT_ONCE)).all():
        last = rows[-1].id
        yield from _compare(session, rows)
        for one in rows:
            keep_turn()
            if has_turn(one.id):
                yield from (f"hours earned elsewhere {one.id}: {said}" for said in _documented(one, storage))
        session.expunge_all()
    yield from _unentered(session, public_url)


def _unentered(session: Session, public_url: str) -> Iterator[str]:
    """Yield a line for each valid statement of an approval without its entry; a person who is being erased has no entries already."""
    erasing = {key for keys in session.scalars(select(Erasure.agents).where(Erasure.finished_at.is_(None))) for key in keys}
    approvals = StatementFilter((AnyOf(Usage.VERB, [iri_key(v.CREDITED_ELSEWHERE)]),))
    before = None
    while found := latest(session, approvals, AT_ONCE, before):
        before = found[-1].place
        ids = [one.id for one in found]
        entered = set(session.scalars(select(ElsewhereHours.statement_id).where(ElsewhereHours.statement_id.in_(ids))))
        for one in found:
            said = stored(one.text)
            own = said.get("authority", {}).get("account") == v.lms_authority(public_url)["account"]
            key = key_of(said["actor"])
            if own and not one.voided and one.id not in entered and (key is None or key.hex not in erasing):
                yield f"statement {one.id} states an approval, and no entry has it"


def _compare(session: Session, rows: Sequence[ElsewhereHours]) -> Iterator[str]:
    ids = [one.statement_id for one in rows if one.statement_id is not None]
    texts = xapi.store.load_texts(session, ids)
    void = xapi.store.voided_among(session, ids)
    removed = RECORDED.statements(session, stored_when(session, [one for one in ids if one not in texts]))
    accounts = _accounts(session, {one.person_id for one in rows} | {done.by for one in rows for done in one.decisions})
    for one in rows:
        yield from (f"hours earned elsewhere {one.id}: {said}" for said in _decided(one))
        if one.statement_id is not None and one.statement_id not in removed:
            yield from (f"hours earned elsewhere {one.id}: {said}" for said in _stated(one, accounts, texts.get(one.statement_id), void))


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


def _stated(one: ElsewhereHours, accounts: Mapping[int, str | None], text: str | None, void: Set[uuid.UUID]) -> Iterator[str]:
    if text is None:
        yield f"statement {one.statement_id} is not there, and no removal of it was recorded"
        return
    if text_sha256(text).hex() != one.statement_sha256:
        yield f"statement {one.statement_id} was changed after it was stored"
    if account_of(stored(text).get("actor")) != accounts.get(one.person_id):
        yield f"statement {one.statement_id} is about somebody else"
    approvers = {accounts.get(done.by) for done in one.decisions if done.what == APPROVED}
    if approvers - {None, account_of(stored(text).get("context", {}).get("instructor"))}:
        yield "another person approved it than its statement says"
    if dict(attested_of(stored(text))) != statement_content(one):
        yield f"it is not what statement {one.statement_id} says"
    if (one.statement_id in void) != (one.state == WITHDRAWN):
        yield f"statement {one.statement_id} counts as {'void' if one.statement_id in void else 'valid'}, and the entry is {one.state}"


def account_of(agent: Any) -> str:
    """Return the account of an actor or instructor; empty if it has none."""
    return str(((agent or {}).get("account") or {}).get("name", ""))


def _accounts(session: Session, people: Set[int]) -> Mapping[int, str | None]:
    """Return people's accounts; None for somebody erased, who has another account than their statements name."""
    found = session.execute(select(Person.id, Person.account).where(Person.id.in_(people))).all()
    erased = set(session.scalars(select(Erasure.person_id).where(Erasure.person_id.in_(people))))
    return {row[0]: None if row[0] in erased else row[1] for row in found}


def _documented(one: ElsewhereHours, storage: Storage) -> Iterator[str]:
    try:
        content = storage.get(document_object(one.person_id, one.document_sha256))
    except FileNotFoundError:
        if _is_still_there(one.id):
            yield "its document is not in the file store"
        return
    if hashlib.sha256(content).hexdigest() != one.document_sha256:
        yield "its document was changed"


def _is_still_there(number: int) -> bool:
    """Say whether an entry is there now: the check reads an older state, and an erasure since then deleted entry and document."""
    with database().reader() as today:
        return today.get(ElsewhereHours, number) is not None
