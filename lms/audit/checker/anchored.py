"""Check the anchors of a bundle: the list of heads gives the root, and the ledgers of the class go through their heads."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from courses.strict_json.canonical import canonical
from lms.audit.checker.signature import anchor_fits
from lms.crediting.chain import Entry

HEAD_FIELDS = 4


def anchor_problems(name: str, text: str, key: str, chains: Mapping[int, Sequence[tuple[Entry, str]]]) -> Iterator[str]:
    """Yield what is wrong with one anchor file, and the ledgers that are not those that were anchored."""
    first, *heads = text.splitlines() or [""]
    try:
        anchor: dict[str, Any] = json.loads(first)
        signature, root, public_key = anchor.pop("signature"), anchor["root"], anchor["public_key"]
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        yield f"{name}: is not an anchor"
        return
    if public_key != key:
        yield f"{name}: was made with another key"
    if not anchor_fits(public_key, signature, canonical(anchor)):
        yield f"{name}: its signature does not fit: it was changed"
    if not heads:
        return
    if hashlib.sha256("".join(f"{one}\n" for one in heads).encode()).hexdigest() != root:
        yield f"{name}: the list of heads is not the one that the anchor was made over"
    for line in heads:
        parts = line.split(" ")
        if len(parts) == HEAD_FIELDS and parts[0] == "enrolment" and int(parts[1]) in chains:
            chain, length = chains[int(parts[1])], int(parts[2])
            if len(chain) < length or chain[length - 1][1] != parts[3]:
                yield f"enrolment {parts[1]}: its ledger is not the one that was anchored at {anchor.get('at')}"
