"""Dangerous texts, values, numbers and headers that some program somewhere did not expect."""

import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any
from urllib.parse import quote

MARK = "@bare@"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

# What breaks programs, as values inside JSON. Bare: written into the text as it stands.
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 2**31, 2**63, -(2**64), 10**400, "", " ", "1", "true", "null", "\u0000", "a\u0000b", "\ud800", "\udfff\ud800",
    "\ufeff", "\u202e", "👩‍👩‍👧", "é" * 5_000, "<script>", "' OR 1=1 --", "%00", "../../etc/passwd", "{{7*7}}", "javascript:0", "mailto:", "http://",
    "http://[::1", "http://a b", "urn:x", "a:b", "🦆://🦆", "P", "PT", "P1Y1W", "PT1e400S", "P99999999999999999999Y", "9999-12-31T23:59:59.9999999999Z",
    "0000-00-00T00:00:00Z", "2026-02-30T00:00:00Z", "2026-03-01T00:00:00-00:00", "2026-03-01T00:00:60Z", "zh-CN", "x-", "en-US-u-ca-a-b", [], {},
    [[]], [None], [{}], {"": ""}, {"\u0000": 1}, {"\ud800": 1}, {"a": None}, {"id": "x"}, {"objectType": "Group"}, {"objectType": "SubStatement"},
)  # fmt: skip
BARE = (
    "1e400", "-1e400", "9" * 10_000, "0." + "0" * 9_000 + "1", "1.", "01", "+1", "NaN", "Infinity", "-0", "-0.0", "1E5", "undefined", "'x'", '"\\x"', '"\\u12"',
    "[" * 200 + "]" * 200, '{"a":' * 150 + "1" + "}" * 150, "[" * 20_000, '{"a":1,"a":2}', '"\x00"', '"\t"', '"', "{", "]", "", "//", "1 2", '"\\ud800"',
)  # fmt: skip
TEXTS = (
    "", " ", "null", "0", "-1", "1e400", "9" * 5_000, "\u0000", "a\u0000", "\ud800", "\ufeff", "é" * 9_000, "true", "TRUE", "false", "yes", "[]", "{}", '"', "{",
    '{"mbox": 1}', '{"objectType":"Group","member":[]}', "not-a-uuid", "00000000-0000-0000-0000-000000000000", "{00000000-0000-4000-8000-000000000000}",
    "urn:uuid:00000000-0000-4000-8000-000000000000", "2026-03-01", "2026-03-01T00:00:00+99:99", "9999-12-31T23:59:59.999999999Z", "0001-01-01T00:00:00+14:00",
    "%", "%zz", "../..", "*", "W/", '"x"', "application/json", "a" * 70_000, ",", ";", "=", "\u202e", "ids", "canonical", "exact", "AAAA", "eyJhIjoxfQ==", "١٢",
)  # fmt: skip
HEADERS = {
    "X-Experience-API-Version": ("", "1", "1.0", "1.0.99", "2.0", "3.0.0", "1.0.3, 1.0.3", "١.0.3"),
    "Content-Type": ("", "application/json; charset=utf-16", "application/json; charset=\u00ff", "application/json;;;", "text/plain", FORM, "multipart/mixed",
                     'multipart/mixed; boundary=""', "multipart/mixed; boundary=x", "multipart/form-data; boundary=x", "application/json; q=\"", "/", "a" * 9_000),
    "If-Match": ("", "*", '"', '"x"', "W/", ",", '"x", "y"', "\u00ff", "a" * 9_000),
    "If-None-Match": ("", "*", '"', '"x"', "W/", ",", "\u00ff"),
    "Accept-Language": ("", "*", ";q=", "zh;q=1e400", "zh;q=-1", "en;q=nan", "a-" * 3_000, "\u00ff", ",,,,", "x;q=١"),
    "Authorization": ("", "Basic", "Basic :", "Basic AAAA", "Basic 4pyT", "Basic " + "A" * 9_000, "Bearer", "Bearer xat_", "Bearer xat_\u00ff", "Digest x", "\u00ff"),
    "Updated": ("", "yesterday", "2026-03-01T00:00:00Z", "9999-99-99"),
    "Content-Length": ("0", "1"),
    "Content-Encoding": ("gzip", "\u00ff"),
    "Accept": ("", "multipart/mixed", "text/html", "*/*;q=nan", "\u00ff"),
    "Range": ("bytes=0-0", "bytes=5-1", "x"),
    "Expect": ("200-ok",),
}  # fmt: skip


def quoted(text: str) -> str:
    """Write a text for an address or a form, half surrogate pairs too."""
    return quote(text, safe="", errors="surrogatepass" if not any("\udc80" <= sign <= "\udcff" for sign in text) else "surrogateescape")


def spoilt_json(chance: Random, value: Any) -> bytes:
    """Write JSON, every third time with something in it exchanged."""
    bare, value = "", deepcopy(value)
    if chance.random() < 1 / 3:
        holder, name = chance.choice(list(_places(value)) or [([value], 0)])
        how = chance.randrange(4)
        if how == 0:
            bare = chance.choice(BARE)
            holder[name] = MARK
        elif how == 1 and isinstance(holder, dict):
            holder[chance.choice(("x", "Id", "", "\u0000", "objectType", "id", "é" * 300))] = chance.choice(VALUES)
        elif how == 2 and isinstance(holder, dict):
            del holder[name]
        else:
            holder[name] = chance.choice(VALUES)
    text = json.dumps(value, ensure_ascii=chance.random() < 1 / 2).replace(f'"{MARK}"', bare)
    return text.encode("utf-8", "surrogatepass")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    found = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in found:
        yield value, name
        yield from _places(inner)
