"""Store a page of imported statements, and put aside those that are refused. The same transaction moves the import's place.

Each statement is checked by the rules of the version that it names, like a new statement. Its id and everything that its
author wrote stay unchanged. `stored` is now. The authority is the import's, or the original one if an operator asks for that, but
never an authority of this site, because authorities of this site decide hours.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

import xapi
from lms.clock import now
from lms.config import Settings
from lms.federation.importing.models import Import, StatementSetAside
from lms.federation.importing.source import Fetched
from xapi.errors import BadRequest, Conflicting, Erased, XapiError
from xapi.keys import Credential
from xapi.removals import SAID, marked_among
from xapi.statements import VOIDED, ReceivedAttachment, ReceivedStatement, keys_within, read, timestamp
from xapi.store import CheckedStatement, announce, charge_beside, check_received, insert_checked
from xapi.tables import IdRow

LONGEST_ID = 100
MEBIBYTE = 2**20
ANY_NUMBER = 2**62  # of statements: their bytes are limited


@dataclass(frozen=True, slots=True)
class ImportPolicy:
    """The authority of stored statements; `keep_authority`: their own authority, unless it belongs to this site."""

    credential: Credential
    home_page: str
    keep_authority: bool = False
    room: int | None = None  # bytes that imports from one host may store; None: any number


def own_policy(endpoint: str, settings: Settings, *, keep_authority: bool = False) -> ImportPolicy:
    """Return the policy for statements that nobody here vouches for: their authority is the import's own, which earns no hours."""
    room = settings.import_storage_mb * MEBIBYTE
    return ImportPolicy(own_credential(endpoint, settings.public_url, room), settings.public_url, keep_authority, room)


def policy_of_key(found: Credential, settings: Settings) -> ImportPolicy:
    """Return the policy for statements that one of our keys vouches for; they count toward its quota."""
    limited = replace(found, quota=xapi.Quota(ANY_NUMBER, settings.key_storage_mb * MEBIBYTE))
    return ImportPolicy(limited, settings.public_url, room=settings.import_storage_mb * MEBIBYTE)


def own_credential(endpoint: str, home_page: str, room: int | None) -> Credential:
    """Return the credential of all imports from one host; statements that they put aside always count toward its quota."""
    host = urlsplit(endpoint).hostname or ""
    authority = {"objectType": "Agent", "name": host, "account": {"homePage": home_page, "name": f"import:{host}"}}
    quota = None if room is None else xapi.Quota(ANY_NUMBER, room)
    return Credential(host, authority, frozenset({"statements/write"}), quota=quota)


@dataclass(frozen=True, slots=True)
class RefusedStatement:
    """A statement that was refused."""

    text: bytes
    statement_id: str
    reason: str


@dataclass(slots=True)
class StoredPage:
    """The result of a page: the number of new statements, those put aside, and the other store's time of the last one."""

    read: int = 0
    new: int = 0
    refused: list[RefusedStatement] = field(default_factory=list)
    reached: datetime | None = None


def take(session: Session, own: Import, fetched: Fetched, policy: ImportPolicy) -> StoredPage:
    """Store a page."""
    page = StoredPage(len(fetched.statements))
    checked: list[tuple[bytes, CheckedStatement]] = []
    for text in fetched.statements:
        try:
            found, stored = _checked(text, fetched.attached, policy)
        except XapiError as error:
            page.refused.append(RefusedStatement(text, _id_of(text), str(error)))
            continue
        checked.append((text, found))
        page.reached = max(filter(None, (page.reached, stored)), default=None)
    _insert(session, checked, policy.credential, page)
    grown = _note(session, own, page, [found.id for _, found in checked])
    charge_beside(session, own_credential(own.endpoint, policy.home_page, policy.room), grown)
    return page


def _checked(text: bytes, attached: Mapping[str, ReceivedAttachment], policy: ImportPolicy) -> tuple[CheckedStatement, datetime | None]:
    one = _read(text)
    version = "2.0.0" if str(one.parsed.get("version", "")).startswith("2.") else "1.0.3"
    if "id" not in one.parsed:
        raise BadRequest("has no id: it could not be known again", "statement")
    (checked,) = check_received([one], _credential(one.parsed, policy), version, many=False, attached=attached)
    stored = one.parsed.get("stored")
    return checked, timestamp(stored, "stored") if stored else None


def _read(text: bytes) -> ReceivedStatement:
    found, many = read(text)
    if many:
        raise BadRequest("must be an object", "statement")
    return found[0]


def _credential(statement: Mapping[str, Any], policy: ImportPolicy) -> Credential:
    given = statement.get("authority")
    if not policy.keep_authority or not isinstance(given, dict) or _of_this_site(given, policy.home_page):
        return policy.credential
    return replace(policy.credential, authority=given)


