"""What does another store's answer mean for what was sent to it? Pure."""

import random
from datetime import timedelta
from enum import Enum

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
OK_FROM, OK_TO = 200, 300
REDIRECTS = range(300, 400)
THERE_ALREADY = 409
CRASHED = 500
NOT_NOW = (408, 425, 429)
NOT_FOR_US = (401, 403, 407)
NO_STORE_HERE = (404, 405, 410, 421, 426, 501)
OURSELVES = 508


class DeliveryVerdict(Enum):
    """What became of a request's statements."""

    TAKEN = "taken"  # all of them are stored there
    THERE = "there"  # one with an id of theirs is there already
    REFUSED = "refused"  # one of them is at fault
    LATER = "later"  # nobody is at fault: the same again, later
    SHUT = "shut"  # none will be taken until somebody looks


def verdict(status: int) -> DeliveryVerdict:
    """Judge an HTTP status."""
    if OK_FROM <= status < OK_TO:
        return DeliveryVerdict.TAKEN
    if status == THERE_ALREADY:
        return DeliveryVerdict.THERE
    if shut_reason(status):
        return DeliveryVerdict.SHUT
    if status in NOT_NOW or status >= CRASHED or status < OK_FROM:
        return DeliveryVerdict.LATER
    return DeliveryVerdict.REFUSED


def shut_reason(status: int) -> str:
    """Return why nothing more is sent after this status, as a key of words.REASONS; '' where that does not follow."""
    if status in NOT_FOR_US:
        return "credential"
    if status in NO_STORE_HERE or status in REDIRECTS:
        return "address"
    return "ourselves" if status == OURSELVES else ""


def wait(tries: int, asked: timedelta | None = None) -> timedelta:
    """Return how long to wait after the `tries`-th failure in a row: twice as long each time, and by chance up to half less.

    Chance keeps many installations from coming back at the same moment. `asked` is what the other store asks for (Retry-After).
    """
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries - 1, 20))
    own = longest * random.uniform(0.5, 1)  # noqa: S311 - no secret
    return max(own, min(asked or timedelta(0), LONGEST_WAIT))
