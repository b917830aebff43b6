"""Verify that the ledger follows from its evidence and was not edited.

For every enrolment: its chain is complete; the total kept for lists is the chain's sum; its inputs match the chain
(`inputs_check`); and deciding all evidence again gives the current account. The last check is impossible
if the evidence was erased; those enrolments are listed. So are those that were decided correctly by an earlier rule and not
again since. A certified account is compared with its certificate instead (`lms.certification.register_check`).
For every class: its programme document and course outlines are the published ones (`published_check`). Statements that still wait in the
outbox do not count yet.

On request, because it reads every statement again: the evidence is what the statements in the record store prove
(`evidence_check`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi.store
from lms.classes.freezing import FreezeReason, frozen_because
from lms.classes.models import Enrolment
from lms.crediting import chain, inputs_check, ledger, published_check
from lms.crediting.earlier_rates import earlier_rates
from lms.crediting.evidence import RateSegments, cases_of
from lms.crediting.evidence_check import Compared
from lms.crediting.held_sessions import listed_as, listed_holds
from lms.crediting.models import Observation
from lms.crediting.observe import OWN
from lms.crediting.policy import EnrolmentPolicy, policies_before, policies_of
from lms.crediting.rates import real_rates
from lms.crediting.removals import NOTHING, Removals
from lms.crediting.units import ALL_UNITS, held_of, target_of, verdict_of
from lms.hours import Case, changes, recompute
from xapi.statements import stored

AT_ONCE = 200
LOOKED_AT = 50  # statements that are examined to find the site's address


class Finding(NamedTuple):
    """A problem of one enrolment's account; without an enrolment, a problem of data that several accounts share."""

    enrolment_id: int | None
    problem: str

    def __str__(self) -> str:
        return self.problem if self.enrolment_id is None else f"enrolment {self.enrolment_id}: {self.problem}"


@dataclass(slots=True)
class CheckedBatch:
    """The findings of some enrolments."""

    enrolments: int = 0
    entries: int = 0
    findings: list[Finding] = field(default_factory=list)
    erased: list[int] = field(default_factory=list)  # enrolments whose evidence was erased
    certified: int = 0  # accounts that are frozen: `lms.certification.register_check` compares them with what was certified
    recomputed: int = 0  # accounts whose evidence was decided again
    statements: int = 0  # statements that were compared with their evidence
    removed: int = 0  # statements that could not be compared, because their month was removed, as recorded
    behind: int = 0  # statements from which the present rules read more than is kept (`rereading`)
    waiting: list[int] = field(default_factory=list)  # enrolments that wait to be credited again: an earlier rule decided them
    unbaselined: list[int] = field(default_factory=list)  # enrolments whose chain does not record its inputs yet

    def add(self, other: "CheckedBatch") -> None:
        """Add the findings of other enrolments; a finding that several enrolments share is reported once."""
        self.enrolments, self.entries = self.enrolments + other.enrolments, self.entries + other.entries
        self.statements, self.removed = self.statements + other.statements, self.removed + other.removed
        self.findings += [one for one in other.findings if one.enrolment_id is not None or one not in self.findings]
        self.behind += other.behind
        self.erased += other.erased
        self.certified += other.certified
        self.recomputed += other.recomputed
        self.waiting += other.waiting
        self.unbaselined += other.unbaselined


def numbers_of(session: Session) -> list[int]:
    """Return the numbers of all enrolments to check."""
    return list(session.scalars(select(Enrolment.id).order_by(Enrolment.id)))


def addresses_of(session: Session) -> Set[str]:
    """Return the site addresses under which the latest evidence statements were stored."""
    newest = select(Observation.statement_id).order_by(Observation.id.desc()).limit(LOOKED_AT)
    texts = xapi.store.load_texts(session, session.scalars(newest).all())
    return {address for text in texts.values() if (address := _address_in(text)) is not None}


def _address_in(text: str) -> str | None:
    try:
        account = stored(text)["authority"]["account"]
        return str(account["homePage"]) if account["name"] in OWN else None
    except (ValueError, KeyError, TypeError):
        return None


