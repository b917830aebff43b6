"""Interpret another store's HTTP response to a request with statements. Pure."""

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
    """The result for the statements of a request."""

    TAKEN = "taken"  # all of them are stored there
    THERE = "there"  # the store already has a statement with one of these ids
    REFUSED = "refused"  # one of them is at fault
    LATER = "later"  # temporary: send the same again later
    SHUT = "shut"  # none is accepted until a user acts


def verdict(status: int) -> DeliveryVerdict:
    """Interpret an HTTP status."""
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
    """Return the reason for sending nothing more after this status, as a key of words.REASONS; '' if the forward continues."""
    if status in NOT_FOR_US:
        return "credential"
    if status in NO_STORE_HERE or status in REDIRECTS:
        return "address"
    return "ourselves" if status == OURSELVES else ""


def wait(tries: int, asked: timedelta | None = None) -> timedelta:
    """Return how long to wait after the `tries`-th failure in a row: doubled each time, minus a random part of up to half.

    The random part keeps many installations from returning at the same moment. `asked` is the other store's Retry-After.
    """
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries - 1, 20))
    own = longest * random.uniform(0.5, 1)  # noqa: S311 - no secret
    return max(own, min(asked or timedelta(0), LONGEST_WAIT))
