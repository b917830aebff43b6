"""Change a draft's document step by step, and say what undoes each step. Pure: documents are copied, never altered.

A step is an object:

    {"do": "set", "of": "activity", "key": "film", "field": "title.zh", "was": "旧", "to": "新"}
    {"do": "insert", "of": "activity", "module": "main", "after": "film" or null, "value": {…}}      of: module, activity
    {"do": "remove", "of": "activity", "key": "film"}
    {"do": "move", "of": "activity", "key": "film", "module": "main", "after": null}

`of` is "course" (without a key), "module" or "activity". `after` null means first; a neighbour that is gone means last. `was` is what the
author saw: a field that somebody else has changed since is not overwritten.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

DraftDocument = dict[str, Any]
Step = Mapping[str, Any]

REPLACED = (
    "format",
    "entry",
    "media_seconds",
    "files",
    "answers",
    "source",
    "suggested",
    "grading",
    "type",
)  # together, by another file of an activity


@dataclass(frozen=True, slots=True)
class EditConflict:
    """A step that cannot be done: the field has another value by now (`theirs`), or its place is gone."""

    step: Step
    theirs: Any = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """A document after some steps, the steps that undo them, and those that were left out."""

    document: DraftDocument
    done: Sequence[dict[str, Any]]
    inverse: Sequence[dict[str, Any]]
    conflicts: Sequence[EditConflict] = field(default_factory=tuple)


def edit(document: DraftDocument, steps: Iterable[Step]) -> Edited:
    """Do the steps in order; one that conflicts is left out, the others are done.

    Steps that replace an activity's file are done all together, or none of them.
    """
    found = _copy(document)
    done: list[dict[str, Any]] = []
    inverse: list[dict[str, Any]] = []
    steps = list(steps)
    torn = _torn(found, steps)
    conflicts: list[EditConflict] = list(torn.values())
    for step in steps:
        if _replaces(step) and step["key"] in torn:
            continue
        undoing = _ACTS[step["do"]](found, step)
        if isinstance(undoing, EditConflict):
            conflicts.append(undoing)
        elif undoing is not None:
            done.append(dict(step))
            inverse.insert(0, undoing)
    return Edited(found, done, inverse, conflicts)


def _replaces(step: Step) -> bool:
    return step["do"] == "set" and step["of"] == "activity" and step["field"] in REPLACED


def _torn(document: DraftDocument, steps: Iterable[Step]) -> dict[str, EditConflict]:
    """Return a conflict for each activity whose file somebody else has replaced: half of each file must not be mixed."""
    torn: dict[str, EditConflict] = {}
    for step in filter(_replaces, steps):
        owner = find(document, "activity", step["key"])
        if owner is not None and owner.get(step["field"]) not in (step.get("was"), step["to"]):
            torn.setdefault(step["key"], EditConflict({**step, "field": "files"}, theirs=owner.get("files")))
    return torn


def _copy(document: DraftDocument) -> DraftDocument:
    """Copy what steps change: lists and fields. A value inside a field is replaced, never altered: 300 activities are not copied whole."""
    return {**document, "modules": [{**one, "activities": [dict(inner) for inner in one["activities"]]} for one in document["modules"]]}


def find(document: DraftDocument, of: str, key: str | None) -> dict[str, Any] | None:
    """Return the course itself, a module or an activity; None if it is gone."""
    if of == "course":
        return document
    return next((one for siblings in _lists(document, of) for one in siblings if one["key"] == key), None)


def module_of(document: DraftDocument, activity: str) -> dict[str, Any] | None:
    """Return the module of an activity; None if it is gone."""
    return next((one for one in document["modules"] if any(inner["key"] == activity for inner in one["activities"])), None)


def activities_of(document: DraftDocument) -> list[dict[str, Any]]:
    """Return all activities in order."""
    return [one for module in document["modules"] for one in module["activities"]]


def value_at(value: Mapping[str, Any], field: str) -> Any:
    """Return a field by its path, such as `title.zh`; None if it is not there."""
    found: Any = value
    for name in field.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _lists(document: DraftDocument, of: str) -> list[list[dict[str, Any]]]:
    return [document["modules"]] if of == "module" else [module["activities"] for module in document["modules"]]


def _set(document: DraftDocument, step: Step) -> dict[str, Any] | EditConflict | None:
    owner = find(document, step["of"], step.get("key"))
    if owner is None:
        return EditConflict(step, gone=True)
    now, to = value_at(owner, step["field"]), step["to"]
    if now == to:
        return None
    if (now or None) != (step.get("was") or None):  # an empty text and no text are the same to people
        return EditConflict(step, theirs=now)
    *path, last = step["field"].split(".")
    for name in path:
        owner[name] = dict(owner.get(name) or {})
        owner = owner[name]
    if to is None:
        owner.pop(last, None)
    else:
        owner[last] = to
    return {**step, "was": to, "to": now}


def _insert(document: DraftDocument, step: Step) -> dict[str, Any] | EditConflict | None:
    of, value = step["of"], deepcopy(step["value"])
    if find(document, of, value["key"]) is not None:
        return None  # the same step came again
    siblings = _siblings(document, of, step.get("module"))
    if siblings is None:
        return EditConflict(step, gone=True)
    siblings.insert(_place(siblings, step.get("after")), value)
    return {"do": "remove", "of": of, "key": value["key"]}


def _remove(document: DraftDocument, step: Step) -> dict[str, Any] | None:
    of, key = step["of"], step["key"]
    for siblings in _lists(document, of):
        for at, one in enumerate(siblings):
            if one["key"] == key:
                undoing = {"do": "insert", "of": of, "value": one, "after": siblings[at - 1]["key"] if at else None}
                home = module_of(document, key) if of == "activity" else None
                del siblings[at]
                return undoing if home is None else {**undoing, "module": home["key"]}
    return None


def _move(document: DraftDocument, step: Step) -> dict[str, Any] | EditConflict | None:
    of, key = step["of"], step["key"]
    target = _siblings(document, of, step.get("module"))
    undoing = None if target is None else _remove(document, step)
    if target is None or undoing is None:
        return EditConflict(step, gone=True)
    target.insert(_place(target, step.get("after")), undoing["value"])
    back = {"do": "move", "of": of, "key": key, "after": undoing["after"]}
    return back if of == "module" else {**back, "module": undoing["module"]}


def _siblings(document: DraftDocument, of: str, module: str | None) -> list[dict[str, Any]] | None:
    if of == "module":
        modules: list[dict[str, Any]] = document["modules"]
        return modules
    home = find(document, "module", module)
    return None if home is None else home["activities"]


def _place(siblings: Sequence[Mapping[str, Any]], after: str | None) -> int:
    if after is None:
        return 0
    return next((at + 1 for at, one in enumerate(siblings) if one["key"] == after), len(siblings))


Act = Callable[[DraftDocument, Step], dict[str, Any] | EditConflict | None]
_ACTS: Mapping[str, Act] = {
    "set": _set,
    "insert": _insert,
    "remove": _remove,
    "move": _move,
}
