"""Convert seconds to hours: once, exactly, rounded down, in whole numbers, independent of the decimal context."""

from decimal import Decimal

from lms.hours.values import Policy


def hours_of(credited_seconds: int, policy: Policy) -> Decimal:
    """Convert seconds to hours, rounded down to a multiple of `round_to` and written with its decimals.

    Call it once on a requirement's or a transcript's sum, never on single activities: with hours of 45 minutes,
    44 minutes three times are 2.9 hours, not three times nothing (hours contract, "once converted, once rounded").
    """
    above, below = policy.round_to.as_integer_ratio()
    steps = credited_seconds * below // (policy.hour_minutes * 60 * above)
    _, digits, exponent = policy.round_to.as_tuple()
    return Decimal(f"{steps * int(''.join(map(str, digits)))}E{exponent}")


def floor_times(value: Decimal, factor: int) -> int:
    """Return `value` times a whole number, rounded down exactly."""
    above, below = value.as_integer_ratio()
    return above * factor // below