def verify(
    session: Session, enrolment_ids: Iterable[int] | None = None, *, public_url: str | None = None, removals: Removals = NOTHING
) -> Iterator[CheckedBatch]:
    """Check enrolments (all, if none are given) and yield the findings, batch by batch.

    With `public_url`, the site's own address, evidence is also compared with its statements; `removals` says
    which of them may be missing.
    """
    wanted = numbers_of(session) if enrolment_ids is None else sorted(set(enrolment_ids))
    for start in range(0, len(wanted), AT_ONCE):
        yield check(session, wanted[start : start + AT_ONCE], public_url, removals)


def check(
    session: Session, numbers: Sequence[int], public_url: str | None, removals: Removals, *, recomputed: Set[int] | None = None
) -> CheckedBatch:
    """Check one batch of enrolments. Evidence is decided again for the enrolments in `recomputed` only (None: for all)."""
    rows = session.execute(select(Enrolment).where(Enrolment.id.in_(numbers)).order_by(Enrolment.id)).scalars().all()
    classes = published_check.check(session, {one.class_id for one in rows})
    checked = CheckedBatch(findings=[Finding(None, problem) for problem in classes.problems])
    left_out = frozenset(one.id for one in rows if recomputed is not None and one.id not in recomputed)
    batch = _VerifiedBatch(session, rows, classes.undecidable, (public_url, removals), left_out)
    for one in rows:
        batch.check(one, checked)
    for number in sorted(set(numbers) - {one.id for one in rows}):
        checked.findings.append(Finding(number, "there is no such enrolment"))
    return checked


def _is_of_earlier_rules(entries: Sequence[chain.Entry]) -> bool:
    """Say whether every entry that changed seconds has format 1; a baseline alone does not count as a decision."""
    return all(one.format == 1 for one in entries if one.unit == chain.SECONDS and one.amount)


