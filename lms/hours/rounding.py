"""Convert seconds to hours: once, exactly, rounded down, in whole numbers, independent of the decimal context."""

from decimal import Decimal

from lms.hours.values import Policy


def hours_of(credited_seconds: int, policy: Policy) -> Decimal:
    """Convert seconds to hours, rounded down to a multiple of `round_to` and written with its decimals.

    Call it once on a requirement's or a transcript's sum, never on single activities: with hours of 45 minutes,
    44 minutes three times are 2.9 hours, not three times nothing (hours contract, "once converted, once rounded").
    """
    return converted(credited_seconds, policy.hour_minutes, policy.round_to)


def converted(seconds: int, hour_minutes: int, round_to: Decimal) -> Decimal:
    """Convert seconds to hours of `hour_minutes`, rounded down to a multiple of `round_to`."""
    above, below = round_to.as_integer_ratio()
    steps = seconds * below // (hour_minutes * 60 * above)
    _, digits, exponent = round_to.as_tuple()
    return Decimal(f"{steps * int(''.join(map(str, digits)))}E{exponent}")


def floor_times(value: Decimal, factor: int) -> int:
    """Return `value` times a whole number, rounded down exactly."""
    above, below = value.as_integer_ratio()
    return above * factor // below
