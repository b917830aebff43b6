"""Values of a programme document. Plain values only; no rule of any year is in code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from lms.hours import Policy

Kind = Literal["hours", "days", "months", "tasks", "courses"]
LAST = 1000
USUAL_APPEAL_DAYS = 15
KINDS: tuple[Kind, ...] = ("hours", "days", "months", "tasks", "courses")
FOR_SESSIONS = "/sessions"  # in the place of a requirement: what stands for sessions moved online; no key has a slash
ATTENDED: tuple[Kind, ...] = ("days", "months", "tasks")  # noted by class staff; the others follow from study
Mode = Literal["face-to-face", "school", "online"]
MODES: tuple[Mode, ...] = ("face-to-face", "school", "online")


@dataclass(frozen=True, slots=True)
class BilingualText:
    """A text in both languages."""

    zh: str
    en: str


UNITS: Mapping[Kind, BilingualText] = {
    "hours": BilingualText("学时", "credit hours"),
    "days": BilingualText("天", "days"),
    "months": BilingualText("个月", "months"),
    "tasks": BilingualText("项", "tasks"),
    "courses": BilingualText("门", "courses"),
}


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a key and a name: a content area, a staff role."""

    key: str
    name: BilingualText


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the programme as printed. Its number is optional, and each number keeps its own unit."""

    key: str
    name: BilingualText
    mode: Mode
    days: int | None = None
    months: int | None = None
    hours: int | None = None
    online_plan: bool = False  # its sessions may be moved online; they still count in the same unit


@dataclass(frozen=True, slots=True)
class Track:
    """A group of people in the programme with its own requirements."""

    key: str
    name: BilingualText
    subjects: tuple[BilingualText, ...] = ()
    per_head: int | None = None  # cost for one person, in whole units of the currency


@dataclass(frozen=True, slots=True)
class Requirement:
    """A demand of a track. `target` is None if the document gives no number; units are never converted.

    For `courses` without a target, the class decides the number: its compulsory courses.
    """

    key: str
    kind: Kind
    title: BilingualText
    target: Decimal | None
    tracks: frozenset[str]
    phase: str | None = None

    @property
    def unit(self) -> BilingualText:
        """The unit in which its kind is counted."""
        return UNITS[self.kind]


@dataclass(frozen=True, slots=True)
class Integrity:
    """The sanction for failures: who is barred, from what, for how long, and from which day (a setting: the notice does not say)."""

    causes: frozenset[str]
    years: int
    bars: str
    starts: str


@dataclass(frozen=True, slots=True)
class Filing:
    """A document to submit before an intake opens: by a day, or a number of days before its opening."""

    key: str
    name: BilingualText
    on: date | None
    days_before_opening: int | None


@dataclass(frozen=True, slots=True)
class Deliverable:
    """A result that a provider owes: `least` pieces, or `least` for every `people` people begun."""

    key: str
    name: BilingualText
    per: str
    least: int
    people: int | None
    days_after_end: int | None

    def pieces(self, people: int) -> int:
        """Return how many pieces are due for `people` people (of a class or of a provider, according to `per`)."""
        return self.least if self.people is None else self.least * -(-people // self.people)


@dataclass(frozen=True, slots=True)
class Rates:
    """The cost of one person, for a face-to-face day and for an online hour."""

    currency: str
    face_to_face_day: int
    online_hour: int


@dataclass(frozen=True, slots=True)
class Rules:
    """The notice's rules that hold for a class of the programme."""

    selection_closes: date
    practical_share: Decimal  # the least share of practical courses
    staff: tuple[Named, ...]
    integrity: Integrity
    filings: tuple[Filing, ...]
    deliverables: tuple[Deliverable, ...]
    rates: Rates
    appeal_days: int = USUAL_APPEAL_DAYS  # after a decision, or after the class's end: so long a teacher may appeal
    second_confirmation: bool = False  # a second person confirms before certificates are issued
    absent_half_days: int | None = None  # who is absent from more without an excuse is proposed for dismissal; None: nobody is


@dataclass(frozen=True, slots=True)
class CommunityRole:
    """One role of a learning community: how many people have it in one community, and in total."""

    key: str
    name: BilingualText
    each: int
    total: int


@dataclass(frozen=True, slots=True)
class ProgrammeDocument:
    """One dated document of one programme."""

    code: str
    year: int
    effective_from: date
    name: BilingualText
    audience: BilingualText
    places: tuple[BilingualText, ...]
    printed_days: int | None  # as printed; may differ from the sum of the phases' days
    phases: tuple[Phase, ...]
    content_areas: tuple[Named, ...]
    principles: tuple[Named, ...]
    community: tuple[CommunityRole, ...]
    tracks: tuple[Track, ...]
    requirements: tuple[Requirement, ...]
    policy: Policy
    trusted_providers: frozenset[str]
    finished_share: Decimal  # the share of a course's minutes that must be credited before the course counts as finished
    rules: Rules
    position: int | None = None  # in its notice; a list of programmes keeps the notice's order

    @property
    def shown_after(self) -> tuple[int, int, str]:
        """Return what lists of programmes are ordered by: the newest year first, then as in the notice, the rest by code."""
        return -self.year, self.position or LAST, self.code

    def track(self, key: str) -> Track | None:
        """Return a track by its key."""
        return next((track for track in self.tracks if track.key == key), None)

    def requirements_of(self, track: str) -> tuple[Requirement, ...]:
        """Return the requirements of a track, in the document's order."""
        return tuple(requirement for requirement in self.requirements if track in requirement.tracks)
