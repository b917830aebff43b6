"""The type of a learner's device and an id of the browser. Pure.

The id is random and stored in a cookie: it distinguishes two browsers (a reload resumes its own launch) and identifies nobody.
"""

import re
import secrets

from lms.accounts.browsers import kind_of

COOKIE = "device"
COOKIE_SECONDS = 400 * 86400  # the longest lifetime that browsers allow
_ID = re.compile(r"[0-9a-f]{8}")


def device_of(user_agent: str, cookie: str | None) -> str:
    """Return 'pc-…', 'phone-…' or 'tablet-…' with the browser's id; an unknown or forged id is replaced by a new one."""
    identity = cookie if cookie and _ID.fullmatch(cookie) else secrets.token_hex(4)
    return f"{kind_of(user_agent)}-{identity}"


def identity_of(device: str) -> str:
    """Return the browser's id within a device."""
    return device.rpartition("-")[2]
