"""Which texts and numbers are well-formed in xAPI? Each check returns the value or names its path. Pure.

Sources: xAPI 1.0.3 Data 4; IEEE 9274.1.1 (xAPI 2.0) 4.2; RFC 3987, 5646, 4122, 3339; ISO 8601.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from xapi.errors import BadRequest

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s\x00-\x20<>\"{}|\\^`\ud800-\udfff]+")
UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
LANGUAGE = re.compile(
    r"(?:(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4}|[A-Za-z]{5,8})(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(?:-[A-WY-Za-wy-z0-9](?:-[A-Za-z0-9]{2,8})+)*(?:-x(?:-[A-Za-z0-9]{1,8})+)?"
    r"|x(?:-[A-Za-z0-9]{1,8})+|i-[A-Za-z]+(?:-[A-Za-z0-9]+)*)"
)
# Only the last number may have a fraction (ISO 8601:2004 4.4.3.2). \d would also match digits of other scripts.
DURATION = re.compile(
    r"P(?!\Z|[^T]*T\Z)(?!.*[.,][0-9]+[A-Z].)"
    r"(?:{0}W|(?:{0}Y)?(?:{0}M)?(?:{0}D)?(?:T(?:{0}H)?(?:{0}M)?(?:{0}S)?)?)".replace("{0}", r"[0-9]+(?:[.,][0-9]+)?")
)
TIMESTAMP = re.compile(
    r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r"|[0-9]{8}[Tt][0-9]{4}(?:[0-9]{2}(?:[.,][0-9]+)?)?)(Z|z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
LEAP_SECOND = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:|[0-9]{8}[Tt][0-9]{4})60(?![0-9])")
SHA1 = re.compile(r"[0-9a-fA-F]{40}")
MAILTO = re.compile(r"mailto:[^\s@]+@[^\s@]+")

# Characters. An instant or a duration with a hundred decimal places says nothing more; RFC 5646 4.4.1 wants room for 35.
LONGEST_INSTANT, LONGEST_DURATION, LONGEST_TAG = 100, 200, 200
KEPT, SHORT = 2_048, 2_000  # a check caches at most this many values, each of at most this many bytes

Check = Callable[[Any, str], Any]


def text(value: Any, path: str) -> str:
    """Return a string."""
    if not isinstance(value, str):
        raise BadRequest("must be a string", path)
    return value


def _matching(pattern: re.Pattern[str], what: str, longest: int = 2**20) -> Check:
    def check(value: Any, path: str) -> str:
        if not isinstance(value, str) or len(value) > longest or not pattern.fullmatch(value):
            raise BadRequest(f"must be {what}", path)
        return value

    return check


iri = _matching(IRI, "an absolute IRI with a scheme")
language = _matching(LANGUAGE, "a language tag (RFC 5646)", LONGEST_TAG)
duration = _matching(DURATION, "an ISO 8601 duration", LONGEST_DURATION)
sha1 = _matching(SHA1, "a SHA-1 in hexadecimal")
mailto = _matching(MAILTO, "a mailto IRI")
uuid_text = _matching(UUID_TEXT, "a UUID")


def uuid(value: Any, path: str) -> UUID:
    """Return a UUID given in its standard text form."""
    return UUID(uuid_text(value, path))


def boolean(value: Any, path: str) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise BadRequest("must be true or false", path)
    return value


def number(value: Any, path: str) -> int | float:
    """Return a number that is neither a boolean nor a string."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRequest("must be a number", path)
    return value


def timestamp(value: Any, path: str, *, zone_required: bool = False) -> datetime:
    """Return an ISO 8601 instant, extended or basic, as aware UTC; '-00:00' is refused (XAPI-00123).

    `zone_required`: 2.0 requires the form of RFC 3339, which has a zone and is always extended.
    """
    match = TIMESTAMP.fullmatch(value) if isinstance(value, str) and len(value) <= LONGEST_INSTANT else None
    if match is None or (zone_required and not (match[1] and value[4] == "-")):
        raise BadRequest("must be an ISO 8601 timestamp" + (" with its zone, as in RFC 3339" if zone_required else ""), path)
    if match[1] in {"-00:00", "-0000", "-00"}:
        raise BadRequest("must not have the zone -00:00", path)
    try:
        return _instant(value)
    except (ValueError, OverflowError) as error:
        raise BadRequest("is not a date that exists", path) from error


