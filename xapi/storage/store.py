"""Store statements and load them by id. Works in the caller's transaction; nothing here commits.

A batch is atomic: either all of it is stored, with one outbox row for each new statement, or none of it.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, and_, exists, or_, select
from sqlalchemy.orm import Session

from xapi.errors import Conflicting, Erased, Unauthorised
from xapi.rules.auth import Credential
from xapi.rules.checking import CheckedStatement, check_received, complete
from xapi.rules.indexing import Usage, keys
from xapi.rules.statement_json import received
from xapi.storage.at_once import CountedOwner, Inserted, InsertedStatement, ToInsert, agents_among, insert_at_once, refuse_about
from xapi.storage.consistency import announce
from xapi.storage.definitions import learn
from xapi.storage.erased import marked_among
from xapi.storage.files import keep
from xapi.storage.keys import working_among
from xapi.storage.models import ERASED, IdRow, ReferenceRow, StatementRow, at_its_place, microseconds
from xapi.storage.quota import Charge, charge, charges, check_counted, payer_of
from xapi.storage.references import is_awaited, link, unless_there

IDS: Table = IdRow.__table__  # type: ignore[assignment]
INSERT_IDS = unless_there(IDS)["sqlite"].returning(IdRow.id, IdRow.sid)
# Raw SQL on SQLite too: SQLAlchemy needs longer to process nine keys than SQLite needs to write them.
INSERT_STATEMENTS = "INSERT INTO xapi_statement (stored, sid, id, refers, voiding, voided, text) VALUES (?, ?, ?, ?, ?, 0, ?)"
INSERT_KEYS = "INSERT INTO xapi_statement_key (key, usage, stored, sid, origin) VALUES (?, ?, ?, ?, ?)"
INSERT_REFERENCES = "INSERT INTO xapi_statement_reference (refers, sid, stored, id, voiding) VALUES (?, ?, ?, ?, ?)"
INSERT_OUTBOX = "INSERT INTO xapi_outbox (statement_id, stored, parked, error) VALUES (?, ?, 0, '')"


class CheckedRequest(NamedTuple):
    """The input of one request: checked statements and their credential; `api_key`: a key that must still work when they are stored."""

    checked: Sequence[CheckedStatement]
    credential: Credential
    api_key: str = ""


def store_statements(
    session: Session, raw: Sequence[Mapping[str, Any]], credential: Credential, *, version: str, now: datetime
) -> list[uuid.UUID]:
    """Check and store statements that the host's own code built; return their ids in order.

    Storing an identical statement again succeeds and changes nothing. Read `now` inside the transaction: Consistent-Through may miss
    statements for as long as the time between reading the clock and this call.

    Raises:
        XapiError: with the path of the error; the caller rolls back.
    """
    checked = check_received([received(statement) for statement in raw], credential, version)
    announce(session, now, referring=any(one.refers for one in checked))
    insert_checked(session, checked, credential, now)
    return [one.id for one in checked]


def insert_checked(session: Session, checked: Sequence[CheckedStatement], credential: Credential, now: datetime) -> int:
    """Insert new statements with keys and outbox rows, in the caller's announced transaction; return how many were new.

    Raises:
        Conflicting: an id is stored with another body; the caller rolls back.
        Erased: a new statement is about a person who was erased; the caller rolls back.
    """
    return insert_requests(session, [CheckedRequest(checked, credential)], now)[0]


def insert_requests(session: Session, requests: Sequence[CheckedRequest], now: datetime) -> list[int]:
    """Insert the statements of several requests, as `insert_checked` does for one; return how many were new of each request.

    Raises:
        Conflicting: an id is stored with another body, or two requests have one id with different bodies.
        TooLarge: an owner's quota is used up.
        Unauthorised: the API key of a request was revoked.
    """
    by_id = {one.id: (one, own.credential) for own in requests for one in own.checked}
    _refuse_two_bodies(requests, by_id)
    if not by_id:
        return [0] * len(requests)
    connection = session.connection()
    batch = _batch_of(requests, by_id, now)
    inserted = (
        insert_at_once(connection, batch, now) if connection.dialect.name == "postgresql" else _insert_one_by_one(connection, batch, now)
    )
    working = working_among(connection, batch.api_keys) if inserted.working_keys is None else inserted.working_keys
    if working < len(batch.api_keys):
        raise Unauthorised("this key was revoked")
    sids = {one.id: one.sid for one in inserted.new}
    if len(sids) < len(batch.checked):
        _refuse_other_bodies(connection, [one for one in batch.checked if one.id not in sids])
    fresh = [one for one in batch.checked if one.id in sids]
    if batch.payers:
        _check_quotas(connection, charges(fresh, batch.payers), inserted.counted, now)
    if any(one.awaited for one in inserted.new) or any(one.refers for one in fresh):
        link(connection, fresh, sids, now)
    keep(connection, fresh)
    learn(connection, (one.statement for one in fresh if by_id[one.id][1].allows("define")), now)
    return [len({one.id for one in own.checked} & sids.keys()) for own in requests]


def _batch_of(
    requests: Sequence[CheckedRequest], by_id: Mapping[uuid.UUID, tuple[CheckedStatement, Credential]], now: datetime
) -> ToInsert:
    owners = {id(own.credential): own.credential.owner for own in requests}
    paying = {id(own.credential): payer_of(own.credential, owners[id(own.credential)], now) for own in requests}
    statement_keys = [[*keys(one.statement), (owners[id(credential)], Usage.OWNER)] for one, credential in by_id.values()]
    payers = {key: payer for key, (_, credential) in by_id.items() if (payer := paying[id(credential)]) is not None}
    return ToInsert([one for one, _ in by_id.values()], statement_keys, payers, {own.api_key for own in requests if own.api_key})


def _check_quotas(connection: Connection, due: Mapping[uuid.UUID, Charge], counted: Sequence[CountedOwner], now: datetime) -> None:
    if connection.dialect.name != "postgresql":
        charge(connection, due, now)
    for one in counted:
        check_counted(due[one.owner], one.statements, one.bytes)


def _refuse_two_bodies(requests: Sequence[CheckedRequest], by_id: Mapping[uuid.UUID, tuple[CheckedStatement, Credential]]) -> None:
    for one in (one for own in requests for one in own.checked):
        if one.digest != by_id[one.id][0].digest:
            raise Conflicting(f"two requests bring the id {one.id} with different bodies", f"{one.path}.id")


def _insert_one_by_one(connection: Connection, batch: ToInsert, now: datetime) -> Inserted:
    checked, statement_keys, *_ = batch
    found = connection.execute(INSERT_IDS, [{"id": one.id, "stored": now, "digest": one.digest} for one in checked])
    sids = {row.id: row.sid for row in found}
    places = [(sids[one.id], one, own) for one, own in zip(checked, statement_keys, strict=True) if one.id in sids]
    if not places:
        return Inserted([], [], None)
    if erased := marked_among(connection, agents_among([own for _, _, own in places])):
        refuse_about(checked, statement_keys, erased)
    at, texts = microseconds(now), complete([one for _, one, _ in places], now)
    rows = [
        (at, sid, one.id.hex, one.refers and one.refers.hex, one.voiding, text) for (sid, one, _), text in zip(places, texts, strict=True)
    ]
    keyed = [(key.hex, usage, at, sid, sid) for sid, _, own in places for key, usage in own]
    pointing = [(refers, sid, at, own, voiding) for _, sid, own, refers, voiding, _ in rows if refers]
    waiting = [(own, at) for _, _, own, *_ in rows]
    for sql, given in ((INSERT_STATEMENTS, rows), (INSERT_KEYS, keyed), (INSERT_REFERENCES, pointing), (INSERT_OUTBOX, waiting)):
        if given:
            connection.exec_driver_sql(sql, given)
    awaited = is_awaited(connection, sids)
    return Inserted([InsertedStatement(one.id, sid, one.id in awaited) for sid, one, _ in places], [], None)


def _refuse_other_bodies(connection: Connection, again: Sequence[CheckedStatement]) -> None:
    query = select(IdRow.id, IdRow.digest).where(IdRow.id.in_([one.id for one in again]))
    known = {row.id: row.digest for row in connection.execute(query)}
    for one in again:
        if known.get(one.id) == ERASED:
            raise Erased(f"the statement with the id {one.id} was erased here and cannot be stored again", f"{one.path}.id")
        if known.get(one.id) != one.digest:
            raise Conflicting(f"a statement with the id {one.id} is stored with another body", f"{one.path}.id")


def load_texts(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return statements' JSON texts by id."""
    query = select(IdRow.id, StatementRow.text).join(StatementRow, at_its_place()).where(IdRow.id.in_(list(ids)))
    return {row.id: row.text for row in session.execute(query)}


def voiders_of(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Return the ids of the statements that void each of these, whether or not these are stored."""
    found: dict[uuid.UUID, set[uuid.UUID]] = {}
    query = select(ReferenceRow.refers, ReferenceRow.id).where(ReferenceRow.refers.in_(list(ids)), ReferenceRow.voiding)
    for refers, by in session.execute(query):
        found.setdefault(refers, set()).add(by)
    return found


def erased_among(session: Session, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these statements were erased together with their person."""
    return set(session.scalars(select(IdRow.id).where(IdRow.id.in_(ids), IdRow.digest == ERASED))) if ids else set()


def voided_among(session: Session, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these statements are voided, in either order of arrival.

    A statement that is no longer stored also counts as voided if another one voids it: hours that rested on it may remain.
    """
    void = exists().where(ReferenceRow.refers == IdRow.id, ReferenceRow.voiding)
    gone = and_(StatementRow.sid.is_(None), void)
    query = select(IdRow.id).outerjoin(StatementRow, at_its_place())
    return set(session.scalars(query.where(IdRow.id.in_(list(ids)), or_(StatementRow.voided.is_(True), gone))))
