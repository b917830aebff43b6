"""The digests of the register of certificates. Pure: an auditor's checker computes them without this site."""

import hashlib
from collections.abc import Mapping
from typing import Any

from courses.strict_json.canonical import canonical, digest_of

ENTRY = ("position", "event", "number", "version", "enrolment_id", "by", "reason_sha256", "contents_sha256")
LINKS = ("ledger_length", "ledger_head", "previous_hash")


def entry_sha256(entry: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a register entry as canonical JSON; `at` is its instant with microseconds.

    The reason is covered through its digest, because erasure deletes it.
    """
    content = {name: entry[name] for name in (*ENTRY, *LINKS, "at")}
    if entry["proposed_by"] is not None:  # hashes of entries without a proposal stay what they were
        content["proposed_by"] = entry["proposed_by"]
    return digest_of(content)


def contents_sha256(certificate: Mapping[str, Any]) -> str:
    """Return the digest of a certificate's contents. Person and evidence are covered through their digests, so they can be erased."""
    whose = {"number": certificate["number"], "version": certificate["version"], "enrolment": certificate["enrolment_id"]}
    said = {name: certificate[name] for name in ("facts", "rules", "issued_at")} | {"class": certificate["class_id"]}
    return digest_of(whose | said | {"person": certificate["person_sha256"], "bundle": certificate["bundle_sha256"]})


def salted_sha256(salt: str, value: Any) -> str:
    """Return the SHA-256 of a value with a salt; without the salt, nobody can guess the value."""
    return hashlib.sha256(salt.encode() + canonical(value)).hexdigest()
