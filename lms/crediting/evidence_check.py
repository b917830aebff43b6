"""Check for `lms ledger verify --statements` that an enrolment's evidence matches its statements.

A statement's text is compared with the digest that its evidence carries and the ledger covers. A missing statement
is accepted only if its removal was recorded.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import fields, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi.outbox
import xapi.store
from lms.crediting import chain
from lms.crediting.bounds import Proved, beyond, numbered
from lms.crediting.evidence_intake import all_proved, sort_by_enrolment
from lms.crediting.graders import always_by_server
from lms.crediting.models import Observation
from lms.crediting.observe import Observed
from lms.crediting.policy import EnrolmentPolicy
from lms.crediting.removals import Removals
from lms.programmes.models import ProgrammeVersion
from lms.programmes.store import document_of
from lms.vocabulary import VOIDED
from xapi.removals import stored_when
from xapi.statements import stored

STATEMENTS_AT_ONCE = 500
OUTCOMES = frozenset({"completed", "passed"})
_FIELDS = [field.name for field in fields(Observed)]


class Compared:
    """One enrolment's evidence and its statements."""

    def __init__(self, session: Session, number: int, enrolment_policy: EnrolmentPolicy, public_url: str, removals: Removals) -> None:
        self._session, self._number, self._policy, self._public_url, self._removals = (
            session,
            number,
            enrolment_policy,
            public_url,
            removals,
        )
        self._kept: dict[uuid.UUID, list[Observation]] = {}
        rows = session.scalars(select(Observation).where(Observation.enrolment_id == number).order_by(Observation.part))
        for row in rows:
            self._kept.setdefault(row.statement_id, []).append(row)
        self._waits = xapi.outbox.oldest(session) is not None  # a statement that voids another may still be waiting
        self._as_graded_once = enrolment_policy
        self.statements = self.removed = self.behind = 0

    def problems(self, entries: Sequence[chain.Entry]) -> Iterator[str]:
        """Yield the evidence that its statement does not prove, and the entries whose evidence is missing."""
        self._trust_as_recorded(entries)
        for entry in entries:
            for one in entry.evidence:
                if _uuid(one) not in self._kept:
                    yield f"entry {entry.number} rests on statement {one}, of which no evidence is kept"
        ids = sorted(self._kept)
        for start in range(0, len(ids), STATEMENTS_AT_ONCE):
            yield from self._compare(ids[start : start + STATEMENTS_AT_ONCE])

    def _trust_as_recorded(self, entries: Sequence[chain.Entry]) -> None:
        """Also trust the providers named by the programme versions under which the chain's entries were decided, and what content reported
        while a version of its course let the content grade.
        """
        versions = [self._session.get(ProgrammeVersion, number) for number in sorted({one.programme_version_id for one in entries})]
        named = [document_of(one).trusted_providers for one in versions if one is not None]
        whole = self._policy.class_policy
        trusting = replace(whole, trusted_providers=whole.trusted_providers.union(*named))
        always = always_by_server(self._session, whole.server_graded)
        checked = always_by_server(self._session, whole.server_completed, "checks")
        self._policy, self._as_graded_once = (
            replace(self._policy, class_policy=one) for one in (trusting, replace(trusting, server_graded=always, server_completed=checked))
        )

    def _compare(self, ids: Sequence[uuid.UUID]) -> Iterator[str]:
        there = xapi.store.load_texts(self._session, ids)
        excused = self._removals.statements(self._session, stored_when(self._session, ids))
        self.statements += len(there)
        self.removed += len(excused)
        proved = self._proved(sorted(there), self._policy)
        said = _by_part(proved)
        graded = said if self._as_graded_once == self._policy else _by_part(self._proved(sorted(there), self._as_graded_once))
        for statement in ids:
            if statement in there:
                if self._changed(statement, there[statement]):
                    yield f"statement {statement} was changed after it was stored"
                kept = self._kept[statement]
                if not any(self._agrees(kept, one.get(statement, {}), proved) for one in (said, graded)):
                    yield f"the evidence of statement {statement} is not what the record store has of it"
            elif statement not in excused:
                yield f"statement {statement} is not there, and no removal of it was recorded"
        yield from self._voiding(ids)

    def _proved(self, ids: Sequence[uuid.UUID], policy: EnrolmentPolicy) -> Sequence[Proved]:
        found = sort_by_enrolment(self._session, ids).get(self._number)
        return all_proved(self._session, found, policy, self._public_url, kept=True) if found else ()

    def _changed(self, statement: uuid.UUID, text: str) -> bool:
        digest = chain.text_sha256(text)
        return any(row.statement_sha256 not in (None, digest) for row in self._kept[statement])

    def _agrees(self, kept: Sequence[Observation], said: Mapping[int, Observed], proved: Sequence[Proved]) -> bool:
        """Say whether the kept evidence of a statement matches what the statement proves.

        Two kinds may be missing: evidence beyond the limits, and outcomes that earlier rules did not read (`rereading`).
        """
        there = {row.part: _observed(row) for row in kept}
        if there == said:
            return True
        if any(said.get(part) != one for part, one in there.items()):
            return False
        statement = kept[0].statement_id
        excess = beyond(self._session, self._number, [one for one in proved if one[0] == statement])
        more = {part for part in said.keys() - there.keys() if (statement, part) not in excess}
        self.behind += bool(more)
        return all(said[part].kind in OUTCOMES for part in more)

    def _voiding(self, ids: Sequence[uuid.UUID]) -> Iterator[str]:
        if self._waits:
            return
        void = xapi.store.voided_among(self._session, ids)
        for statement in ids:
            kept = self._kept[statement]
            if any(row.voided != (statement in void) for row in kept):
                yield f"the evidence of statement {statement} counts as {'void' if kept[0].voided else 'valid'}, and is not"
        for statement in sorted(void - self._voided_by_others(void)):
            yield f"statement {statement} counts as void, and no statement says so"

    def _voided_by_others(self, void: Set[uuid.UUID]) -> Set[uuid.UUID]:
        """Return which statements are voided by a statement that exists, or whose removal was recorded."""
        voiders = xapi.store.voiders_of(self._session, void)
        every = sorted({by for own in voiders.values() for by in own})
        texts = xapi.store.load_texts(self._session, every)
        excused = self._removals.statements(self._session, stored_when(self._session, every))
        return {target for target, own in voiders.items() if any(by in excused or _voids(texts.get(by), target) for by in own)}


def _by_part(proved: Sequence[Proved]) -> dict[uuid.UUID, dict[int, Observed]]:
    said: dict[uuid.UUID, dict[int, Observed]] = {}
    for part, (one, what) in numbered(proved):
        said.setdefault(one, {})[part] = what
    return said


def _observed(row: Observation) -> Observed:
    return Observed(**{name: getattr(row, name) for name in _FIELDS})


def _voids(text: str | None, target: uuid.UUID) -> bool:
    try:
        statement = stored(text or "")
        return bool(statement["verb"]["id"] == VOIDED and uuid.UUID(statement["object"]["id"]) == target)
    except (ValueError, KeyError, TypeError):
        return False


def _uuid(text: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None
