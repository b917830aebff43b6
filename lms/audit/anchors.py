"""Anchors: one signed line over the heads of all chains, kept elsewhere, shows later whether the ledger was rewritten.

The root is the SHA-256 of the list of heads: one line for each enrolment that has a chain, then one for each class that has a
history. Later rows have higher numbers, so the list of an earlier time can be built again at any time.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from courses.strict_json.canonical import canonical
from lms.classes.models import ClassChange
from lms.crediting import inputs
from lms.crediting.chain import RunningHash
from lms.crediting.models import LedgerEntry
from lms.sealing import derived

VERSION = 1
PURPOSE = "lms ledger anchor"
LONGEST_LINE = 2_000


class NotAnAnchor(Exception):
    """The file does not contain an anchor; the message names the wrong line and the problem."""


class AnchoredHead(NamedTuple):
    """The end of one chain: an enrolment's ledger or a class's history."""

    kind: str  # enrolment | class
    id: int
    length: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id} {self.length} {self.sha256}"


@dataclass(frozen=True, slots=True)
class Anchor:
    """The content of one signed line."""

    at: str
    site: str
    enrolments: int
    entries: int
    last_entry: int  # ledger entries with a higher number were written later
    last_change: int  # the same for the history of classes
    root: str
    public_key: str  # Ed25519, base64

    def line(self, signature: bytes) -> str:
        """Return the anchor as one line of JSON."""
        return json.dumps({"anchor": VERSION, **asdict(self), "signature": base64.b64encode(signature).decode()}, ensure_ascii=False)

    def signed(self) -> bytes:
        """Return the signed text: the anchor in canonical form, without the signature."""
        return canonical({"anchor": VERSION, **asdict(self)})


def key_of(secret_key: str) -> Ed25519PrivateKey:
    """Return the site's key for anchors. It is derived from SECRET_KEY, so every machine of a site has the same one and none stores it."""
    return Ed25519PrivateKey.from_private_bytes(derived(secret_key, PURPOSE))