class _VerifiedBatch:
    """Some enrolments, with the data that is read for all of them at once."""

    def __init__(
        self,
        session: Session,
        rows: Sequence[Enrolment],
        undecidable: Set[int],
        compared: tuple[str | None, Removals],
        left_out: Set[int],
    ) -> None:
        self._session, self._left_out = session, left_out
        self._public_url, self._removals = compared
        removals = self._removals
        self._accounts = ledger.sums(session, [one.id for one in rows])
        self._inputs = inputs_check.CheckedInputs(session, [one.id for one in rows])
        self._undecidable = undecidable
        self._holds = listed_holds(session, [one.id for one in rows])
        self._policies = policies_of(session, [one.id for one in rows if one.class_id not in undecidable and one.id not in left_out])
        self._cases = self._read_cases()
        asked = removals.erased
        self._recorded = (
            None if asked is None else asked(session, [one.person_id for one in rows if frozen_because(one) is FreezeReason.ERASED])
        )

    def _read_cases(self) -> dict[int, Case]:
        try:
            return cases_of(self._session, self._policies)
        except Exception:  # one of them cannot be read: checking one by one finds it
            return {}

    def check(self, one: Enrolment, checked: CheckedBatch) -> None:
        """Check one enrolment, and add the findings."""
        links = ledger.entries_of(self._session, one.id)
        entries = [entry for entry, _ in links]
        problems = [*chain.problems(links, length=one.ledger_length, head=one.ledger_head), *self._inputs.problems(one.id, entries)]
        seconds = ledger.seconds_of(self._accounts[one.id])
        if sum(seconds.values()) != one.credited_seconds:
            problems.append(f"its total is kept as {one.credited_seconds} s, its entries come to {sum(seconds.values())} s")
        if frozen_because(one) is FreezeReason.ERASED:
            checked.erased.append(one.id)
            if self._recorded is not None and one.person_id not in self._recorded:
                problems.append("its evidence is said to be erased, and no erasure of its person was recorded")
        elif one.id in self._left_out:
            pass
        elif frozen_because(one) is FreezeReason.CERTIFIED:
            checked.certified += 1
            problems += self._statement_problems(one.id, entries, checked) if one.class_id not in self._undecidable else ()
        elif one.class_id not in self._undecidable:
            checked.recomputed += 1
            judged = frozenset({chain.SECONDS}) if self._inputs.has_no_baseline(one.id, one.ledger_length) else ALL_UNITS
            wrong, listed = self._account_problems(one, self._accounts[one.id], judged)
            waits = bool(wrong) and self._was_right(one.id, entries, judged)
            checked.waiting += [one.id] if waits else []
            problems += listed if not wrong else [] if waits else wrong
            problems += self._statement_problems(one.id, entries, checked)
        if self._inputs.has_no_baseline(one.id, one.ledger_length):
            checked.unbaselined.append(one.id)
        checked.enrolments, checked.entries = checked.enrolments + 1, checked.entries + len(links)
        checked.findings += [Finding(one.id, problem) for problem in problems]

    def _account_problems(self, one: Enrolment, account: ledger.Sums, units: Set[str]) -> tuple[list[str], list[str]]:
        """Return where an account differs from the result of its evidence, and where the verdict for lists does.

        A chain from before units existed is judged by its seconds alone.
        """
        try:
            case = self._cases.get(one.id) or cases_of(self._session, {one.id: self._policies[one.id]})[one.id]
            result = recompute(case)
            decided = target_of(result)
        except Exception as error:  # any value in the database may cause any error: it becomes a finding, and the rest is checked
            return [f"its evidence cannot be decided ({type(error).__name__})"], []
        differing = [
            f"{moved.name} stands at {account.get(moved, 0)} {unit}, its evidence gives {decided.get(moved, 0)} {unit}"
            for moved in changes(account, decided)
            if moved.unit in units
            for unit in ["s" if moved.unit == chain.SECONDS else moved.unit]
        ]
        verdict = verdict_of(result)
        listed = [f"lists say {one.verdict}, its evidence gives {verdict or 'no verdict'}"] if one.verdict not in {"", verdict} else []
        held = sum(held_of(result).values())
        listed += [f"lists say {one.held_seconds} s held, its evidence gives {held} s"] if one.held_seconds != held and one.verdict else []
        listed += ["the list of its holds is not what its evidence gives"] if self._holds[one.id] != listed_as(case, result) else []
        return differing, listed

    def _was_right(self, number: int, entries: Sequence[chain.Entry], units: Set[str]) -> bool:
        """Say whether an account is what its evidence gave by the rules under which it was decided: earlier ones of activities, or, for
        seconds, those of films before format 2.
        """
        earlier = _is_of_earlier_rules(entries)
        moved = [one.policy_sha256 for one in entries if one.amount]
        judged = frozenset({chain.SECONDS}) if earlier else units
        try:
            if not earlier and moved[-1:] == [self._policies[number].class_policy.sha256]:
                return False
            return any(
                self._gives(number, policies, judged, earlier_rates if earlier else real_rates)
                for policies in policies_before(self._session, [number])
            )
        except Exception:  # nothing can be decided: the findings stand
            return False

    def _gives(self, number: int, policies: Mapping[int, EnrolmentPolicy], units: Set[str], rates: RateSegments) -> bool:
        """Say whether the evidence gives the account by these policies and this rule of films."""
        case = cases_of(self._session, policies, rates=rates)[number]
        return not any(one.unit in units for one in changes(self._accounts[number], target_of(recompute(case))))

    def _statement_problems(self, number: int, entries: Sequence[chain.Entry], checked: CheckedBatch) -> Iterator[str]:
        if self._public_url is None:
            return
        compared = Compared(self._session, number, self._policies[number], self._public_url, self._removals)
        try:
            yield from compared.problems(entries)
        except Exception as error:
            yield f"its evidence cannot be compared with its statements ({type(error).__name__})"
        checked.statements += compared.statements
        checked.removed += compared.removed
        checked.behind += compared.behind
