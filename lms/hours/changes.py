"""Which ledger entries bring an account to the sum that the evidence now gives?"""

from collections.abc import Mapping
from typing import Any, TypeVar

AnyAccount = TypeVar("AnyAccount", bound=Any)


def changes(account: Mapping[AnyAccount, int], credited: Mapping[AnyAccount, int]) -> dict[AnyAccount, int]:
    """Return the difference of every account that differs, in order of name; corrections are negative.

    An account that is no longer credited returns to 0. Late, duplicated, voided and corrected evidence need no special case:
    recompute everything and append these differences (hours contract, "the ledger").
    """
    differences = {name: credited.get(name, 0) - account.get(name, 0) for name in sorted({*account, *credited})}
    return {name: amount for name, amount in differences.items() if amount}
