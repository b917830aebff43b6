"""Write a track, its attestations and its results as JSON values."""

from courses.strict_json.loading import Json
from lms.hours.exact import plain_text
from lms.hours.instants import write_instant
from lms.hours.track_values import (
    Accepted,
    Attended,
    Attestation,
    Logged,
    RequirementRule,
    TrackResult,
    TrackRules,
)


def dump_track(track: TrackRules) -> Json:
    """Write a track's part of an evidence bundle; absent parts are left out."""
    written: Json = {"requirements": {name: _dump_requirement(rule) for name, rule in track.requirements.items()}}
    if track.courses:
        written["courses"] = {name: {"compulsory": compulsory} for name, compulsory in track.courses.items()}
    if track.sessions:
        written["sessions"] = {
            name: {
                "counts_to": rule.counts_to,
                "from": write_instant(rule.start),
                "to": write_instant(rule.end),
                "half_days": rule.half_days,
            }
            for name, rule in track.sessions.items()
        }
    if track.replacements:
        written["replacements"] = {
            name: {"sessions": sorted(plan.sessions), "activities": sorted(plan.activities)} for name, plan in track.replacements.items()
        }
    return written


def dump_track_result(result: TrackResult) -> Json:
    """Write the verdict on each requirement and on the whole, as the requirements contract shows it."""
    return {
        "requirements": {
            name: {
                "earned": plain_text(one.earned),
                "waived": plain_text(one.waived),
                "target": None if one.target is None else plain_text(one.target),
                "missing": plain_text(one.missing),
                "met": one.met,
            }
            for name, one in result.requirements.items()
        },
        "met": result.met,
    }


def dump_attestation(seen: Attestation) -> Json:
    """Write an attestation: attended, accepted, logged or waived."""
    written: Json = {"kind": type(seen).__name__.lower()}
    if isinstance(seen, Attended):
        left = {} if seen.end is None else {"out": write_instant(seen.end)}
        return written | {"place": seen.place, "in": write_instant(seen.start)} | left
    if isinstance(seen, Accepted):
        return written | {"requirement": seen.requirement, "task": seen.task, "at": write_instant(seen.at)}
    if isinstance(seen, Logged):
        return written | {"requirement": seen.requirement, "log": seen.log, "on": seen.on.isoformat()}
    return written | {"id": seen.id, "requirement": seen.requirement, "amount": plain_text(seen.amount)}


def _dump_requirement(rule: RequirementRule) -> Json:
    written: Json = {"kind": rule.kind, "target": None if rule.target is None else plain_text(rule.target)}
    if rule.kind == "months" and rule.starts is not None:
        written |= {"starts": rule.starts.isoformat(), "logs_a_month": rule.logs_a_month}
    return written
