"""Which entries take an account to what the evidence now says?"""

from collections.abc import Mapping


def changes(account: Mapping[str, int], credited: Mapping[str, int]) -> dict[str, int]:
    """Return the difference in seconds of every activity that differs, in order of name; corrections are negative.

    An activity that is no longer credited goes back to 0. Late, duplicated, voided and corrected evidence are one case:
    recompute everything, append this (hours contract, "the ledger").
    """
    differences = {name: credited.get(name, 0) - account.get(name, 0) for name in sorted({*account, *credited})}
    return {name: seconds for name, seconds in differences.items() if seconds}
