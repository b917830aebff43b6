"""Write a JSON value so that equal values have equal bytes and the same digest."""

import hashlib
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """Return a JSON value with sorted keys, without spaces, in UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(value: Any) -> str:
    """Return the SHA-256 of a JSON value in canonical form: the order of keys and the layout of a file do not matter."""
    return hashlib.sha256(canonical(value)).hexdigest()
