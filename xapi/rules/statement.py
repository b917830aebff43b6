"""Is this a valid statement? Every clause of xAPI 1.0.3 Data 2 and of 2.0 4.2, with the path of the property that breaks it. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from xapi.errors import BadRequest
from xapi.rules.actor import actor, agent, group, key_of
from xapi.rules.values import (
    Check,
    array,
    boolean,
    duration,
    each,
    extensions,
    iri,
    language,
    language_map,
    mapping,
    number,
    one_of,
    properties,
    remembered,
    text,
    timestamp,
    uuid_text,
)

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
INTERACTIONS = {
    "true-false": (),
    "choice": ("choices",),
    "fill-in": (),
    "long-fill-in": (),
    "matching": ("source", "target"),
    "performance": ("steps",),
    "sequencing": ("choices",),
    "likert": ("scale",),
    "numeric": (),
    "other": (),
}
COMPONENTS = ("choices", "scale", "source", "target", "steps")
SHA2 = re.compile(r"[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128}")


@remembered
def _verb(value: Any, path: str) -> None:
    properties(value, path, {"id": iri, "display": language_map}, required=("id",))


def _components(value: Any, path: str) -> None:
    seen = set()
    for index, item in enumerate(array(value, path)):
        found = properties(item, f"{path}[{index}]", {"id": text, "description": language_map}, required=("id",))
        if found["id"] in seen:
            raise BadRequest("ids must differ within a list", f"{path}[{index}].id")
        seen.add(found["id"])


_DEFINITION: dict[str, Check] = {
    "name": language_map,
    "description": language_map,
    "type": iri,
    "moreInfo": iri,
    "extensions": extensions,
    "interactionType": one_of(*INTERACTIONS),
    "correctResponsesPattern": each(text),
    **dict.fromkeys(COMPONENTS, _components),
}


def _definition(value: Any, path: str) -> None:
    found = properties(value, path, _DEFINITION)
    kind = found.get("interactionType")
    for name in (*COMPONENTS, "correctResponsesPattern"):
        if name in found and kind is None:
            raise BadRequest("needs an interactionType", f"{path}.{name}")
    for name in COMPONENTS:
        if name in found and name not in INTERACTIONS[kind]:  # type: ignore[index]
            raise BadRequest(f"does not belong to the interactionType {kind}", f"{path}.{name}")


_ACTIVITY: dict[str, Check] = {"objectType": one_of("Activity"), "id": iri, "definition": _definition}
_REFERENCE: dict[str, Check] = {"objectType": one_of("StatementRef"), "id": uuid_text}
_SCORE: dict[str, Check] = dict.fromkeys(("scaled", "raw", "min", "max"), number)


@remembered
def activity(value: Any, path: str) -> None:
    """Check an Activity."""
    properties(value, path, _ACTIVITY, required=("id",))


def _reference(value: Any, path: str) -> None:
    properties(value, path, _REFERENCE, required=("objectType", "id"))


_actor = remembered(actor)


def _score(value: Any, path: str) -> None:
    found = properties(value, path, _SCORE)
    if not -1 <= found.get("scaled", 0) <= 1:
        raise BadRequest("must lie between -1 and 1", f"{path}.scaled")
    low, high = found.get("min", float("-inf")), found.get("max", float("inf"))
    if low >= high:
        raise BadRequest("min must be below max", f"{path}.min")
    if "raw" in found and not low <= found["raw"] <= high:
        raise BadRequest("must lie between min and max", f"{path}.raw")


_RESULT: dict[str, Check] = {
    "score": _score,
    "success": boolean,
    "completion": boolean,
    "response": text,
    "duration": duration,
    "extensions": extensions,
}


def _result(value: Any, path: str) -> None:
    properties(value, path, _RESULT)


_activities = each(activity)


def _one_or_many(value: Any, path: str) -> None:
    _activities(value, path) if isinstance(value, list) else activity(value, path)


_AROUND: dict[str, Check] = dict.fromkeys(("parent", "grouping", "category", "other"), _one_or_many)


def _context_activities(value: Any, path: str) -> None:
    properties(value, path, _AROUND)


def _relevant(kind: str, member: str, check: Check) -> Check:
    """Return the check of one contextAgent or contextGroup (2.0: relevantTypes may be absent but not empty)."""

    known = {"objectType": one_of(kind), member: check, "relevantTypes": each(iri, at_least=1)}

    def check_one(value: Any, path: str) -> None:
        properties(value, path, known, required=("objectType", member))

    return check_one


_CONTEXT_1: dict[str, Check] = {
    "registration": uuid_text,
    "instructor": actor,
    "team": group,
    "contextActivities": _context_activities,
    "revision": text,
    "platform": text,
    "language": language,
    "statement": _reference,
    "extensions": extensions,
}
_CONTEXT_2: dict[str, Check] = {
    **_CONTEXT_1,
    "contextAgents": each(_relevant("contextAgent", "agent", agent)),
    "contextGroups": each(_relevant("contextGroup", "group", group)),
}


def _sha2(value: Any, path: str) -> None:
    if not isinstance(value, str) or not SHA2.fullmatch(value):
        raise BadRequest("must be a SHA-2 in hexadecimal", path)


def _length(value: Any, path: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadRequest("must be a whole number of bytes", path)


_ATTACHMENT: dict[str, Check] = {
    "usageType": iri,
    "display": language_map,
    "description": language_map,
    "contentType": text,
    "length": _length,
    "sha2": _sha2,
    "fileUrl": iri,
}


def _attachment(value: Any, path: str) -> None:
    properties(value, path, _ATTACHMENT, required=("usageType", "display", "contentType", "length", "sha2"))


def _instant(second: bool) -> Check:
    return lambda value, path: timestamp(value, path, zone_required=second)


def _object(second: bool, *, inside: bool) -> Check:
    kinds: dict[str, Check] = {"Activity": activity, "Agent": agent, "Group": group, "StatementRef": _reference}
    if not inside:
        kinds["SubStatement"] = _sub_statement(second)

    def check(value: Any, path: str) -> None:
        kind = mapping(value, path).get("objectType", "Activity")
        if not isinstance(kind, str) or kind not in kinds:
            raise BadRequest(f"must be one of {', '.join(kinds)}", f"{path}.objectType")
        kinds[kind](value, path)

    return check


def _core(second: bool, *, inside: bool) -> dict[str, Check]:
    """Return the checks that statements and sub-statements share."""
    known = _CONTEXT_2 if second else _CONTEXT_1
    return {
        "actor": _actor,
        "verb": _verb,
        "object": _object(second, inside=inside),
        "result": _result,
        "context": lambda value, path: properties(value, path, known) and None,
        "timestamp": _instant(second),
        "attachments": each(_attachment),
    }


def _sub_statement(second: bool) -> Check:
    known = {**_core(second, inside=True), "objectType": one_of("SubStatement")}

    def check(value: Any, path: str) -> None:
        properties(value, path, known, required=("actor", "verb", "object"))
        _agree(value, path)

    return check


def _version(second: bool) -> Check:
    pattern = re.compile(r"[12]\.0(?:\.[0-9]+)?" if second else r"1\.0(?:\.[0-9]+)?")

    def check(value: Any, path: str) -> None:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise BadRequest("is not a version this request can carry", path)

    return check


def _statement(second: bool) -> dict[str, Check]:
    own = {"id": uuid_text, "stored": _instant(second), "authority": _actor, "version": _version(second)}
    return {**_core(second, inside=False), **own}


_FIRST, _SECOND = _statement(second=False), _statement(second=True)


def check(value: Any, *, version: str, path: str = "statement") -> None:
    """Check one statement by the rules of `version` (1.0.x or 2.0.x).

    Raises:
        BadRequest: naming the path of the first property that breaks the specification.
    """
    properties(value, path, _SECOND if version.startswith("2.") else _FIRST, required=("actor", "verb", "object"))
    _agree(value, path)
    if is_voiding(value) and value["object"].get("objectType") != "StatementRef":
        raise BadRequest("a voiding statement needs a StatementRef", f"{path}.object")
    authority = value.get("authority", {})
    if authority.get("objectType") == "Group" and (key_of(authority) or len(authority["member"]) != 2):  # noqa: PLR2004 - OAuth: consumer and user
        raise BadRequest("a Group as authority is anonymous and has two members (XAPI-00100)", f"{path}.authority")


def _agree(value: Mapping[str, Any], path: str) -> None:
    """Check rules across properties: revision and platform belong to activities (XAPI-00087, -00088)."""
    kind = value["object"].get("objectType", "Activity")
    for name in ("revision", "platform"):
        if name in value.get("context", {}) and kind != "Activity":
            raise BadRequest("is only for statements about an Activity", f"{path}.context.{name}")


def is_voiding(value: Mapping[str, Any]) -> bool:
    """Say whether the statement voids another."""
    return bool(value["verb"]["id"] == VOIDED)