def public_key_of(secret_key: str) -> str:
    """Return the public part of the site's key, in base64."""
    raw = key_of(secret_key).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def make(session: Session, site: str, secret_key: str, now: datetime) -> tuple[str, Sequence[AnchoredHead]]:
    """Return a new anchor's line, and the heads that it covers.

    On PostgreSQL the tables are locked first: open transactions that append must end before, so no lower number can follow later.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"LOCK TABLE {LedgerEntry.__tablename__}, {ClassChange.__tablename__} IN SHARE MODE"))
    last_entry = session.scalar(select(func.max(LedgerEntry.id))) or 0
    last_change = session.scalar(select(func.max(ClassChange.id))) or 0
    heads = list(heads_until(session, last_entry, last_change))
    chains = [one for one in heads if one.kind == "enrolment"]
    anchor = Anchor(
        at=now.astimezone(UTC).isoformat(timespec="seconds"),
        site=site,
        enrolments=len(chains),
        entries=sum(one.length for one in chains),
        last_entry=last_entry,
        last_change=last_change,
        root=root_of(heads),
        public_key=public_key_of(secret_key),
    )
    return anchor.line(key_of(secret_key).sign(anchor.signed())), heads


def heads_until(session: Session, last_entry: int, last_change: int) -> Iterator[AnchoredHead]:
    """Yield the heads of all chains at the time when these were the last numbers."""
    numbers = (
        select(LedgerEntry.enrolment_id, func.max(LedgerEntry.number).label("number"))
        .where(LedgerEntry.id <= last_entry)
        .group_by(LedgerEntry.enrolment_id)
        .subquery()
    )
    here = (LedgerEntry.enrolment_id == numbers.c.enrolment_id) & (LedgerEntry.number == numbers.c.number)
    query = select(LedgerEntry.enrolment_id, LedgerEntry.number, LedgerEntry.hash).join(numbers, here)
    for enrolment_id, number, sha256 in session.execute(query.order_by(LedgerEntry.enrolment_id)):
        yield AnchoredHead("enrolment", enrolment_id, number, sha256)
    yield from _histories_until(session, last_change)


def _histories_until(session: Session, last_change: int) -> Iterator[AnchoredHead]:
    columns = ClassChange.__table__.c
    query = select(*columns).where(columns.enrolment_id.is_(None), columns.id <= last_change).order_by(columns.class_id, columns.id)
    class_id, running = None, RunningHash()
    for row in session.execute(query):
        if row.class_id != class_id:
            if class_id is not None:
                yield AnchoredHead("class", class_id, running.rows, running.sha256)
            class_id, running = row.class_id, RunningHash()
        running = running.add([[inputs.plain(value) for value in row]])
    if class_id is not None:
        yield AnchoredHead("class", class_id, running.rows, running.sha256)


def root_of(heads: Iterable[AnchoredHead]) -> str:
    """Return the SHA-256 of the list of heads, one line for each."""
    digest = hashlib.sha256()
    for one in heads:
        digest.update(f"{one}\n".encode())
    return digest.hexdigest()


def read(content: str) -> tuple[Anchor, Sequence[AnchoredHead]]:
    """Read a file that begins with an anchor's line; the list of its heads may follow.

    Raises:
        NotAnAnchor: a line is malformed, the signature does not match, or the list does not belong to the anchor.
    """
    first, *rest = content.splitlines() or [""]
    anchor = _anchor_in(first)
    heads = [_head_in(line, number) for number, line in enumerate(rest, start=2) if line.strip()]
    if heads and root_of(heads) != anchor.root:
        raise NotAnAnchor("the list of heads is not the one that the anchor was made over")
    return anchor, heads


def _anchor_in(line: str) -> Anchor:
    names = {
        "at": str,
        "site": str,
        "enrolments": int,
        "entries": int,
        "last_entry": int,
        "last_change": int,
        "root": str,
        "public_key": str,
    }
    try:
        found: Mapping[str, Any] = json.loads(line) if len(line) <= LONGEST_LINE else {}
        if found["anchor"] != VERSION or found.keys() != {"anchor", "signature", *names}:
            raise NotAnAnchor("line 1: is of a format that this program does not know")
        if not all(type(found[name]) is kind for name, kind in names.items()):
            raise NotAnAnchor("line 1: is not an anchor")
        anchor = Anchor(**{name: found[name] for name in names})
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(anchor.public_key, validate=True))
        key.verify(base64.b64decode(found["signature"], validate=True), anchor.signed())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotAnAnchor("line 1: is not an anchor") from error
    except InvalidSignature as error:
        raise NotAnAnchor("line 1: its signature does not fit: it was changed after it was signed") from error
    return anchor


def _head_in(line: str, number: int) -> AnchoredHead:
    try:
        kind, own, length, sha256 = line.split(" ")
        return AnchoredHead(kind, int(own), int(length), sha256)
    except ValueError as error:
        raise NotAnAnchor(f"line {number}: is not a head: an enrolment or a class, its id, a length and a hash") from error


def rewritten(session: Session, anchor: Anchor, heads: Sequence[AnchoredHead]) -> Iterator[tuple[int | None, str]]:
    """Yield (enrolment, difference from the time of the anchor); only the list of heads can name the enrolment."""
    now = {(one.kind, one.id): one for one in heads_until(session, anchor.last_entry, anchor.last_change)}
    if root_of(now.values()) == anchor.root:
        return
    if not heads:
        chains = [one for one in now.values() if one.kind == "enrolment"]
        yield (
            None,
            f"the ledger is not the one that was anchored at {anchor.at}: {anchor.enrolments} enrolments with {anchor.entries} entries were"
            f" anchored, {len(chains)} with {sum(one.length for one in chains)} of these entries are there. The list of heads names them.",
        )
    for was in heads:
        yield from _difference(was, now.pop((was.kind, was.id), None), anchor.at)
    for one in now.values() if heads else ():
        yield (
            (one.id if one.kind == "enrolment" else None),
            f"{_name(one)} has entries that claim to be older than the anchor of {anchor.at}",
        )


def _difference(was: AnchoredHead, stands: AnchoredHead | None, at: str) -> Iterator[tuple[int | None, str]]:
    whose = was.id if was.kind == "enrolment" else None
    if stands is None:
        yield whose, f"{_name(was)} is gone; it had {was.length} entries when the anchor of {at} was made"
    elif stands.length != was.length:
        yield whose, f"{_name(was)} had {was.length} entries when the anchor of {at} was made; of those numbers {stands.length} are there"
    elif stands.sha256 != was.sha256:
        yield whose, f"{_name(was)} was rewritten since the anchor of {at}"


def _name(head: AnchoredHead) -> str:
    return "its chain" if head.kind == "enrolment" else f"the history of class {head.id}"
