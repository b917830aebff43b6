"""Describe in words what a statement attests, and which ledger entries it changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.accounts.models import Person
from lms.classes.models import ClassSession, Enrolment, TrainingClass
from lms.crediting.chain import Entry
from lms.crediting.evidence_intake import is_attestation
from lms.crediting.ledger import entries_of
from lms.crediting.observe import epoch
from lms.crediting.observe_attestations import attested_of, enrolment_of
from lms.i18n import pick, unit_after, write_day, write_time
from lms.programmes.models import ProgrammeVersion
from lms.programmes.store import document_of
from lms.programmes.values import Requirement
from lms.records.people import Statement
from lms.transcripts.words import instant_words


@dataclass(frozen=True, slots=True)
class AttestedWords:
    """An attestation as pairs of a term and its value, and the ledger entries that name the statement."""

    facts: Sequence[tuple[str, str]]
    entries: Sequence[str]


def attested_words(session: Session, statement_id: UUID, statement: Statement) -> AttestedWords | None:
    """Return the attestation in words; None for any other statement."""
    number = enrolment_of(statement) if is_attestation(statement) else None
    enrolment = None if number is None else session.get(Enrolment, number)
    if enrolment is None:
        return None
    said = attested_of(statement)
    facts = _about_session(session, said) if statement["verb"]["id"] == v.ATTENDED else _about_requirement(session, enrolment, said)
    by = _instructor(session, statement)
    moved = [entry for entry, _digest in entries_of(session, enrolment.id) if str(statement_id) in entry.evidence]
    units = {"half_days": _("half-days"), "months": _("months"), "tasks": _("tasks"), "courses": _("courses"), "seconds": _("seconds")}
    return AttestedWords([*facts, (_("Attested by"), by)], [_entry_words(one, units) for one in moved])


def _entry_words(entry: Entry, units: Mapping[str, str]) -> str:
    amount = f"{entry.amount:+d}"
    unit = unit_after(units.get(entry.unit, entry.unit), amount)
    recorded = write_time(entry.recorded_at)
    return _(
        "Ledger entry %(number)s of %(time)s: %(amount)s %(unit)s",
        number=entry.number,
        time=recorded,
        amount=amount,
        unit=unit,
    )


def _about_session(session: Session, said: Any) -> list[tuple[str, str]]:
    code, _colon, key = str(said.get("place", "")).partition(":")
    query = select(ClassSession.title).join(TrainingClass, TrainingClass.id == ClassSession.class_id)
    title = session.scalar(query.where(TrainingClass.code == code, ClassSession.key == key)) or str(said.get("place", ""))
    times = [_instant_words(str(said.get(name, ""))) for name in ("in", "out")]
    return [(_("Session"), title), (_("Was there"), " – ".join(times))]


def _instant_words(text: str) -> str:
    try:
        return instant_words(epoch(text))
    except (ValueError, OverflowError):
        return text


def _about_requirement(session: Session, enrolment: Enrolment, said: Any) -> list[tuple[str, str]]:
    asked = _requirement(session, enrolment, str(said.get("requirement", "")))
    title = pick(asked.title.zh, asked.title.en) if asked else str(said.get("requirement", ""))
    facts = [(_("Requirement"), title)]
    if "amount" in said:
        unit = pick(asked.unit.zh, asked.unit.en) if asked else ""
        facts.append((_("Waived"), f"{said['amount']} {unit_after(unit, said['amount'])}".strip()))
    if "on" in said:
        facts.append((_("Log of the day"), write_day(date.fromisoformat(str(said["on"])))))
    if said.get("reason"):
        facts.append((_("Reason"), str(said["reason"])))
    return facts


def _requirement(session: Session, enrolment: Enrolment, key: str) -> Requirement | None:
    version = session.scalar(
        select(ProgrammeVersion)
        .join(TrainingClass, TrainingClass.programme_version_id == ProgrammeVersion.id)
        .where(TrainingClass.id == enrolment.class_id)
    )
    return None if version is None else next((one for one in document_of(version).requirements if one.key == key), None)


def _instructor(session: Session, statement: Statement) -> str:
    account = statement.get("context", {}).get("instructor", {}).get("account", {}).get("name")
    name = session.scalar(select(Person.name).where(Person.account == account)) if account else None
    return name or _("Command line")
