"""Names of earnings in the ledger: an account and a unit. Waived amounts have a separate account."""

from collections.abc import Mapping
from typing import get_args

from lms.crediting.ledger import Account, Sums
from lms.crediting.observe_attestations import WAIVED
from lms.hours import EarningAccount, Earnings, Result, Unit

UNITS: Mapping[str, Unit] = {unit: unit for unit in get_args(Unit)}
MET, SHORT = "met", "short"
ALL_UNITS = frozenset(UNITS)


def waived_account(requirement: str) -> str:
    """Return the name of the account for waived amounts of a requirement."""
    return f"{WAIVED}{requirement}"


def accounts_of(earnings: Earnings) -> dict[Account, int]:
    """Return earnings by ledger account."""
    return {Account(waived_account(one.name) if one.waived else one.name, one.unit): amount for one, amount in earnings.items()}


def target_of(result: Result) -> dict[Account, int]:
    """Return the ledger sums that a decided case requires."""
    if result.track is not None:
        return accounts_of(result.track.earnings)
    return {Account(name): one.credited_seconds for name, one in result.activities.items() if one.credited_seconds}


def verdict_of(result: Result) -> str:
    """Return whether all requirements are met, as lists keep it; empty if the programme's document lacks the track."""
    return "" if result.track is None else MET if result.track.met else SHORT


def held_of(result: Result) -> dict[str, int]:
    """Return the seconds held for review, by activity."""
    return {name: one.held_seconds for name, one in result.activities.items() if one.held_seconds}


def earnings_of(sums: Sums) -> dict[EarningAccount, int]:
    """Return the ledger's sums as earnings, by which requirements are judged."""
    found = {}
    for (name, unit), amount in sums.items():
        waived = name.startswith(WAIVED)
        found[EarningAccount(name.removeprefix(WAIVED) if waived else name, UNITS[unit], waived)] = amount
    return found
