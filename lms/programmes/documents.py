"""Read a programme document. Pure: TOML text or its JSON form goes in; values or problems come out.

Every problem is found in one reading and names its path. Unknown keys are problems too: a misspelt rule must not be
silently ignored.
"""

import tomllib
from datetime import date, datetime, time
from typing import Any

from courses.strict_json.problem import Problem
from lms.programmes.parts import PartReader
from lms.programmes.values import ProgrammeDocument, Requirement, Track

SCHEMA = 1
REQUIRED = {"schema", "code", "year", "effective_from", "name", "audience", "policy", "phases", "tracks", "requirements", "rules"}
OPTIONAL = {"position", "places", "printed_days", "content_areas", "principles", "community"}
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100

Json = dict[str, Any]


def read_toml(text: str) -> Json | list[Problem]:
    """Return a TOML text in the stored form of documents: JSON, with days as ISO text."""
    try:
        return {key: _plain(value) for key, value in tomllib.loads(text).items()}
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return [Problem("not-toml", "$", {"why": str(error)})]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return value


def parse(document: Any) -> ProgrammeDocument | list[Problem]:
    """Read a document in its JSON form.

    It also checks that requirements name existing tracks and phases, that their hours and days agree with their phase, and that
    the money for one person follows from days, hours and rates.
    """
    reader = PartReader()
    found = reader.object(document, "$", REQUIRED, OPTIONAL)
    if found is None:
        return reader.problems
    result = _document(reader, found)
    if not reader.problems:
        _check_together(reader, result)
    return reader.problems or result


def _document(reader: PartReader, found: Json) -> ProgrammeDocument:
    reader.whole(found["schema"], "$.schema", least=SCHEMA, most=SCHEMA)
    policy, providers, share = reader.policy(found["policy"], "$.policy")
    tracks = reader.each(found["tracks"], "$.tracks", reader.track)
    everybody = frozenset(track.key for track in tracks)
    printed = found.get("printed_days")
    position = found.get("position")
    return ProgrammeDocument(
        position=None if position is None else reader.whole(position, "$.position", least=1, most=99),
        code=reader.slug(found["code"], "$.code"),
        year=reader.whole(found["year"], "$.year", least=EARLIEST_YEAR, most=LATEST_YEAR),
        effective_from=reader.day(found["effective_from"], "$.effective_from"),
        name=reader.both(found["name"], "$.name"),
        audience=reader.both(found["audience"], "$.audience"),
        places=reader.each(found.get("places", []), "$.places", reader.both, least=0),
        printed_days=None if printed is None else reader.whole(printed, "$.printed_days", least=1, most=366),
        phases=reader.each(found["phases"], "$.phases", reader.phase),
        content_areas=reader.each(found.get("content_areas", []), "$.content_areas", reader.named, least=0),
        principles=reader.each(found.get("principles", []), "$.principles", reader.named, least=0),
        community=reader.each(found.get("community", []), "$.community", reader.role, least=0),
        tracks=tracks,
        requirements=reader.each(found["requirements"], "$.requirements", lambda value, path: reader.requirement(value, path, everybody)),
        policy=policy,
        trusted_providers=providers,
        finished_share=share,
        rules=reader.rules(found["rules"], "$.rules"),
    )


def _check_together(reader: PartReader, document: ProgrammeDocument) -> None:
    for name in ("phases", "tracks", "content_areas", "principles", "community"):
        _refuse_repeats(reader, [part.key for part in getattr(document, name)], f"$.{name}")
    seen: set[tuple[str, str]] = set()
    for index, requirement in enumerate(document.requirements):
        path = f"$.requirements[{index}]"
        for track in sorted(requirement.tracks):
            if document.track(track) is None:
                reader.refuse("no-such-track", f"{path}.tracks", track=repr(track))
            if (track, requirement.key) in seen:
                reader.refuse("key-twice-for-track", f"{path}.key", key=repr(requirement.key), track=repr(track))
            seen.add((track, requirement.key))
        _check_phase(reader, document, requirement, path)
    for index, own in enumerate(document.tracks):
        if not document.requirements_of(own.key):
            reader.refuse("nothing-required", f"$.tracks[{index}]", track=repr(own.key))
        _check_money(reader, document, own, f"$.tracks[{index}].per_head")


def _check_phase(reader: PartReader, document: ProgrammeDocument, requirement: Requirement, path: str) -> None:
    if requirement.phase is None:
        return
    phase = next((one for one in document.phases if one.key == requirement.phase), None)
    if phase is None:
        reader.refuse("no-such-phase", f"{path}.phase", phase=repr(requirement.phase))
    elif requirement.kind in {"hours", "days", "months"}:
        printed = getattr(phase, requirement.kind)
        if requirement.target != printed:
            code = "phase-without-number" if printed is None else "phase-with-other-number"
            reader.refuse(code, f"{path}.target", phase=repr(phase.key), printed=str(printed), kind=requirement.kind)


def _refuse_repeats(reader: PartReader, keys: list[str], path: str) -> None:
    for index, key in enumerate(keys):
        if key in keys[:index]:
            reader.refuse("key-twice", f"{path}[{index}].key", key=repr(key))


def _check_money(reader: PartReader, document: ProgrammeDocument, track: Track, path: str) -> None:
    if track.per_head is None:
        return
    expected = money_per_head(document, track.key)
    if expected != track.per_head:
        reader.refuse("other-sum", path, expected=expected)


def money_per_head(document: ProgrammeDocument, track: str) -> int:
    """Return what one person of a track costs: face-to-face days and online hours, each at its own rate.

    Days at the own school (months of practice) cost nothing here, and a phase without a number adds nothing.
    """
    rates = document.rules.rates
    face_to_face = {phase.key for phase in document.phases if phase.mode == "face-to-face"}
    asked = document.requirements_of(track)
    days = sum(one.target or 0 for one in asked if one.kind == "days" and one.phase in face_to_face)
    hours = sum(one.target or 0 for one in asked if one.kind == "hours")
    return int(days * rates.face_to_face_day + hours * rates.online_hour)
