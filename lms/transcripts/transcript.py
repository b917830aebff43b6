"""The content of one enrolment's transcript. It is read once, and shown as a page, a PDF, a spreadsheet or a bundle."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

import msgspec
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.strict_json.canonical import canonical
from lms.accounts.models import Organisation
from lms.classes.freezing import frozen_because
from lms.crediting.certified import FrozenAccount, accounts_of, bundle_text
from lms.crediting.chain import Entry
from lms.crediting.evidence import cases_of
from lms.crediting.models import Certificate, Observation
from lms.crediting.standing import Standing, of_enrolments
from lms.crediting.stored_chains import chains_of, ends_of
from lms.errors import NotFound
from lms.hours import Case, Explanation, dump, hours_of
from lms.hours.done import replacing
from lms.hours.instants import write_instant
from lms.hours.intervals import union
from lms.i18n import write_time
from lms.printing.letterheads import SetLetterhead, letterheads_of
from lms.programmes.progress import RequirementProgress
from lms.transcripts.about import About, about_of
from lms.transcripts.identity import Belongs, belongs_of
from lms.transcripts.lines import CaseDecision, Chapter, TranscriptLine, chapter_of
from lms.transcripts.stretches import Day, days_of


@dataclass(frozen=True, slots=True)
class Transcript:
    """One enrolment's transcript at the time `issued_at`. With a valid `certificate`, evidence and rules are those that it froze."""

    standing: Standing
    case: Case
    decision: CaseDecision
    chapters: Sequence[Chapter]
    entries: Sequence[tuple[Entry, str]]
    issued_at: datetime
    about: About  # the bundle's person and rules
    belongs: Belongs
    letterhead: SetLetterhead | None = None  # of the class's provider
    certificate: Certificate | None = None

    @property
    def explanation(self) -> Explanation:
        """The explanation of the case."""
        return self.decision.explanation

    @property
    def requirements(self) -> Sequence[RequirementProgress]:
        """The track's requirements, and how much of them is earned."""
        return self.standing.requirements

    @property
    def hours(self) -> Decimal:
        """All hours on the account, for any requirement, without activities that replace a session: converted and rounded once."""
        standing_in = replacing(self.case.track)
        seconds = sum(seconds for name, seconds in self.standing.credited.items() if name not in standing_in)
        return hours_of(seconds, self.case.policy)

    @property
    def is_behind(self) -> bool:
        """Whether there is evidence that the ledger lacks; it follows within seconds."""
        return frozen_because(self.standing.enrolment) is None and any(
            line.is_behind for chapter in self.chapters for line in chapter.lines
        )

    @property
    def erased_at(self) -> datetime | None:
        """The time at which the evidence was erased: the account stays, and nobody can recompute it."""
        return self.standing.enrolment.evidence_erased_at

    @property
    def certified_words(self) -> str:
        """Return under which certificate an account is frozen, and since when; empty for all other accounts."""
        if self.certificate is None:
            return ""
        when = write_time(self.certificate.issued_at, zone=self.case.policy.time_zone)
        said = _(
            "As certified on %(when)s, certificate %(number)s version %(version)s. Evidence received later is kept and is not part of it.",
            when=when,
            number=self.certificate.number,
            version=self.certificate.version,
        )
        return str(said)

    @property
    def issued(self) -> str:
        """Return the moment of issue in the time zone of its programme, by whose days the hours were counted."""
        return write_time(self.issued_at, zone=self.case.policy.time_zone)

    @property
    def ledger_head(self) -> str:
        """The hash of the latest ledger entry, which covers all entries before it."""
        return self.entries[-1][1] if self.entries else "–"

    @property
    def bundle(self) -> str:
        """The evidence bundle as JSON text: the same bytes for the same evidence, ordered by time, in any order of arrival.

        For a certified account it is the certificate's bundle, and later evidence is not part of it.
        """
        if self.certificate is not None:
            return bundle_text(self.certificate)
        return bundle_of(self.case, self.about, self.erased_at)

    @property
    def bundle_sha256(self) -> str:
        """The hash of the evidence from which the hours follow."""
        return fingerprint(self.bundle)

    @property
    def as_of(self) -> str:
        """The moment of issue as `earlier.read_moment` reads it."""
        return write_instant(int(self.issued_at.timestamp()))

    def line(self, name: str) -> TranscriptLine:
        """Return one activity's line.

        Raises:
            NotFound: the transcript has no such activity.
        """
        for chapter in self.chapters:
            for line in chapter.lines:
                if line.name == name:
                    return line
        raise NotFound(_("There is no such activity on this transcript."))

    def days_of(self, line: TranscriptLine) -> Sequence[Day]:
        """Return a line's measured time by day, with the part that counted."""
        beside = {name for one in line.why.uncounted for name in one.beside}
        others = union(interval for name in beside for interval in self.explanation.activities[name].account.measured)
        return days_of(line.why, others, self.case.policy.time_zone)