def _of_this_site(agent: Mapping[str, Any], home_page: str) -> bool:
    account = agent.get("account")
    named = str(account.get("homePage", "")) if isinstance(account, dict) else ""
    members = agent.get("member")
    below = members if isinstance(members, list) else []
    return _plain(named) == _plain(home_page) or any(_of_this_site(one, home_page) for one in below if isinstance(one, dict))


def _plain(home_page: str) -> str:
    return home_page.strip().rstrip("/").casefold()


def _insert(session: Session, checked: Sequence[tuple[bytes, CheckedStatement]], credential: Credential, page: StoredPage) -> None:
    """Insert all at once; if an id is stored with another body, insert one by one."""
    announce(session, now(), referring=any(one.refers for _, one in checked))
    at = now()
    differ = len({(one.id, one.digest) for _, one in checked}) > len({one.id for _, one in checked})
    try:
        with session.begin_nested():
            if differ:
                raise Conflicting("two that differ have one id")
            page.new += insert_checked(session, [one for _, one in checked], credential, at)
    except Conflicting:
        for text, one in checked:
            try:
                with session.begin_nested():
                    page.new += insert_checked(session, [one], credential, at)
            except Erased as error:  # nothing of an erased statement comes back, not even aside: only its id
                page.refused.append(RefusedStatement(_bare(str(one.id)), str(one.id), error.message))
            except Conflicting as error:
                page.refused.append(RefusedStatement(text, str(one.id), error.message))


def _note(session: Session, own: Import, page: StoredPage, ids: Iterable[UUID]) -> int:
    """Keep each refused statement once, even if it comes again, and delete those that are stored now.

    Return by how many characters the statements that were put aside have grown.
    """
    page.refused = _without_erased(session, page.refused)
    given = {hashlib.sha256(one.text).hexdigest(): one for one in page.refused}
    rows = {
        row.sha256: row
        for row in session.scalars(
            select(StatementSetAside).where(StatementSetAside.import_id == own.id, StatementSetAside.sha256.in_(given))
        )
    }
    grown = 0
    for sha256, one in given.items():
        grown += 0 if sha256 in rows else len(_shown(one.text))
        row = rows.get(sha256) or StatementSetAside(import_id=own.id, sha256=sha256, statement_id=one.statement_id, text=_shown(one.text))
        row.reason, row.at = one.reason, now()
        session.add(row)
    kept = {str(one) for one in ids} - {one.statement_id for one in page.refused}
    return grown - forget_asides(session, StatementSetAside.import_id == own.id, StatementSetAside.statement_id.in_(kept))


def forget_asides(session: Session, *which: ColumnElement[bool]) -> int:
    """Delete statements that were put aside; return how many characters they had."""
    session.flush()
    freed = session.scalar(select(func.coalesce(func.sum(func.length(StatementSetAside.text)), 0)).where(*which))
    session.execute(delete(StatementSetAside).where(*which))
    return int(freed or 0)


def _without_erased(session: Session, refused: Sequence[RefusedStatement]) -> list[RefusedStatement]:
    """Keep only the id of a statement about a person who was erased."""
    named = [set(keys_within(_parsed(one.text))) for one in refused]
    erased = marked_among(session.connection(), set().union(*named))
    return [
        RefusedStatement(_bare(one.statement_id), one.statement_id, SAID) if own & erased else one
        for one, own in zip(refused, named, strict=True)
    ]


def _bare(statement_id: str) -> bytes:
    return f'{{"id":{json.dumps(statement_id)}}}'.encode()


def _shown(text: bytes) -> str:
    """Return any statement in a form that the database can store."""
    return text.decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def _id_of(text: bytes) -> str:
    parsed = _parsed(text)
    found = parsed.get("id") if isinstance(parsed, dict) else None
    return found[:LONGEST_ID].lower().encode("utf-8", "replace").decode().replace("\0", "") if isinstance(found, str) else ""


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def void_targets(session: Session, texts: Sequence[bytes]) -> list[UUID]:
    """Return the targets that these statements void and that are not stored here yet; no page of the other store shows them."""
    found = []
    for text in texts:
        if b"voided" not in text:
            continue
        try:
            statement = _read(text).parsed
            if statement["verb"]["id"] == VOIDED:
                found.append(UUID(statement["object"]["id"]))
        except (XapiError, KeyError, TypeError, ValueError, AttributeError):
            continue
    known = set(session.scalars(select(IdRow.id).where(IdRow.id.in_(found))))
    return [one for one in dict.fromkeys(found) if one not in known]
