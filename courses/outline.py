"""The only parser of a course outline (course.json); FORMAT.md explains the file for trainers. `courses.values` has what comes out."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from courses.formats import FORMATS
from courses.reader import CourseReader
from courses.strict_json.problem import Problem
from courses.values import LONGEST_SUMMARY, LONGEST_TITLE, MOST_MINUTES, NOTHING, Activity, Course, Module, Text

__all__ = ["Activity", "Course", "Module", "Text", "outline_of", "parse_course"]

GRADINGS = ("server", "checks", "content", "none")

EMPTY_TEXT = asdict(NOTHING)

MOST_MODULES = 500
MOST_ACTIVITIES = 2000  # cmi5 6.1: more than 1000 units
MOST_MEDIA_SECONDS = 36_000


def parse_course(outline: Any) -> Course | list[Problem]:
    """Read a course outline; list every problem with its path.

    Unknown keys are problems, because a misspelt `requires` would silently remove a condition. `outline_of` is the inverse.
    """
    reader = CourseReader()
    found = reader.object(outline, "", ("code", "title", "modules"), ("kind", "language", "summary"))
    if found is None:
        return reader.problems
    modules = tuple(
        _module(reader, value, f"modules[{n}]") for n, value in enumerate(reader.array(found["modules"], "modules", MOST_MODULES))
    )
    course = Course(
        code=reader.slug(found["code"], "code"),
        title=_text(reader, found["title"], "title", LONGEST_TITLE),
        summary=_summary(reader, found, "summary"),
        kind=reader.slug(found.get("kind", "general"), "kind"),
        language=reader.language(found.get("language", "zh"), "language"),
        modules=modules,
    )
    _check_keys(reader, course)
    return reader.problems or course


def outline_of(course: Course) -> dict[str, Any]:
    """Return the canonical outline of a course: JSON values with all defaults, equal for equal courses."""
    outline = asdict(course)
    outline["modules"] = list(outline["modules"])
    for module in outline["modules"]:
        module["activities"] = [{key: one[key] for key in one if one[key] is not None} for one in module["activities"]]
    return outline


def _module(reader: CourseReader, value: Any, path: str) -> Module:
    found = reader.object(value, path, ("key", "title", "activities"), ())
    if found is None:
        return Module("", NOTHING, ())
    activities = reader.array(found["activities"], f"{path}.activities", MOST_ACTIVITIES)
    return Module(
        key=reader.slug(found["key"], f"{path}.key"),
        title=_text(reader, found["title"], f"{path}.title", LONGEST_TITLE),
        activities=tuple(_activity(reader, one, f"{path}.activities[{n}]") for n, one in enumerate(activities)),
    )


def _activity(reader: CourseReader, value: Any, path: str) -> Activity:
    found = reader.object(value, path, ("key", "title", "format", "entry", "minutes"), ("summary", "grading", "requires", "media_seconds"))
    if found is None:
        return Activity("", NOTHING, "", 1, "")
    seconds = found.get("media_seconds")
    activity = Activity(
        key=reader.slug(found["key"], f"{path}.key"),
        title=_text(reader, found["title"], f"{path}.title", LONGEST_TITLE),
        format=reader.choice(found["format"], f"{path}.format", FORMATS),
        minutes=reader.whole(found["minutes"], f"{path}.minutes", least=1, most=MOST_MINUTES),
        entry=reader.entry(found["entry"], f"{path}.entry"),
        requires=_requires(reader, found.get("requires", {}), f"{path}.requires"),
        media_seconds=None if seconds is None else reader.above_zero(seconds, f"{path}.media_seconds", most=MOST_MEDIA_SECONDS),
        grading=reader.choice(found.get("grading", "none"), f"{path}.grading", GRADINGS),
        summary=_summary(reader, found, f"{path}.summary"),
    )
    _check_gate(reader, activity, path)
    return activity


def _requires(reader: CourseReader, value: Any, path: str) -> dict[str, Any]:
    """Read the conditions; those that are not required are left out, so that equal conditions are written alike."""
    yes = ("completed", "passed", "completed_or_passed")
    found = reader.object(value, path, (), (*yes, "coverage")) or {}
    gate: dict[str, Any] = {name: True for name in yes if name in found and reader.boolean(found[name], f"{path}.{name}")}
    if "coverage" in found:
        gate["coverage"] = reader.above_zero(found["coverage"], f"{path}.coverage", most=1)
    return gate


def _check_gate(reader: CourseReader, activity: Activity, path: str) -> None:
    """Refuse conditions that can never be met, and minutes that can never be earned."""
    seconds = activity.media_seconds
    if "coverage" in activity.requires and seconds is None:
        reader.refuse("needs-length", f"{path}.requires.coverage")
    if "passed" in activity.requires and activity.grading in {"none", "checks"}:
        reader.refuse("never-passed", f"{path}.requires.passed", grading=activity.grading)
    if "completed_or_passed" in activity.requires and activity.format in FORMATS and not FORMATS[activity.format].runtime:
        reader.refuse("only-of-units", f"{path}.requires.completed_or_passed")
    if activity.grading != "none" and activity.format in FORMATS and not FORMATS[activity.format].graded:
        reader.refuse("never-graded", f"{path}.grading", format=activity.format)
    if seconds is not None and activity.minutes > -(-seconds // 60):
        # HOURS.md: media earn at most the time that was covered.
        reader.refuse("too-many-minutes", f"{path}.minutes", seconds=f"{seconds:g}", minutes=int(-(-seconds // 60)))


def _summary(reader: CourseReader, found: Mapping[str, Any], path: str) -> Text:
    written = found.get("summary")
    return NOTHING if written in (None, "", EMPTY_TEXT) else _text(reader, written, path, LONGEST_SUMMARY)


def _text(reader: CourseReader, value: Any, path: str, longest: int) -> Text:
    """Read a text in both languages, or one text for both; if the English text is missing, the Chinese one is used."""
    found = reader.object({"zh": value} if isinstance(value, str) else value, path, ("zh",), ("en",))
    if found is None:
        return NOTHING
    zh = reader.filled(found["zh"], f"{path}.zh", longest)
    return Text(zh, reader.filled(found["en"], f"{path}.en", longest) if found.get("en") else zh)


def _check_keys(reader: CourseReader, course: Course) -> None:
    """Refuse equal keys, even in different modules: hours are stored under "<course code>:<activity key>"."""
    seen: dict[str, str] = {}
    for number, module in enumerate(course.modules):
        _unique(reader, seen, "module", module.key, f"modules[{number}].key")
        for place, activity in enumerate(module.activities):
            _unique(reader, seen, "activity", activity.key, f"modules[{number}].activities[{place}].key")


def _unique(reader: CourseReader, seen: dict[str, str], what: str, key: str, path: str) -> None:
    first = seen.setdefault(f"{what} {key}", path)
    if key and first != path:
        reader.refuse("same-as", path, other=first)
