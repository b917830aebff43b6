"""Read a person's lifetime record: the evidence of all their enrolments, judged by a multi-year rule."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.classes.models import Enrolment
from lms.crediting.inputs import person_digest
from lms.hours import LifetimeCase, LifetimeResult, LifetimeRule, judge_lifetime
from lms.i18n import local_time
from lms.lifetime.elsewhere import bundled, counting, of_person
from lms.lifetime.models import APPROVED, ElsewhereHours, LifetimeRuleVersion
from lms.lifetime.rules import newest_versions, rule_of
from lms.transcripts.transcript import Transcript, read_many

FORMAT = 1


@dataclass(frozen=True, slots=True)
class ProgrammeShare:
    """The part of one enrolment in the record, in seconds: what it credited, what counts, and what does not and why."""

    transcript: Transcript
    credited: Mapping[str, int]  # by source
    counted: Mapping[str, int]
    overlap: int
    repeated: int
    limited: int  # beyond the most of a calendar day
    beside: Sequence[int]  # enrolments for which the overlapping time counts
    instead: Sequence[int]  # enrolments for which the same activities count

    @property
    def left_out(self) -> int:
        """The credited seconds that do not count here."""
        return self.overlap + self.repeated + self.limited


@dataclass(frozen=True, slots=True)
class LifetimeRecord:
    """A person's hours by one rule, at the time `made_at`."""

    person: Person
    version: LifetimeRuleVersion
    rule: LifetimeRule
    result: LifetimeResult
    transcripts: Sequence[Transcript]
    elsewhere: Sequence[ElsewhereHours]  # in every state, the latest first
    made_at: datetime

    @property
    def shares(self) -> Sequence[ProgrammeShare]:
        """The part of each enrolment, the newest first."""
        return [_share(self.result, one) for one in self.transcripts]

    def is_worthless(self, entry: ElsewhereHours) -> bool:
        """Say whether approved hours earned elsewhere count nothing, because this rule does not know their kind or its value for a day."""
        return str(entry.id) in self.result.unconverted

    @property
    def bundle(self) -> str:
        """The record as JSON from which `lms hours recompute` gives the same result, without a database."""
        return json.dumps(self._content(), ensure_ascii=False, indent=1, sort_keys=True)

    def _content(self) -> dict[str, Any]:
        bundles = {str(one.standing.enrolment.id): json.loads(one.bundle) for one in self.transcripts}
        named = {bundle["about"]["person"] for bundle in bundles.values() if "about" in bundle}  # certificates keep an earlier name
        return {
            "lifetime": FORMAT,
            "as_of": local_time(self.made_at, self.rule.time_zone).date().isoformat(),
            "rule": self.version.document,
            "rule_sha256": self.version.sha256,
            "enrolments": bundles,
            "elsewhere": [bundled(one) for one in sorted(self.elsewhere, key=lambda one: one.id) if one.state == APPROVED],
            "persons": sorted(named | {person_digest(self.person.account, self.person.name)}),
        }


def read_record(session: Session, person: Person, now: datetime) -> list[LifetimeRecord]:
    """Return a person's record by the newest version of every rule; none without rules."""
    versions = newest_versions(session)
    if not versions:
        return []
    numbers = session.scalars(select(Enrolment.id).where(Enrolment.person_id == person.id).order_by(Enrolment.id.desc())).all()
    transcripts = read_many(session, numbers, now) if numbers else []
    elsewhere = of_person(session, person.id)
    cases = {one.standing.enrolment.id: one.case for one in transcripts}
    found = []
    for version in versions:
        rule = rule_of(version)
        case = LifetimeCase(rule, cases, counting(elsewhere), local_time(now, rule.time_zone).date())
        found.append(LifetimeRecord(person, version, rule, judge_lifetime(case), transcripts, elsewhere, now))
    return found


def _share(result: LifetimeResult, transcript: Transcript) -> ProgrammeShare:
    own = [one for one in result.lines if one.line.enrolment == transcript.standing.enrolment.id]
    credited: dict[str, int] = defaultdict(int)
    counted: dict[str, int] = defaultdict(int)
    for one in own:
        credited[one.line.source] += sum(end - start for start, end in one.line.spans)
        counted[one.line.source] += sum(one.counted.values())
    beside = sorted({number for one in own for number in one.beside})
    instead = sorted({number for one in own for number in one.instead})
    return ProgrammeShare(
        transcript,
        credited,
        counted,
        overlap=sum(one.overlap_seconds for one in own),
        repeated=sum(one.repeated_seconds for one in own),
        limited=sum(one.limited_seconds for one in own),
        beside=beside,
        instead=instead,
    )
