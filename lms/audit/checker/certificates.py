"""Check the certificates of a bundle and the register: contents, states, frozen evidence, and the chain of entries."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lms.audit.checker import accounts
from lms.audit.checker.archive import Bundle
from lms.certification.digests import contents_sha256, entry_sha256, salted_sha256
from lms.crediting.chain import GENESIS, Entry
from lms.hours import Result, plain_text

STATE_AFTER = {"issued": "valid", "superseded": "superseded", "revoked": "revoked"}
Chains = Mapping[int, Sequence[tuple[Entry, str]]]


def register_problems(register: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with the register's chain; entries of other classes have only their position and hash."""
    previous = GENESIS
    for expected, entry in enumerate(register, start=1):
        if entry["position"] != expected:
            yield f"register: entry {expected} is missing"
            return
        if "event" in entry:
            name = f"register: entry {expected} ({entry['event']} {entry['number']})"
            if entry["previous_hash"] != previous:
                yield f"{name} does not follow the entry before it"
            if entry_sha256(entry) != entry["hash"]:
                yield f"{name} was changed"
            if entry.get("reason_salt") and salted_sha256(entry["reason_salt"], entry["reason"]) != entry["reason_sha256"]:
                yield f"{name}: its reason was changed"
        previous = entry["hash"]


def certificate_problems(bundle: Bundle, chains: Chains) -> Iterator[str]:
    """Yield what is wrong with the certificates."""
    events: dict[tuple[str, int], list[Mapping[str, Any]]] = defaultdict(list)
    for entry in bundle.read("register.json"):
        if "event" in entry:
            events[entry["number"], entry["version"]].append(entry)
    certificates = bundle.read("certificates.json")
    for one in certificates:
        name = f"certificate {one['number']} version {one['version']}"
        for problem in _problems(bundle, one, events.get((one["number"], one["version"]), []), chains):
            yield f"{name}: {problem}"
    there = {(one["number"], one["version"]) for one in certificates}
    for number, version in sorted(events.keys() - there):
        yield f"certificate {number} version {version}: is in the register, and it is missing"


def _problems(bundle: Bundle, one: Mapping[str, Any], events: Sequence[Mapping[str, Any]], chains: Chains) -> Iterator[str]:
    happened = [entry["event"] for entry in events]
    if happened[:1] != ["issued"] or len(happened) > 2 or happened[1:] == ["issued"]:  # noqa: PLR2004
        yield f"the register says of it: {', '.join(happened) or 'nothing'}"
        return
    if STATE_AFTER[happened[-1]] != one["state"]:
        yield f"it is given as {one['state']}, the register says {happened[-1]}"
    if any(contents_sha256(one) != entry["contents_sha256"] for entry in events):
        yield "what it says was changed after it was issued"
    if one.get("salt") and salted_sha256(one["salt"], one["person"]) != one["person_sha256"]:
        yield "its name or school was changed"
    issued = events[0]
    then = list(chains.get(one["enrolment_id"], ()))[: issued["ledger_length"]]
    if len(then) != issued["ledger_length"] or (then and then[-1][1] != issued["ledger_head"]):
        yield f"entry {issued['ledger_length']} of its ledger is not the one that was certified"
        return
    if one["evidence"]:
        yield from _evidence_problems(bundle.text(one["evidence"]), one, then)


def _evidence_problems(text: str, one: Mapping[str, Any], then: Sequence[tuple[Entry, str]]) -> Iterator[str]:
    if hashlib.sha256(text.encode()).hexdigest() != one["bundle_sha256"]:
        yield "its frozen evidence was changed"
    case, _about, wrong = accounts.case_in(text)
    yield from wrong
    result = accounts.decided(case) if case is not None else None
    if result is None:
        yield "its frozen evidence cannot be decided"
        return
    yield from accounts.account_problems(then, result)
    said = one["facts"]
    if _facts_of(result, said) != [said["hours"], *((each["earned"], each["waived"]) for each in said["requirements"])]:
        yield "what it says is not what its frozen evidence gives"


def _facts_of(result: Result, facts: Mapping[str, Any]) -> list[object]:
    """Return the hours and the amounts of each requirement that the evidence gives."""
    judged = {} if result.track is None else result.track.requirements
    amounts: list[object] = [
        (plain_text(judged[one["key"]].earned), plain_text(judged[one["key"]].waived))
        if one["key"] in judged
        else (one["earned"], one["waived"])
        for one in facts["requirements"]
    ]
    return [plain_text(result.hours), *amounts]
