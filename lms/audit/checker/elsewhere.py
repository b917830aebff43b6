"""Check the hours earned elsewhere of a bundle: who entered and approved them, in which order, with which document and statement."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from courses.strict_json.canonical import digest_of
from lms.audit.checker.archive import Bundle
from lms.crediting.chain import text_sha256

FILE = "elsewhere.json"
PROPOSED, APPROVED = "proposed", "approved"
AFTER = {PROPOSED: ("approved", "returned", "withdrawn"), APPROVED: ("withdrawn",), "returned": (), "withdrawn": ()}
SHA256 = re.compile(r"[0-9a-f]{64}")
STATED = ("elsewhere", "kind", "hours", "days", "from", "until", "title", "provider", "document")


def elsewhere_problems(bundle: Bundle, enrolments: Sequence[int]) -> Iterator[str]:
    """Yield what is wrong with multi-year rules and entries; older bundles have none."""
    if not bundle.has(FILE):
        return
    found = bundle.read(FILE)
    for rule in found["rules"]:
        if digest_of(rule["document"]) != rule["sha256"]:
            yield f"multi-year rule {rule['code']} version {rule['version']} was changed"
    for one in found["entries"]:
        if one["enrolment"] not in enrolments:
            yield f"hours earned elsewhere {one['elsewhere']}: belong to nobody in this class"
        for problem in (*_decision_problems(one), *_proof_problems(one)):
            yield f"hours earned elsewhere {one['elsewhere']}: {problem}"


def _decision_problems(one: Mapping[str, Any]) -> Iterator[str]:
    state, at = PROPOSED, one["entered_at"]
    for done in one["decisions"]:
        if done["what"] not in AFTER[state] or done["at"] < at:
            yield f"it was {state}, and cannot be {done['what']} after that"
            return
        state, at = done["what"], done["at"]
        if done["by"] == one["person"]:
            yield "a decision about it is the person's own"
        if state == APPROVED and done["by"] == one["entered_by"]:
            yield "it was approved by the person who entered it"
    if one["entered_by"] == one["person"]:
        yield "the person entered it for themselves"
    if state != one["state"]:
        yield f"it is given as {one['state']}, its last decision says {state}"


def _proof_problems(one: Mapping[str, Any]) -> Iterator[str]:
    approved = any(done["what"] == APPROVED for done in one["decisions"])
    if not SHA256.fullmatch(str(one["document"])):
        yield "it names no document"
    if approved != bool(one["statement"] and SHA256.fullmatch(str(one["statement_sha256"]))):
        yield "approval and statement do not belong together"
    text = one.get("statement_text")
    if text is None:
        return
    if text_sha256(text).hex() != one["statement_sha256"]:
        yield "its statement was changed"
    extensions = json.loads(text)["context"]["extensions"].values()
    if {key: one[key] for key in STATED if key in one} not in extensions:
        yield "it is not what its statement says"
