"""List the differences between two versions of a course outline: what was added, removed, moved or changed. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lms.workshop.documents import title_of
from lms.workshop.edits import DraftDocument, activities_of, module_of, value_at

ADDED, REMOVED, MOVED, CHANGED = "added", "removed", "moved", "changed"
COURSE_FIELDS = ("title.zh", "title.en", "summary.zh", "summary.en", "kind", "language")
TITLES = ("title.zh", "title.en")
ACTIVITY_FIELDS = (*TITLES, "summary.zh", "summary.en", "minutes", "requires", "format", "grading")
FILES = "files"
DraftPart = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CourseDifference:
    """One difference: `of` course, module or activity, with its title; for a change the field and both values."""

    what: str
    of: str
    title: Mapping[str, str]
    field: str = ""
    before: Any = None
    after: Any = None


def differences(old: DraftDocument, new: DraftDocument) -> list[CourseDifference]:
    """Return all differences, the course's own first; files and answers are compared by their hashes."""
    return [*_fields("course", old, new, COURSE_FIELDS, title_of(new, "course")), *_modules(old, new), *_activities(old, new)]


def _modules(old: DraftDocument, new: DraftDocument) -> Iterator[CourseDifference]:
    before, after = ({one["key"]: one for one in document["modules"]} for document in (old, new))
    for key, one in after.items():
        title = title_of(new, "module", key)
        yield from _fields("module", before[key], one, TITLES, title) if key in before else [CourseDifference(ADDED, "module", title)]
    yield from (CourseDifference(REMOVED, "module", title_of(old, "module", key)) for key in before if key not in after)
    if _order(before, after) != _order(after, before):
        yield CourseDifference(MOVED, "module", title_of(new, "course"))


def _activities(old: DraftDocument, new: DraftDocument) -> Iterator[CourseDifference]:
    before, after = ({one["key"]: one for one in activities_of(document)} for document in (old, new))
    for key, one in after.items():
        title = title_of(new, "activity", key)
        if key not in before:
            yield CourseDifference(ADDED, "activity", title)
            continue
        yield from _fields("activity", before[key], one, ACTIVITY_FIELDS, title)
        if any(before[key].get(name) != one.get(name) for name in ("files", "answers")):
            yield CourseDifference(CHANGED, "activity", title, FILES)
        homes = [module_of(document, key) for document in (old, new)]
        if homes[0] and homes[1] and homes[0]["key"] != homes[1]["key"]:
            yield CourseDifference(
                MOVED, "activity", title, "", title_of(old, "module", homes[0]["key"]), title_of(new, "module", homes[1]["key"])
            )
    yield from (CourseDifference(REMOVED, "activity", title_of(old, "activity", key)) for key in before if key not in after)
    if _order(before, after) != _order(after, before):
        yield CourseDifference(MOVED, "course", title_of(new, "course"))


def _order(these: Mapping[str, Any], those: Mapping[str, Any]) -> list[str]:
    return [key for key in these if key in those]


def _fields(
    of: str, old: Mapping[str, Any], new: Mapping[str, Any], names: tuple[str, ...], title: Mapping[str, str]
) -> Iterator[CourseDifference]:
    for name in names:
        before, after = value_at(old, name), value_at(new, name)
        if (before or None) != (after or None):
            yield CourseDifference(CHANGED, of, title, name, before, after)
