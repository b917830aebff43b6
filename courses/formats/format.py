"""The type of an entry of the format table: everything that the rest of the product asks about one format of content."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from courses.libraries import FindLibrary
from courses.strict_json.problem import N_, Problem
from courses.values import NOTHING, Activity, Module, Text

Files = Mapping[str, Path]  # name in a package → path of its bytes
AddressOf = Callable[[str], str | None]  # the address of a file of a published package; None if there is no such file
ReadFile = Callable[[str], bytes | None]  # the content of a file of a published package; None if there is no such file

SANDBOX = "allow-scripts allow-forms allow-popups"  # never allow-same-origin: packages are uploaded code
# Of formats with `own_host` only. Without windows of their own: those would hide the page that measures time, or lead elsewhere.
OWN_HOST_SANDBOX = "allow-scripts allow-same-origin allow-forms allow-modals allow-downloads"
HEAD = 4096  # bytes that are enough to tell what a file is


@dataclass(frozen=True, slots=True)
class CheckedActivity:
    """An activity with its served files; `key` is its answer key if the server grades it."""

    activity: Activity
    files: Files
    key: dict[str, Any] | None = None
    warnings: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SingleActivity:
    """An uploaded file that is a course by itself: its one activity, and its files under their names in the package."""

    activity: Activity
    files: Files
    language: str = "zh"


@dataclass(frozen=True, slots=True)
class WholeCourse:
    """An uploaded package that is a course of several activities, already checked.

    `identity` is the same in all versions of the package, such as a hash of its publisher's id: the next upload with the same identity
    and file name becomes the next version of the course.
    """

    identity: str
    title: Text
    modules: tuple[Module, ...]
    activities: tuple[CheckedActivity, ...]  # with the files of the package, in the order of the modules
    summary: Text = NOTHING
    language: str = "zh"


@dataclass(frozen=True, slots=True)
class UnitReport:
    """One report of one unit, which its page sends from the package's own host.

    `ended`: the unit says that it ends. `run` is one load of the frame, and `number` counts its commits, so that an older one that
    arrives later is known.
    """

    unit: str
    ended: bool
    run: str
    number: int
    values: Mapping[str, Any]  # of the standard's data model, by their names


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an activity's units together: completed, passed or not (None: they do not say), and a score from 0 to 1."""

    completed: bool = False
    passed: bool | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Tracked:
    """The state to keep after a commit, as a JSON object, and the outcome of the whole activity."""

    state: dict[str, Any]
    outcome: Outcome


class ReportTooLargeError(Exception):
    """A package reports more than is kept; nothing of it may be stored."""


# Takes the kept state and a report; None: no unit of the package sent it, or a later one has overtaken it. May raise ReportTooLargeError.
Tracker = Callable[[Mapping[str, Any], UnitReport], Tracked | None]


def _nothing_first(_entry: str, _read: ReadFile) -> tuple[str, ...]:
    return ()


def _none_later(_entry: str, _read: ReadFile) -> tuple[str, ...]:
    return ()


def _no_attributes(_entry: str, _address_of: AddressOf, _read: ReadFile) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Frame:
    """The page that plays an activity, in a sandbox on the content host; `courses/player/frame.html` is its outline.

    `scripts` (the runtime) are files of `courses/player`, run in this order; those ending in .mjs are modules. `body` is HTML.
    `policy` adds sources to the content security policy that every frame has. `attributes` are data attributes of the page, as JSON.
    `shape` "wide" keeps the frame at 16 to 9, "low" begins as high as a row of buttons, "tall" takes most of the window; otherwise the
    frame grows with its content.
    """

    scripts: tuple[str, ...]
    body: str
    style: str = ""  # class of the body
    styles: tuple[str, ...] = ()  # style sheets beside frame.css
    shape: str = ""
    sandbox: str = SANDBOX
    pages: bool = False  # whether content may show pages of its package in frames inside, without an origin
    policy: Mapping[str, str] = field(default_factory=dict)
    attributes: Callable[[str, AddressOf, ReadFile], Mapping[str, Any]] = _no_attributes
    later: Callable[[str, ReadFile], tuple[str, ...]] = _none_later  # files of `courses/player` that its scripts load for an entry


