"""List the differences between two versions of a course outline: what was added, removed, moved or changed. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lms.workshop.documents import title_in
from lms.workshop.edits import DraftDocument, value_at

ADDED, REMOVED, MOVED, CHANGED = "added", "removed", "moved", "changed"
COURSE_FIELDS = ("title.zh", "title.en", "summary.zh", "summary.en", "kind", "language", "area")
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
    return [*_fields("course", old, new, COURSE_FIELDS, title_in(new)), *_modules(old, new), *_activities(old, new)]


def _modules(old: DraftDocument, new: DraftDocument) -> Iterator[CourseDifference]:
    before, after = ({one["key"]: one for one in document["modules"]} for document in (old, new))
    for key, one in after.items():
        title = title_in(one)
        yield from _fields("module", before[key], one, TITLES, title) if key in before else [CourseDifference(ADDED, "module", title)]
    yield from (CourseDifference(REMOVED, "module", title_in(one)) for key, one in before.items() if key not in after)
    if _order(before, after) != _order(after, before):
        yield CourseDifference(MOVED, "module", title_in(new))


def _activities(old: DraftDocument, new: DraftDocument) -> Iterator[CourseDifference]:
    before, after = _placed(old), _placed(new)
    for key, (one, home) in after.items():
        if key in before:
            yield from _of_activity(*before[key], one, home)
        else:
            yield CourseDifference(ADDED, "activity", title_in(one))
    yield from (CourseDifference(REMOVED, "activity", title_in(one)) for key, (one, _home) in before.items() if key not in after)
    if _order(before, after) != _order(after, before):
        yield CourseDifference(MOVED, "course", title_in(new))


def _of_activity(before: DraftPart, old_home: DraftPart, after: DraftPart, new_home: DraftPart) -> Iterator[CourseDifference]:
    """Return how an activity of both documents differs, with the modules that it is in."""
    title = title_in(after)
    yield from _fields("activity", before, after, ACTIVITY_FIELDS, title)
    if any(before.get(name) != after.get(name) for name in ("files", "answers")):
        yield CourseDifference(CHANGED, "activity", title, FILES)
    if old_home["key"] != new_home["key"]:
        yield CourseDifference(MOVED, "activity", title, "", title_in(old_home), title_in(new_home))


def _placed(document: DraftDocument) -> dict[str, tuple[DraftPart, DraftPart]]:
    """Return each activity and its module by the activity's key: to search for each would take quadratic time."""
    return {one["key"]: (one, module) for module in document["modules"] for one in module["activities"]}


def _order(these: Mapping[str, Any], those: Mapping[str, Any]) -> list[str]:
    return [key for key in these if key in those]


def _fields(
    of: str, old: Mapping[str, Any], new: Mapping[str, Any], names: tuple[str, ...], title: Mapping[str, str]
) -> Iterator[CourseDifference]:
    for name in names:
        before, after = value_at(old, name), value_at(new, name)
        if (before or None) != (after or None):
            yield CourseDifference(CHANGED, of, title, name, before, after)
