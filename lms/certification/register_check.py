"""Check for `lms ledger verify` that nobody edited the register, the contents of certificates, or the accounts that they froze.

The register's entries are chained; each holds the digest of its certificate's contents and the head of the ledger that was
certified. The frozen evidence is decided again and compared with the ledger and with the certificate.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.certification import register
from lms.certification.digests import salted_sha256
from lms.certification.models import ISSUED, RegisterEntry
from lms.classes.freezing import FreezeReason, frozen_because, is_frozen
from lms.classes.models import Enrolment
from lms.crediting.certified import NotReadable, bundle_text, frozen_case, recalculated
from lms.crediting.chain import GENESIS, Entry
from lms.crediting.ledger import Account, entries_of
from lms.crediting.models import REVOKED, SUPERSEDED, VALID, Certificate
from lms.crediting.removals import NOTHING, Removals
from lms.crediting.units import target_of
from lms.crediting.verify import Finding
from lms.hours import Result, recompute
from lms.transcripts.transcript import fingerprint

AT_ONCE = 200
STATE_AFTER = {ISSUED: VALID, SUPERSEDED: SUPERSEDED, REVOKED: REVOKED}


@dataclass(slots=True)
class CheckedRegister:
    """The findings about the register, and the numbers of entries and certificates that were checked."""

    entries: int = 0
    certificates: int = 0
    findings: list[Finding] = field(default_factory=list)


def check(
    session: Session,
    enrolment_ids: Collection[int] | None = None,
    removals: Removals = NOTHING,
    keep_turn: Callable[[], None] = lambda: None,
) -> CheckedRegister:
    """Check the register's whole chain, and the certificates of these enrolments (all, if none are given).

    `keep_turn` is called before each certificate, so that the worker of a long check keeps its turn.
    """
    checked = CheckedRegister()
    events: dict[tuple[str, int], list[RegisterEntry]] = defaultdict(list)
    latest: dict[int, str] = {}
    chain = list(session.scalars(select(RegisterEntry).order_by(RegisterEntry.position)))
    checked.entries = len(chain)
    checked.findings += [Finding(None, f"register: {problem}") for problem in chain_problems(chain)]
    for entry in chain:
        events[entry.number, entry.version].append(entry)
        latest[entry.enrolment_id] = entry.hash
    numbers = select(Certificate.id).order_by(Certificate.id)
    if enrolment_ids is not None:
        numbers = numbers.where(Certificate.enrolment_id.in_(enrolment_ids))
    ids = session.scalars(numbers).all()
    for start in range(0, len(ids), AT_ONCE):
        rows = session.scalars(select(Certificate).where(Certificate.id.in_(ids[start : start + AT_ONCE])).order_by(Certificate.id)).all()
        erased = removals.erased and partial(removals.erased, session)
        for one in rows:
            keep_turn()
            checked.certificates += 1
            own = [*_problems(session, one, events.get((one.number, one.version), ())), *_erasure_problems(session, one, erased)]
            checked.findings += [Finding(one.enrolment_id, f"certificate {_name(one)}: {problem}") for problem in own]
        session.expunge_all()
    checked.findings += _missing(session, events, enrolment_ids)
    checked.findings += _enrolments(session, latest, enrolment_ids)
    return checked


def chain_problems(chain: Sequence[RegisterEntry]) -> Iterator[str]:
    """Yield the problems of the register's chain."""
    previous = GENESIS
    for expected, entry in enumerate(chain, start=1):
        if entry.position != expected:
            yield f"entry {expected} is missing (found number {entry.position})"
            return
        if entry.previous_hash != previous:
            yield f"entry {expected} does not follow the entry before it"
        if register.hash_of(entry) != entry.hash:
            yield f"entry {expected} ({entry.event} {entry.number}) was changed after it was written"
        if entry.reason_salt and salted_sha256(entry.reason_salt, entry.reason) != entry.reason_sha256:
            yield f"the reason of entry {expected} ({entry.event} {entry.number}) was changed after it was written"
        previous = entry.hash


