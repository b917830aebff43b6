"""Write a case and a result as JSON values, so that anybody can recompute them."""

from decimal import ROUND_CEILING, Decimal

from courses.strict_json.loading import Json
from lms.hours.exact import plain_text
from lms.hours.hold_values import Reviewed
from lms.hours.instants import write_instant
from lms.hours.track_writing import dump_attestation, dump_track, dump_track_result
from lms.hours.values import (
    USUAL_SHARE,
    Case,
    Observation,
    Played,
    Policy,
    Present,
    Reported,
    Result,
    Rule,
)

MINUTE_S = 60
MICRO = Decimal("0.000001")


def dump_result(result: Result) -> Json:
    """Write a result as the hours contract shows it."""
    return {
        "measured_seconds": result.measured_seconds,
        "credited_seconds": result.credited_seconds,
        "hours": f"{result.hours:f}",
        "activities": {
            name: {
                "measured_seconds": account.measured_seconds,
                "credited_seconds": account.credited_seconds,
                "cap_seconds": account.cap_seconds,
                "gate": "open" if account.gate.open else "closed",
                **({"held_seconds": account.held_seconds} if account.held_seconds else {}),
                **({"refused_seconds": account.refused_seconds} if account.refused_seconds else {}),
            }
            for name, account in result.activities.items()
        },
        "flags": [flag._asdict() for flag in result.flags],
        **({"held_seconds": result.held_seconds, "holds": [hold._asdict() for hold in result.holds]} if result.holds else {}),
    } | ({} if result.track is None else dump_track_result(result.track))


def dump(case: Case) -> Json:
    """Write a case as an evidence bundle for `json.dumps`; reading the bundle gives the same case."""
    bundle: Json = {
        "policy": _dump_policy(case.policy, with_shares=case.track is not None),
        "activities": {name: _dump_rule(rule) for name, rule in case.activities.items()},
        "observations": [
            *[_dump_observation(seen) for seen in case.observations],
            *[dump_attestation(seen) for seen in case.attestations],
            *[_dump_review(seen) for seen in case.reviews],
        ],
    }
    window = {name: write_instant(at) for name, at in zip(("from", "to"), case.window, strict=True) if at is not None}
    as_of = {} if case.as_of is None else {"as_of": write_instant(case.as_of)}
    track = {} if case.track is None else dump_track(case.track)
    return bundle | ({"window": window} if window else {}) | as_of | track


def _dump_policy(policy: Policy, *, with_shares: bool) -> Json:
    """Write the rules of conversion; the shares only if they are used or differ from the default."""
    written: Json = {
        "hour_minutes": policy.hour_minutes,
        "round_to": f"{policy.round_to:f}",
        "time_zone": policy.time_zone,
        "daily_limit_minutes": policy.daily_limit_minutes,
        "max_rate": _number(policy.max_rate),
    }
    if policy.holds:
        written["holds"] = sorted(policy.holds)
    shares = {"finished_share": policy.finished_share, "attended_share": policy.attended_share}
    return written | {name: plain_text(share) for name, share in shares.items() if with_shares or share != USUAL_SHARE}


def _dump_rule(rule: Rule) -> Json:
    requires: Json = {name: True for name in ("completed", "passed") if getattr(rule, name)}
    if rule.coverage is not None:
        requires["coverage"] = _number(rule.coverage)
    # rounded up by less than a second's worth, so that flooring finds the same second again
    written: Json = {"minutes": _number((Decimal(rule.cap_seconds) / MINUTE_S).quantize(MICRO, ROUND_CEILING))}
    if rule.media_seconds is not None:
        written["media_seconds"] = _number(Decimal(rule.media_seconds))
    belongs = {name: value for name in ("counts_to", "course") if (value := getattr(rule, name)) is not None}
    return written | ({"requires": requires} if requires else {}) | belongs


def _dump_observation(seen: Observation) -> Json:
    written: Json = {"kind": type(seen).__name__.lower(), "activity": seen.activity, "session": seen.session}
    if isinstance(seen, Present):
        device = {"device": seen.device} if seen.device else {}
        return written | device | {"from": write_instant(seen.start), "to": write_instant(seen.end)}
    at = {"at": write_instant(seen.at)}
    if isinstance(seen, Played):
        span = {"from_s": _number(Decimal(seen.start_ms) / 1000), "to_s": _number(Decimal(seen.end_ms) / 1000)}
        return written | at | span | {"rate": _number(Decimal(str(seen.rate)))}
    if isinstance(seen, Reported):
        return written | {"opened": write_instant(seen.opened)} | at | {"seconds": seen.seconds}
    return written | at


def _dump_review(seen: Reviewed) -> Json:
    """Write a reviewer's decision, or one refused part of it."""
    written: Json = {
        "kind": "refused" if seen.refused else "released",
        "flag": seen.flag,
        "activity": seen.activity,
        "session": seen.session,
    }
    part = {name: write_instant(at) for name, at in (("from", seen.start), ("to", seen.end)) if at is not None}
    return written | {"id": seen.id, "at": write_instant(seen.at)} | part


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)