def _no_facts(_path: Path) -> Mapping[str, Any]:
    return {}


def _no_tracker(_entry: str, _has: Callable[[str], bool], _read: ReadFile) -> Tracker | None:
    return None


def _no_media(_entry: str, _read: ReadFile) -> bool:
    return False


def _no_captions(_entry: str, _read: ReadFile) -> Mapping[str, tuple[str, ...]]:
    return {}


def _no_conditions(_activity: Activity, _read: ReadFile) -> tuple[str, ...]:
    return ()


def _its_minutes(activity: Activity, _read: ReadFile) -> int | None:
    return activity.minutes


@dataclass(frozen=True, slots=True)
class Format:
    """One format of content.

    `check` returns an activity with its files as they are served, or every problem; its last argument finds the H5P libraries
    that the package lacks. `detect` says whether an upload without a course outline (its files by name) is of this format, and
    `single` makes an activity or a whole course of it; the text is the file's name as a title. The default conditions of the format are
    those of that activity.
    """

    name: str  # in course outlines and addresses
    words: str  # its name for people, marked for translation
    icon: str  # of the pages
    frame: Frame
    endings: frozenset[str]  # of the files that a package may hold for it, without the dot
    check: Callable[[Activity, Files, FindLibrary], CheckedActivity | list[Problem]]
    detect: Callable[[Files], bool]
    single: Callable[[str, Files], SingleActivity | WholeCourse | list[Problem]]
    uploads: tuple[str, ...]  # endings of such uploads, with the dot
    packed: str = ""  # ending of an entry that is an archive; it is unpacked into a folder of the same name
    own_host: bool = False  # whether its pages need an origin, so that every package is served on a host of its own
    own_origin: bool = False  # whether its frame gets such an origin where it helps (`lms.learning.frame_address`); its files stay shared
    runtime: str = ""  # the server side with which its content talks by itself (`lms.learning.runtimes`)
    advice: str = ""  # for learners, below the content
    manifest: str = ""  # name of a file that marks a package with pages of its own, whose files may be of any kind
    pages_in: tuple[str, str] | None = None  # a file's name, and the folder beside such a file in which web pages may lie
    tracker: Callable[[str, Callable[[str], bool], ReadFile], Tracker | None] = (
        _no_tracker  # of an entry, if its pages report to the server
    )
    download: bool = False  # whether learners may take the file with them
    graded: bool = False  # whether an activity may state how it is graded
    named_in_outlines: bool = True  # whether a course's outline says the format's name
    first_files: Callable[[str, ReadFile], tuple[str, ...]] = _nothing_first  # of an entry: what its frame reads first, to be fetched ahead
    # of formats whose activities are units of one package: checks those of one entry at once, and returns their outcomes in the same order
    check_units: Callable[[Sequence[Activity], Files], list[CheckedActivity | list[Problem]]] | None = None
    facts: Callable[[Path], Mapping[str, Any]] = _no_facts  # fields of an activity that are read from its file if they are left out
    plays_own_media: Callable[[str, ReadFile], bool] = _no_media  # whether media of this entry play in our own player
    captions_text: Callable[[str, ReadFile], Mapping[str, tuple[str, ...]]] = _no_captions  # of an entry that is a film: language → texts
    leads_to: Callable[[str, ReadFile], str | None] | None = None  # address elsewhere of an entry without a frame; nothing is measured then
    sends: Callable[[Activity, ReadFile], tuple[str, ...]] = _no_conditions  # the conditions that an activity of it can meet
    suggested_minutes: Callable[[Activity, ReadFile], int | None] = _its_minutes  # for an activity that `single` made
    captions: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # ending of a file beside the entry → its language, and its name
    conditions: Mapping[str, str] = field(default_factory=dict)  # texts for its conditions, if they differ from the usual ones
    covered: str = N_("Watched so far: %(percent)s %%")


def read_head(path: Path) -> bytes:
    """Return a file's first bytes."""
    with path.open("rb") as file:
        return file.read(HEAD)
