"""Write instants as text."""

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=4096)  # the sessions of a class are in the bundle of each of its people
def write_instant(at: int) -> str:
    """Write an instant as ISO 8601 in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat().removesuffix("+00:00") + "Z"
