"""Hours earned elsewhere or before: entered by an office with a document, approved by a second person, never mixed with measured hours.

An approval writes a statement into the record store, and withdrawing voids it, as for waivers; so what counts can be checked against the
record store. The document is kept under its SHA-256, which the statement names.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

import xapi.store
from lms.accounts.account_changes import By
from lms.accounts.models import Organisation, Person
from lms.accounts.offices import below
from lms.crediting.attesting import Attestor
from lms.crediting.chain import text_sha256
from lms.errors import InvalidInput
from lms.hours import Elsewhere, LifetimeRule
from lms.hours.lifetime_values import LifetimeKind
from lms.lifetime.models import APPROVED, PROPOSED, RETURNED, WITHDRAWN, ElsewhereDecision, ElsewhereHours
from lms.lifetime.time_limits import Dated, fits
from lms.practice.files import HandedIn
from lms.storage import Storage

WORDS_MAX, REASON_MAX = 200, 200
MOST_HOURS, LONGEST_DAYS = Decimal(1000), 366
MOST_ENTRIES = 500  # of one person
EARLIEST = date(1980, 1, 1)
KINDS_OF_FILES = frozenset({"application/pdf", "image/jpeg", "image/png"})
SHOWN_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class AskedElsewhere:
    """The entry of an office: the training, its dates, and either hours or days."""

    kind: str
    title: str
    provider: str
    first_on: date | None
    last_on: date | None
    unit: str
    amount: Decimal | None
    document: HandedIn | None


def document_object(person_id: int, sha256: str) -> str:
    """Return the name of a document in the file store. People share none, so erasing one of them takes nothing from another."""
    return f"elsewhere/{person_id}/{sha256}"


def of_person(session: Session, person_id: int) -> Sequence[ElsewhereHours]:
    """Return everything entered for a person, the latest training first."""
    own = select(ElsewhereHours).where(ElsewhereHours.person_id == person_id)
    return session.scalars(own.order_by(ElsewhereHours.last_on.desc(), ElsewhereHours.id.desc())).all()


def waiting(session: Session, path: str) -> Sequence[tuple[ElsewhereHours, Person]]:
    """Return what waits for a decision at the office with this path, with whose it is, the oldest first."""
    query = select(ElsewhereHours, Person).join(Person, Person.id == ElsewhereHours.person_id)
    within = query.join(Organisation, Organisation.id == Person.organisation_id).where(below(path), ElsewhereHours.state == PROPOSED)
    return [(row[0], row[1]) for row in session.execute(within.order_by(ElsewhereHours.id).limit(SHOWN_AT_ONCE))]


def counting(entries: Iterable[ElsewhereHours]) -> list[Elsewhere]:
    """Return the approved ones in the form of the hours core."""
    return [
        Elsewhere(
            str(one.id), one.kind, one.amount if one.unit == "hours" else None, one.amount if one.unit == "days" else None, one.last_on
        )
        for one in entries
        if one.state == APPROVED
    ]


def kinds_of(rules: Iterable[LifetimeRule]) -> dict[str, LifetimeKind]:
    """Return the kinds of all rules; of kinds with the same key, one that says what a day is worth."""
    found: dict[str, LifetimeKind] = {}
    for kind in (kind for rule in rules for kind in rule.kinds):
        if kind.key not in found or found[kind.key].hours_a_day is None:
            found[kind.key] = kind
    return found


def enter(
    session: Session, storage: Storage, person: Person, asked: AskedElsewhere, by: By, rules: Sequence[LifetimeRule]
) -> ElsewhereHours:
    """Enter hours earned elsewhere, which count nothing before somebody else approves them.

    Raises:
        InvalidInput: with one line for each problem; nothing was kept.
    """
    problems = [*_problems(asked, rules, by.at.date()), *([_own_words()] if by.person_id == person.id else [])]
    document, first, last = asked.document, asked.first_on, asked.last_on
    if problems or document is None or first is None or last is None or asked.amount is None or by.person_id is None:
        raise InvalidInput(_("Nothing was entered."), problems)
    session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    sha256 = hashlib.sha256(document.content).hexdigest()
    _refuse_repetition(session, person.id, asked, sha256)
    _refuse_more_than_passed(session, person.id, Dated(asked.kind, first, last, asked.unit, asked.amount), rules)
    storage.put(document_object(person.id, sha256), document.content)
    entry = ElsewhereHours(
        person_id=person.id,
        kind=asked.kind,
        title=asked.title,
        provider=asked.provider,
        first_on=first,
        last_on=last,
        unit=asked.unit,
        amount=asked.amount,
        document_name=document.name,
        document_mimetype=document.mimetype,
        document_sha256=sha256,
        state=PROPOSED,
        entered_at=by.at,
        entered_by=by.person_id,
    )
    session.add(entry)
    session.flush()
    return entry


def _own_words() -> str:
    return _("Nobody enters or approves hours of their own: somebody else of the office does")


def _problems(asked: AskedElsewhere, rules: Sequence[LifetimeRule], today: date) -> list[str]:
    problems = []
    kind = kinds_of(rules).get(asked.kind)
    if kind is None:
        problems.append(_("Kind: choose one of the list"))
    elif asked.unit == "days" and kind.hours_a_day is None:
        problems.append(_("Amount: this kind is entered in hours, because the rule does not say what a day is worth"))
    for label, text in ((_("Training"), asked.title), (_("Provider"), asked.provider)):
        if not text.strip() or len(text) > WORDS_MAX or not text.isprintable():
            problems.append(_("%(field)s: 1 to %(most)s characters, in one line", field=label, most=WORDS_MAX))
    problems += _date_problems(asked, today)
    if asked.unit not in {"hours", "days"} or asked.amount is None or not 0 < asked.amount <= MOST_HOURS:
        problems.append(_("Amount: hours or days above 0, at most %(most)s, with at most two decimals", most=MOST_HOURS))
    elif not problems and (dated := _dated(asked)) is not None and not fits(dated, (), rules):
        problems.append(_("Amount: more than passed between the two dates"))
    if asked.document is None:
        problems.append(_("Document: attach the certificate or list as PDF, JPEG or PNG"))
    elif asked.document.mimetype not in KINDS_OF_FILES:
        problems.append(_("Document: this is not a PDF, JPEG or PNG; save it as one of these"))
    return problems


def _dated(asked: AskedElsewhere) -> Dated | None:
    if asked.first_on is None or asked.last_on is None or asked.amount is None:
        return None
    return Dated(asked.kind, asked.first_on, asked.last_on, asked.unit, asked.amount)


def _date_problems(asked: AskedElsewhere, today: date) -> list[str]:
    first, last = asked.first_on, asked.last_on
    if first is None or last is None:
        return [_("Dates: give both, such as 2026-03-15")]
    if not EARLIEST <= first <= last <= today:
        return [_("Dates: the first not after the last, and the last not in the future")]
    if (last - first).days >= LONGEST_DAYS:
        return [_("Dates: at most one year; enter longer training year by year")]
    return []


def _refuse_repetition(session: Session, person_id: int, asked: AskedElsewhere, sha256: str) -> None:
    own = ElsewhereHours.person_id == person_id
    if (session.scalar(select(func.count()).where(own)) or 0) >= MOST_ENTRIES:
        raise InvalidInput(_("Nothing was entered."), [_("There are %(most)s entries already", most=MOST_ENTRIES)])
    same = (ElsewhereHours.kind == asked.kind, ElsewhereHours.first_on == asked.first_on, ElsewhereHours.last_on == asked.last_on)
    known = select(ElsewhereHours.id).where(own, *same, ElsewhereHours.state.in_((PROPOSED, APPROVED)))
    known = known.where((ElsewhereHours.document_sha256 == sha256) | (ElsewhereHours.title == asked.title))
    if session.scalar(known.limit(1)) is not None:
        raise InvalidInput(_("Nothing was entered."), [_("The same training is entered already: return or withdraw that entry first")])


def _refuse_more_than_passed(session: Session, person_id: int, new: Dated, rules: Sequence[LifetimeRule]) -> None:
    live = select(ElsewhereHours).where(ElsewhereHours.person_id == person_id, ElsewhereHours.state.in_((PROPOSED, APPROVED)))
    others = [Dated(one.kind, one.first_on, one.last_on, one.unit, one.amount) for one in session.scalars(live)]
    if not fits(new, others, rules):
        raise InvalidInput(_("Nothing was entered."), [_("Amount: with the other entries, more than passed between the dates")])


def decide(storage: Storage, entry: ElsewhereHours, what: str, reason: str, attestor: Attestor) -> bool:
    """Approve, return or withdraw an entry; return whether it was still to be decided so. The caller holds the entry's lock.

    Raises:
        InvalidInput: it is their own, they entered what they approve, its document is gone, or there is no reason.
    """
    if (what, entry.state) not in {(APPROVED, PROPOSED), (RETURNED, PROPOSED), (WITHDRAWN, PROPOSED), (WITHDRAWN, APPROVED)}:
        return False
    by, said = attestor.by, reason.strip()
    if by is None or by == entry.person_id:
        raise InvalidInput(_("Nothing was decided."), [_own_words()])
    if what == APPROVED and by == entry.entered_by:
        raise InvalidInput(_("Nothing was decided."), [_("Somebody else of the office approves what you have entered.")])
    if what == APPROVED and storage.size(document_object(entry.person_id, entry.document_sha256)) is None:
        raise InvalidInput(
            _("Nothing was decided."), [_("The document is not in the file store any more: return the entry, so that it is sent again.")]
        )
    if what != APPROVED and not said:
        raise InvalidInput(_("Nothing was decided."), [_("Say why; the reason is kept in the history.")])
    if len(said) > REASON_MAX or not said.isprintable():
        raise InvalidInput(_("Nothing was decided."), [_("Reason: at most %(most)s characters, in one line", most=REASON_MAX)])
    session = attestor.session
    if what == APPROVED:
        entry.statement_id = attestor.credited_elsewhere(entry.person_id, statement_content(entry))
        entry.statement_sha256 = text_sha256(xapi.store.load_texts(session, [entry.statement_id])[entry.statement_id]).hex()
    elif entry.statement_id is not None:
        attestor.void(entry.statement_id, said)
    entry.state = what
    session.add(ElsewhereDecision(entry_id=entry.id, what=what, reason=said, at=attestor.now, by=by))
    session.flush()
    session.expire(entry, ["decisions"])
    return True


def statement_content(entry: ElsewhereHours) -> dict[str, object]:
    """Return what the statement of an approval says; an entry and its statement are compared by it."""
    return {
        "elsewhere": entry.id,
        "kind": entry.kind,
        entry.unit: f"{entry.amount.normalize():f}",
        "from": entry.first_on.isoformat(),
        "until": entry.last_on.isoformat(),
        "title": entry.title,
        "provider": entry.provider,
        "document": entry.document_sha256,
    }


def bundled(entry: ElsewhereHours) -> dict[str, object]:
    """Return an approved entry as a lifetime record carries it."""
    content = {key: value for key, value in statement_content(entry).items() if key != "elsewhere"}
    approved = max(one.at for one in entry.decisions if one.what == APPROVED)
    return content | {"id": str(entry.id), "statement": str(entry.statement_id), "approved_at": approved.isoformat(timespec="seconds")}


def forget(session: Session, person_id: int) -> None:
    """Delete what was entered for a person who is erased. Their documents (`folder_of`) go when that is committed."""
    own = select(ElsewhereHours.id).where(ElsewhereHours.person_id == person_id)
    session.execute(delete(ElsewhereDecision).where(ElsewhereDecision.entry_id.in_(own)))
    session.execute(delete(ElsewhereHours).where(ElsewhereHours.person_id == person_id))


def folder_of(person_id: int) -> str:
    """Return the folder of a person's documents in the file store."""
    return f"elsewhere/{person_id}/"
