"""The parts of a course as frozen values, and the only parser of a course document (course.json).

A course has modules, and a module has activities; an activity is the smallest unit that can earn time. FORMAT.md explains the
format for trainers.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from courses.reader import CourseReader
from courses.strict_json.problem import Problem

__all__ = ["Activity", "Course", "Module", "Text", "document_of", "parse_course"]

FORMATS = ("h5p", "video")
GRADINGS = ("server", "content", "none")

MOST_MODULES = 50
MOST_ACTIVITIES = 200
LONGEST_TITLE = 200
LONGEST_SUMMARY = 2000
MOST_MINUTES = 600
MOST_MEDIA_SECONDS = 36_000
CLOSE_S = 1.0  # what a browser plays of media may differ from the stated length by this many seconds
CLOSE_SHARE = 0.1  # but never by more than this share of it


@dataclass(frozen=True, slots=True)
class Text:
    """A text for people, in both languages."""

    zh: str
    en: str


NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Activity:
    """The smallest unit that can earn time.

    `minutes` is the most it can earn. `requires` lists the conditions for earning: completed, passed, coverage (a share of
    `media_seconds`). `entry` is a path inside the package: the folder of an unpacked H5P content, or a video file.
    """

    key: str
    title: Text
    format: str
    minutes: int
    entry: str
    requires: Mapping[str, Any] = field(default_factory=dict)
    media_seconds: float | None = None
    grading: str = "none"
    summary: Text = NOTHING

    @property
    def worth_seconds(self) -> int:
        """The most it can earn, in seconds: its minutes, but never more than the length of its media."""
        return self.minutes * 60 if self.media_seconds is None else min(self.minutes * 60, int(self.media_seconds))

    @property
    def playable_seconds(self) -> float | None:
        """The length that any browser plays of its media: browsers report a film of 61 s as 60.9 s, or end it before its last picture."""
        seconds = self.media_seconds
        return None if seconds is None else seconds - min(CLOSE_S, seconds * CLOSE_SHARE)

    def seconds_left(self, credited: int) -> int:
        """Return how much it can still earn after `credited` seconds; 0 if only the part is missing that a browser may not play."""
        playable = self.playable_seconds
        enough = self.worth_seconds if playable is None else min(self.worth_seconds, int(playable))
        return self.worth_seconds - credited if credited < enough else 0


@dataclass(frozen=True, slots=True)
class Module:
    """A part of a course."""

    key: str
    title: Text
    activities: tuple[Activity, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """A published version of a course. `code` is the same in all its versions."""

    code: str
    title: Text
    summary: Text
    kind: str
    language: str
    modules: tuple[Module, ...]

    @property
    def activities(self) -> tuple[Activity, ...]:
        """All activities, in order."""
        return tuple(activity for module in self.modules for activity in module.activities)

    @property
    def minutes(self) -> int:
        """The sum of its activities' minutes. Media may earn less than theirs, because these are rounded up: see `worth_seconds`."""
        return sum(activity.minutes for activity in self.activities)

    @property
    def worth_seconds(self) -> int:
        """The most that the whole course can earn, in seconds."""
        return sum(activity.worth_seconds for activity in self.activities)


def parse_course(document: Any) -> Course | list[Problem]:
    """Read a course document; list every problem with its path.

    Unknown keys are problems, because a misspelt `requires` would silently remove a condition. `document_of` is the inverse.
    """
    reader = CourseReader()
    found = reader.object(document, "", ("code", "title", "modules"), ("kind", "language", "summary"))
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


def document_of(course: Course) -> dict[str, Any]:
    """Return the canonical document of a course: JSON values with all defaults, equal for equal courses."""
    document = asdict(course)
    document["modules"] = list(document["modules"])
    for module in document["modules"]:
        module["activities"] = [{key: one[key] for key in one if one[key] is not None} for one in module["activities"]]
    return document


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
    found = reader.object(value, path, (), ("completed", "passed", "coverage")) or {}
    gate: dict[str, Any] = {
        name: True for name in ("completed", "passed") if name in found and reader.boolean(found[name], f"{path}.{name}")
    }
    if "coverage" in found:
        gate["coverage"] = reader.above_zero(found["coverage"], f"{path}.coverage", most=1)
    return gate


def _check_gate(reader: CourseReader, activity: Activity, path: str) -> None:
    """Refuse conditions that can never be met, and minutes that can never be earned."""
    seconds = activity.media_seconds
    if "coverage" in activity.requires and seconds is None:
        reader.refuse("needs-length", f"{path}.requires.coverage")
    if "passed" in activity.requires and activity.grading == "none":
        reader.refuse("never-passed", f"{path}.requires.passed")
    if activity.grading != "none" and activity.format == "video":
        reader.refuse("grading-of-a-video", f"{path}.grading")
    if seconds is not None and activity.minutes > -(-seconds // 60):
        # HOURS.md: media earn at most the time that was covered.
        reader.refuse("too-many-minutes", f"{path}.minutes", seconds=f"{seconds:g}", minutes=int(-(-seconds // 60)))


def _summary(reader: CourseReader, found: Mapping[str, Any], path: str) -> Text:
    written = found.get("summary")
    return NOTHING if written in (None, "", asdict(NOTHING)) else _text(reader, written, path, LONGEST_SUMMARY)


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