@lru_cache(256)  # each is read once by the check and once by the comparison
def _instant(value: str) -> datetime:
    leap = LEAP_SECOND.match(value)
    instant = datetime.fromisoformat((f"{leap[1]}59{value[leap.end() :]}" if leap else value).upper())
    found = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    return _after_leap_second(found) if leap else found


def _after_leap_second(before: datetime) -> datetime:
    """Return the instant for a leap second, given the second before it: Python has none, so it is the beginning of the next day.

    Leap seconds are inserted at the end of June or December, in UTC (RFC 3339 5.7 and appendix D).

    Raises:
        ValueError: no leap second can be there.
    """
    if (before.month, before.day) not in {(6, 30), (12, 31)} or (before.hour, before.minute) != (23, 59):
        raise ValueError(f"no leap second can follow {before}")
    return before.replace(microsecond=0) + timedelta(seconds=1)


def language_map(value: Any, path: str) -> Mapping[str, str]:
    """Return a map from language tags to texts."""
    for tag, words in mapping(value, path).items():
        language(tag, f"{path}.{tag}")
        text(words, f"{path}.{tag}")
    return value  # type: ignore[no-any-return]


def extensions(value: Any, path: str) -> Mapping[str, Any]:
    """Return extensions: keys are IRIs; values may be anything, null included (XAPI-00119)."""
    for key in mapping(value, path):
        iri(key, f"{path}.{key}")
    return value  # type: ignore[no-any-return]


def mapping(value: Any, path: str) -> Mapping[str, Any]:
    """Return an object."""
    if not isinstance(value, dict):
        raise BadRequest("must be an object", path)
    return value


def array(value: Any, path: str) -> list[Any]:
    """Return an array."""
    if not isinstance(value, list):
        raise BadRequest("must be an array", path)
    return value


def properties(value: Any, path: str, checks: Mapping[str, Check], required: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """Check an object's properties: none is unknown or null, and none of `required` is missing (XAPI-00001, -00008)."""
    found = mapping(value, path)
    for name in required:
        if name not in found:
            raise BadRequest("is missing", f"{path}.{name}")
    for name, item in found.items():
        check = checks.get(name)
        if check is None:
            raise BadRequest("is not a property here (names are case-sensitive)", f"{path}.{name}")
        if item is None:
            raise BadRequest("must not be null", f"{path}.{name}")
        check(item, f"{path}.{name}")
    return found


def one_of(*allowed: str) -> Check:
    """Return a check that accepts exactly these texts."""

    def check(value: Any, path: str) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise BadRequest(f"must be {' or '.join(allowed)}", path)
        return value

    return check


def each(check: Check, *, at_least: int = 0) -> Check:
    """Return a check for arrays of such values."""

    def check_all(value: Any, path: str) -> list[Any]:
        items = array(value, path)
        if len(items) < at_least:
            raise BadRequest(f"must have at least {at_least}", path)
        for index, item in enumerate(items):
            check(item, f"{path}[{index}]")
        return items

    return check_all


def remembered(check: Check) -> Check:
    """Return a check that caches valid values: the same verbs, people and activities occur in many statements."""

    @lru_cache(KEPT)
    def passed(written: bytes) -> bool:
        check(msgspec.json.decode(written), "")
        return True

    def check_one(value: Any, path: str) -> None:
        try:
            written = msgspec.json.encode(value)
            known = len(written) <= SHORT and passed(written)
        except (BadRequest, UnicodeEncodeError, OverflowError):
            known = False  # the value is invalid and checked again to report where, or the writer cannot write it
        if not known:
            check(value, path)

    return check_one
