"""Check one person's ledger and evidence: the chain is whole, and the evidence gives exactly the account."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from lms.crediting.chain import Entry, Inputs, RunningHash, problems
from lms.hours import Case, Result, load_json, parse, recompute

WAIVED = "waived/"  # before the names of accounts of waived amounts
Sums = Mapping[tuple[str, str], int]


def entries_in(rows: Sequence[Mapping[str, Any]], enrolment: int) -> list[tuple[Entry, str]]:
    """Return the entries of a ledger file, each with its stored hash."""
    return [(_entry(row, enrolment), row["hash"]) for row in rows]


def _entry(row: Mapping[str, Any], enrolment: int) -> Entry:
    inputs = row["inputs"]
    return Entry(
        enrolment_id=enrolment,
        number=row["number"],
        account=row["account"],
        amount=row["amount"],
        reason=row["reason"],
        programme_version_id=row["programme_version"],
        policy_sha256=row["policy"],
        evidence=tuple(row["evidence"]),
        recorded_at=datetime.fromisoformat(row["recorded_at"]),
        previous_hash=row["previous"],
        unit=row["unit"],
        format=row["format"],
        inputs=None if inputs is None else Inputs(inputs[0], inputs[1], RunningHash(inputs[2], inputs[3])),
    )


def chain_problems(entries: Sequence[tuple[Entry, str]], head: str | None) -> list[str]:
    """Return what is wrong with a chain whose last hash must be `head`."""
    return [f"ledger: {one}" for one in problems(entries, length=len(entries), head=head)]


def case_in(text: str) -> tuple[Case | None, Mapping[str, Any], list[str]]:
    """Read an evidence bundle: its case, the part that names its person and rules, and its problems."""
    document, wrong = load_json(text)
    if wrong or not isinstance(document, dict):
        return None, {}, ["evidence: cannot be read"]
    about = document.pop("about", {})
    case = parse(document)
    if isinstance(case, list):
        return None, about, [f"evidence: {one.path}: {one.code}" for one in case]
    return case, about, []


def account_problems(entries: Sequence[tuple[Entry, str]], result: Result) -> Iterator[str]:
    """Yield the accounts that differ from what the evidence gives."""
    stands, gives = sums_of(entries), target_of(result)
    for name, unit in sorted(stands.keys() | gives.keys()):
        if stands.get((name, unit), 0) != gives.get((name, unit), 0):
            account = f"{name or 'the account'} stands at {stands.get((name, unit), 0)} {unit}"
            yield f"{account}, its evidence gives {gives.get((name, unit), 0)} {unit}"


def sums_of(entries: Sequence[tuple[Entry, str]]) -> Sums:
    """Return the sums of a ledger, by account and unit."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for entry, _hash in entries:
        found[entry.account, entry.unit] += entry.amount
    return {account: amount for account, amount in found.items() if amount}


def target_of(result: Result) -> Sums:
    """Return the sums that decided evidence requires."""
    if result.track is None:
        return {(name, "seconds"): one.credited_seconds for name, one in result.activities.items() if one.credited_seconds}
    earned = result.track.earnings.items()
    return {(f"{WAIVED}{one.name}" if one.waived else one.name, one.unit): amount for one, amount in earned if amount}


def decided(case: Case) -> Result | None:
    """Decide a case; None if it cannot be decided."""
    try:
        return recompute(case)
    except Exception:  # any value in a file may cause any error: it becomes a finding
        return None
