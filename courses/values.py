"""The parts of a course as frozen values.

A course has modules, and a module has activities; an activity is the smallest unit that can earn time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST_TITLE = 200
LONGEST_SUMMARY = 2000
MOST_MINUTES = 600


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
        """The most that the whole course can earn, in minutes."""
        return sum(activity.minutes for activity in self.activities)