def _problems(session: Session, one: Certificate, events: Sequence[RegisterEntry]) -> Iterator[str]:
    happened = [entry.event for entry in events]
    if happened not in ([ISSUED], [ISSUED, SUPERSEDED], [ISSUED, REVOKED]):
        yield f"the register says of it: {', '.join(happened) or 'nothing'}"
        return
    if STATE_AFTER[happened[-1]] != one.state:
        yield f"it is kept as {one.state}, the register says {happened[-1]}"
    if any(register.contents_sha256(one) != entry.contents_sha256 for entry in events):
        yield "what it says was changed after it was issued"
    if one.person is not None and salted_sha256(one.salt or "", one.person) != one.person_sha256:
        yield "its name or school was changed after it was issued"
    links = entries_of(session, one.enrolment_id)
    yield from _frozen_problems(one, events[0], links)
    if one.state == VALID and any(entry.amount for entry, _hash in links[events[0].ledger_length :]):
        yield "its account was changed after it was certified"


def _frozen_problems(one: Certificate, issued: RegisterEntry, links: Sequence[tuple[Entry, str]]) -> Iterator[str]:
    """Compare the certificate, the frozen evidence and the ledger as it was then."""
    then = links[: issued.ledger_length]
    if not then or len(then) != issued.ledger_length or then[-1][1] != issued.ledger_head:
        yield f"entry {issued.ledger_length} of its ledger is not the one that was certified"
        return
    if one.bundle is None:
        return
    try:
        if fingerprint(bundle_text(one)) != one.bundle_sha256:
            yield "its frozen evidence was changed"
            return
        result = recompute(frozen_case(one)[0])
    except Exception as error:  # any value in the database may cause any error: it becomes a finding, and the rest is checked
        yield str(error) if isinstance(error, NotReadable) else f"its frozen evidence cannot be decided ({type(error).__name__})"
        return
    if _sums(entry for entry, _hash in then) != target_of(result):
        yield "its ledger is not what its frozen evidence gives"
    if not _says(one, result):
        yield "what it says is not what its frozen evidence gives"


def _says(one: Certificate, result: Result) -> bool:
    """Say whether a certificate's facts are those of the result; facts that were edited may have any form."""
    try:
        return recalculated(one.facts, result) == one.facts
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def _sums(entries: Iterable[Entry]) -> Mapping[Account, int]:
    found: dict[Account, int] = defaultdict(int)
    for entry in entries:
        if entry.amount:
            found[Account(entry.account, entry.unit)] += entry.amount
    return {account: amount for account, amount in found.items() if amount}


def _erasure_problems(session: Session, one: Certificate, erased: partial[Set[int]] | None) -> Iterator[str]:
    """Personal data may be missing only if its person was erased, as recorded."""
    gone = (one.person is None, one.salt is None, one.bundle is None)
    if not any(gone):
        return
    enrolment = session.get_one(Enrolment, one.enrolment_id)
    recorded = erased is None or enrolment.person_id in erased([enrolment.person_id])
    if not all(gone) or frozen_because(enrolment) is not FreezeReason.ERASED or not recorded:
        yield "its person or evidence is missing, and no erasure of its person was recorded"


def _missing(
    session: Session, events: Mapping[tuple[str, int], Sequence[RegisterEntry]], enrolment_ids: Collection[int] | None
) -> Iterator[Finding]:
    """Find entries of the register whose certificate is gone."""
    there = {(number, version) for number, version in session.execute(select(Certificate.number, Certificate.version))}
    for (number, version), entries in events.items():
        whose = entries[0].enrolment_id
        if (number, version) not in there and (enrolment_ids is None or whose in enrolment_ids):
            yield Finding(whose, f"certificate {number} version {version}: is in the register, and its row is gone")


def _enrolments(session: Session, latest: Mapping[int, str], enrolment_ids: Collection[int] | None) -> Iterator[Finding]:
    """Compare the certificate columns of enrolments with the register. The enrolments' ledgers cover them too, so an edit shows in both."""
    columns = (Enrolment.id, Enrolment.certified_at, Enrolment.certificate_sha256)
    named = select(*columns).where(or_(Enrolment.certificate_sha256.is_not(None), is_frozen()))
    rows = {row.id: row for row in session.execute(named)}
    valid = {
        number: at
        for number, at in session.execute(select(Certificate.enrolment_id, Certificate.issued_at).where(Certificate.state == VALID))
    }
    for number in sorted(rows.keys() | latest.keys()):
        if enrolment_ids is not None and number not in enrolment_ids:
            continue
        row = rows.get(number)
        if (row.certificate_sha256 if row else None) != latest.get(number):
            yield Finding(number, "the register's latest entry about it is not the one that it names")
        if (row.certified_at if row else None) != valid.get(number):
            yield Finding(number, "it is not frozen since the time at which its valid certificate was issued")


def _name(one: Certificate) -> str:
    return one.number if one.version == 1 else f"{one.number} version {one.version}"