def bundle_of(case: Case, about: About, erased_at: datetime | None = None) -> str:
    """Return the evidence bundle of a case."""
    bundle = dump(case) | {"about": about}
    if erased_at is not None:
        bundle["evidence_erased"] = erased_at.isoformat(timespec="seconds")
    bundle["observations"] = _ordered(bundle["observations"])
    # The bytes are those of json.dumps(indent=1), which writes in Python and takes five times as long.
    return msgspec.json.format(canonical(bundle), indent=1).decode()


def _ordered(observations: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the observations by time, those of one time by their text, which is written only for them."""
    ordered: list[Mapping[str, Any]] = []
    for _time, together in groupby(sorted(observations, key=_when), key=_when):
        own = list(together)
        ordered += own if len(own) == 1 else sorted(own, key=lambda seen: json.dumps(seen, sort_keys=True))
    return ordered


def fingerprint(bundle: str) -> str:
    """Return the SHA-256 of a bundle, as transcripts print it."""
    return hashlib.sha256(bundle.encode()).hexdigest()


def _when(seen: Mapping[str, Any]) -> str:
    """Return the time of an observation in a bundle; a waiver has none there and comes first."""
    return str(seen.get("from") or seen.get("in") or seen.get("at") or seen.get("on") or "")


def read(session: Session, enrolment_id: int, now: datetime) -> Transcript:
    """Read an enrolment's transcript.

    Raises:
        NotFound: there is no such enrolment.
    """
    return read_many(session, [enrolment_id], now)[0]


def read_many(session: Session, enrolment_ids: Sequence[int], now: datetime, *, for_paper: bool = False) -> list[Transcript]:
    """Read several transcripts, in the order of the given ids. `for_paper`: with the last ledger entry only, which paper names.

    Raises:
        NotFound: one of them does not exist.
        Conflict: the frozen evidence of one of them cannot be read.
    """
    standings = of_enrolments(session, enrolment_ids)
    if len(standings) != len(enrolment_ids):
        raise NotFound(_("There is no such enrolment."))
    accounts = _accounts(session, standings)
    belongs, chains = belongs_of(session, enrolment_ids), (ends_of if for_paper else chains_of)(session, enrolment_ids)
    providers = {one.training_class.provider_id for one in standings}
    heads = letterheads_of(session, session.scalars(select(Organisation).where(Organisation.id.in_(providers))).all())
    found = []
    for one in standings:
        number = one.enrolment.id
        issue = _Issue(now, belongs[number], heads.get(one.training_class.provider_id))
        found.append(_transcript(one, accounts[number], chains[number], issue))
    return found


@dataclass(frozen=True, slots=True)
class _Issue:
    """The time at which a transcript is read, and whose it is."""

    at: datetime
    belongs: Belongs
    letterhead: SetLetterhead | None


@dataclass(frozen=True, slots=True)
class _OpenAccount:
    """The evidence kept until now, under the rules of today."""

    case: Case
    about: About
    certificate: None = None


def _accounts(session: Session, standings: Sequence[Standing]) -> Mapping[int, FrozenAccount | _OpenAccount]:
    frozen = accounts_of(session, [one.enrolment for one in standings])
    rest = [one for one in standings if one.enrolment.id not in frozen]
    if not rest:
        return frozen
    cases = cases_of(session, {one.enrolment.id: one.policy for one in rest})
    about = about_of(session, rest)
    return {**frozen, **{number: _OpenAccount(cases[number], about[number]) for number in cases}}


def _transcript(
    standing: Standing, account: FrozenAccount | _OpenAccount, entries: Sequence[tuple[Entry, str]], issue: _Issue
) -> Transcript:
    decision = CaseDecision(account.case)
    chapters = [chapter_of(course, standing, decision) for course in standing.courses]
    seen = (standing, account.case, decision, chapters, entries)
    return Transcript(*seen, issue.at, account.about, issue.belongs, issue.letterhead, account.certificate)


def evidence_of(session: Session, enrolment_id: int, name: str) -> Sequence[Observation]:
    """Return the kept evidence of one activity, including voided evidence, in order of receipt."""
    return session.scalars(
        select(Observation)
        .where(Observation.enrolment_id == enrolment_id, Observation.activity == name)
        .order_by(Observation.at, Observation.id)
    ).all()
