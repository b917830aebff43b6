"""The parts of a course as frozen values.

A course has modules, and a module has activities; an activity is the smallest unit that can earn time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST_TITLE = 200
LONGEST_SUMMARY = 2000
MOST_MINUTES = 600
CLOSE_S = 1.0  # what a browser plays of media may differ from the stated length by this many seconds
CLOSE_SHARE = 0.1  # but never by more than this share of it
SHORT_S = CLOSE_S / CLOSE_SHARE  # of shorter media, the tolerance is a share
LEAST_MEDIA_S = 2  # shorter media earn nothing: whole seconds count, and browsers may not play the last one


@dataclass(frozen=True, slots=True)
class Text:
    """A text for people, in both languages."""

    zh: str
    en: str


NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Activity:
    """The smallest unit that can earn time.

    `minutes` is the most it can earn. `requires` lists the conditions for earning: completed, passed, completed_or_passed, coverage (a
    share of `media_seconds`). `entry` is a path inside the package: the folder of an unpacked H5P content, or a video file.

    `grading` says who decides: the site ("server"); the content itself ("content"); the content when it is completed, but not before the
    site has judged every check right ("checks"); or nobody ("none").
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
        """The most it can earn, in seconds: its minutes, but never more than the length of its media.

        Of media shorter than 10 s it is what any browser plays of them: a second is a large share of a course of such media, which
        could never be finished if it asked for a second that is not played.
        """
        lasts, playable = self.media_seconds, self.playable_seconds
        if lasts is None or playable is None:
            return self.minutes * 60
        return min(self.minutes * 60, int(playable if lasts < SHORT_S else lasts))

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
