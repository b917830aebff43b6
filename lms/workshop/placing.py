"""Say which steps put a checked file into the document of a draft. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from courses.outline import Text
from lms.workshop.documents import new_document
from lms.workshop.edits import REPLACED, DraftDocument, Step, activities_of, find, value_at
from lms.workshop.intake import CheckedFile, DraftActivity, is_unit

TEXTS = ("title", "summary")
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Placing:
    """Place new activities: at the end of a module (by default the last one), with this title instead of their own.

    `token` names the change: `history.known_change` finds it if the same request comes again.
    """

    module: str | None = None
    title: Text | None = None
    token: str | None = None


def _gone(document: DraftDocument, checked: CheckedFile) -> set[str]:
    """Return the keys of the draft's units that the new file of their package does not have; other packages keep theirs."""
    new = {one["key"]: one["entry"] for one in checked.activities if is_unit(one["format"])}
    units = [one for one in activities_of(document) if is_unit(one["format"])]
    packages = {*new.values(), *(one["entry"] for one in units if one["key"] in new)}
    return {one["key"] for one in units if one["entry"] in packages and one["key"] not in new}


def steps_to_place(document: DraftDocument, checked: CheckedFile, placing: Placing) -> list[Step]:
    """Return the steps: activities that are there get their new files, others are added, and units that the package lacks are removed.

    A file that is a whole course brings its modules along, and gives its texts to a course that has none.
    """
    replaced = {one["key"]: one for one in checked.activities if find(document, "activity", one["key"]) is not None}
    steps = [step for one in replaced.values() for step in _replacing(find(document, "activity", one["key"]) or {}, one, placing.title)]
    new = [_titled(one, placing, document["language"]) for one in checked.activities if one["key"] not in replaced]
    if checked.course is not None and placing.module is None:
        steps += [*_texts(document, checked.course), *_with_modules(document, checked.course, {one["key"]: one for one in new})]
    else:
        steps += _at_the_end(document, placing.module, new)
    return [*steps, *({"do": "remove", "of": "activity", "key": key} for key in sorted(_gone(document, checked)))]


def _titled(activity: DraftActivity, placing: Placing, language: str) -> DraftActivity:
    title = {"zh": placing.title.zh, "en": placing.title.en} if placing.title else activity["title"]
    return {**activity, "title": _in_one_language(title, language)}


def _in_one_language(title: Mapping[str, str], language: str) -> dict[str, str]:
    """Return a title without its copy: a later change of the one text would leave the other behind."""
    if title["zh"] != title["en"]:
        return dict(title)
    return {"zh": "", "en": title["en"]} if language == "en" else {"zh": title["zh"], "en": ""}


def _at_the_end(document: DraftDocument, wanted: str | None, activities: Sequence[DraftActivity]) -> Iterator[Step]:
    """Yield steps that add activities to a module; to the last one if it is not named or gone."""
    home = find(document, "module", wanted) or (document["modules"][-1] if document["modules"] else None)
    if home is None:
        home = new_document("", "")["modules"][0]
        yield {"do": "insert", "of": "module", "after": None, "value": home}
    after = home["activities"][-1]["key"] if home["activities"] else None
    for one in activities:
        yield {"do": "insert", "of": "activity", "module": home["key"], "after": after, "value": one}
        after = one["key"]


def _texts(document: DraftDocument, course: Mapping[str, Any]) -> Iterator[Step]:
    """Yield steps that give a course without a title the texts and the language of another one."""
    if any(document["title"].values()):
        return
    if document["language"] != course["language"]:
        yield {"do": "set", "of": "course", "field": "language", "was": document["language"], "to": course["language"]}
    for name in TEXTS:
        text = _in_one_language(course[name], course["language"])
        for field in (f"{name}.{language}" for language in LANGUAGES):
            yield {"do": "set", "of": "course", "field": field, "was": value_at(document, field), "to": value_at({name: text}, field)}


def _with_modules(document: DraftDocument, course: Mapping[str, Any], new: Mapping[str, DraftActivity]) -> Iterator[Step]:
    """Yield steps that add activities in the modules of their course: to a module that has others of it, or to a new one."""
    modules = document["modules"]
    taken, after = {one["key"] for one in modules}, modules[-1]["key"] if modules else None
    empty = [one["key"] for one in modules if not one["activities"]] if not activities_of(document) else []
    for module in course["modules"]:
        added = [new[one["key"]] for one in module["activities"] if one["key"] in new]
        home = _home(document, module)
        if added and home is not None:
            yield from _at_the_end(document, home, added)
        elif added:
            key = next(one for one in _keys(module["key"]) if one not in taken)
            title = _in_one_language(module["title"], course["language"])
            yield {"do": "insert", "of": "module", "after": after, "value": {"key": key, "title": title, "activities": added}}
            taken, after = taken | {key}, key
    yield from ({"do": "remove", "of": "module", "key": key} for key in empty)


def _home(document: DraftDocument, module: Mapping[str, Any]) -> str | None:
    """Return the key of the draft's module that has activities of a module of the file."""
    keys = {one["key"] for one in module["activities"]}
    return next((one["key"] for one in document["modules"] if any(inner["key"] in keys for inner in one["activities"])), None)


def _keys(key: str) -> Iterator[str]:
    return chain([key], (f"{key}-{number}" for number in count(2)))


def _replacing(old: DraftActivity, new: DraftActivity, title: Text | None) -> list[Step]:
    """Return the steps that give an activity another file. A cmi5 unit keeps how it is graded, too: its condition decides that."""
    units = is_unit(old["format"]) and is_unit(new["format"])
    values = {name: new.get(name) for name in REPLACED if not (units and name == "grading")}
    same = units or (old["format"], old.get("grading") == "server") == (new["format"], new.get("grading") == "server")
    if not same:
        values["requires"] = new.get("requires", {})
    if not same or (new.get("media_seconds") and (old.get("minutes") or 0) > new["minutes"]):
        values["minutes"] = new["minutes"]
    if title is not None:
        values["title"] = {"zh": title.zh, "en": title.en}
    return [
        {"do": "set", "of": "activity", "key": old["key"], "field": name, "was": old.get(name), "to": to} for name, to in values.items()
    ]
