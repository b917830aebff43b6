"""The document of a draft: a course outline that may be unfinished, in which each activity also says where its files are. Pure.

An activity of a draft has all fields of the outline (courses/FORMAT.md) and:

    files      the hash of the listing of its files (`lms.catalogue.contents`), as they are served, under their names in the package
    answers    the hash of its answer key's bytes in the file store; absent if the server does not grade it. No listing ever names it
    source     the file that the trainer chose: name, sha256, bytes; absent for activities of a published version
    suggested  minutes that fit the content; absent if unknown
    type       the type of ours whose form edits it (`courses.authoring`); absent for other content
"""

import re
from collections.abc import Mapping
from typing import Any

from courses.outline import Activity, Course, Text, parse_course
from courses.strict_json.problem import Problem
from lms.workshop.edits import DraftDocument, activities_of, find

OWN = frozenset({"files", "answers", "source", "suggested", "type"})
AREA = "area"  # of the course: the content area of a programme, 'programme/area'; a label of the library, not a part of the outline
KINDS = ("general", "companion", "practical")
PLACE = re.compile(r"modules\[(\d+)\](?:\.activities\[(\d+)\])?\.?(.*)", re.DOTALL)


def new_document(code: str, language: str) -> DraftDocument:
    """Return the document of a new course: without a title, with one empty module."""
    nothing = {"zh": "", "en": ""}
    module = {"key": "part-1", "title": {"zh": "第一部分", "en": "Part 1"}, "activities": []}
    return {
        "code": code,
        "kind": "general",
        "language": language,
        AREA: "",
        "title": dict(nothing),
        "summary": dict(nothing),
        "modules": [module],
    }


def document_of(outline: Mapping[str, Any], listings: Mapping[str, str], answers: Mapping[str, str]) -> DraftDocument:
    """Return the document of a draft that mends a published version. `answers`: activity → hash of its answer key's bytes."""
    modules = [
        {
            **module,
            "activities": [
                {**one, "files": listings[one["key"]], **({"answers": answers[one["key"]]} if one["key"] in answers else {})}
                for one in module["activities"]
            ],
        }
        for module in outline["modules"]
    ]
    return {**outline, "modules": modules}


def outline_of(document: DraftDocument) -> dict[str, Any]:
    """Return the course outline that a draft would be published with; a title in one language only stands for both."""
    outline = {
        **{name: one for name, one in document.items() if name != AREA},
        "title": _text(document["title"]),
        "summary": _text(document["summary"]),
    }
    outline["modules"] = [
        {**module, "title": _text(module["title"]), "activities": [_activity(one) for one in module["activities"]]}
        for module in document["modules"]
    ]
    return outline


def check_document(document: DraftDocument) -> Course | list[Problem]:
    """Check a draft's outline exactly as publishing does; paths name parts of the outline, see `place_of`."""
    return parse_course(outline_of(document))


def place_of(document: DraftDocument, path: str) -> tuple[str, str, str]:
    """Return where a problem's path lies: ("activity", its key, field). A path of a file belongs to the activity that has the file."""
    path = path.removeprefix("course.json").lstrip(": .")
    found = PLACE.fullmatch(path)
    if found is None:
        owner = next((one for one in activities_of(document) if _is_of(path, one)), None)
        return ("course", "", path) if owner is None else ("activity", owner["key"], "files")
    module, activity, field = found.groups()
    modules = document["modules"]
    if activity is None:
        return "module", modules[int(module)]["key"], field
    return "activity", modules[int(module)]["activities"][int(activity)]["key"], field


def values_of(activity: Mapping[str, Any]) -> Activity:
    """Return an activity of a draft as a value, although it may be unfinished."""
    title = Text(**_text(activity["title"]))
    return Activity(
        activity["key"],
        title,
        activity["format"],
        activity.get("minutes") or 1,
        activity["entry"],
        activity.get("requires") or {},
        activity.get("media_seconds"),
        activity.get("grading", "none"),
    )


def _is_of(path: str, activity: Mapping[str, Any]) -> bool:
    entry = str(activity["entry"])
    stem = entry.rpartition(".")[0] or entry
    return path == entry or path.startswith((f"{entry}/", f"{stem}.")) or path.startswith(f"answers/{activity['key']}.json")


def _activity(value: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: one for name, one in value.items() if name not in OWN and one is not None}
    return {**kept, "title": _text(value["title"]), "summary": _text(value.get("summary") or {})}


def _text(text: Mapping[str, Any]) -> dict[str, str]:
    zh, en = (str(text.get(language) or "").strip() for language in ("zh", "en"))
    return {"zh": zh or en, "en": en or zh}


def title_of(document: DraftDocument, of: str, key: str | None = None) -> dict[str, str]:
    """Return the title of the course, a module or an activity in both languages; empty if it is gone."""
    found = find(document, of, key)
    return title_in(found) if found else {"zh": "", "en": ""}


def title_in(part: Mapping[str, Any]) -> dict[str, str]:
    """Return the title of a part of a course in both languages."""
    return _text(part["title"])
