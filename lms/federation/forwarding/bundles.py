"""Split statements into requests: one version, in order, limited in bytes. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from xapi.queries import StoredStatement

MOST_BYTES = 1024 * 1024  # of statements
MOST_ATTACHED = 16 * 1024 * 1024  # of their attachments; a single statement may have more
FIRST, SECOND = "1.0.3", "2.0.0"


def version_of(text: str) -> str:
    """Return the version in which a statement is sent: the version that it names."""
    return SECOND if str(json.loads(text).get("version", "")).startswith("2.") else FIRST


def bundles(statements: Sequence[StoredStatement], attached: Mapping[UUID, int]) -> Iterator[tuple[str, list[StoredStatement]]]:
    """Yield (version, statements) for each request; `attached` returns the size of a statement's attachments in bytes."""
    bundle: list[StoredStatement] = []
    version, size, data = FIRST, 0, 0
    for seen in statements:
        own = version_of(seen.text)
        full = size + len(seen.text) > MOST_BYTES or data + attached.get(seen.id, 0) > MOST_ATTACHED
        if bundle and (own != version or full):
            yield version, bundle
            bundle, size, data = [], 0, 0
        bundle.append(seen)
        version, size, data = own, size + len(seen.text), data + attached.get(seen.id, 0)
    if bundle:
        yield version, bundle
