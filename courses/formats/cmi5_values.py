"""The parts of a cmi5 course as frozen values, and the keys that they get here.

cmi5's assignable units (AUs) are units here, and each becomes one activity, because hours, conditions and minutes belong to activities;
each innermost block with units becomes a module. A publisher's ids are IRIs of any length; `key_of` makes short keys of them that stay
the same in later versions of the package.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courses.values import Text

MANIFEST = "cmi5.xml"
FOLDER = "cmi5/"  # of a package in a course, if nothing else is said
HASH, WORDS = 8, 40  # characters of a key

COMPLETED, PASSED, BOTH, EITHER, NOT_APPLICABLE = "Completed", "Passed", "CompletedAndPassed", "CompletedOrPassed", "NotApplicable"
CONDITIONS: Mapping[str, Mapping[str, Any]] = {  # moveOn (cmi5 10.2.5) → the conditions of an activity
    COMPLETED: {"completed": True},
    PASSED: {"passed": True},
    BOTH: {"completed": True, "passed": True},
    EITHER: {"completed_or_passed": True},
    NOT_APPLICABLE: {},
}
ANY_WINDOW, OWN_WINDOW = "AnyWindow", "OwnWindow"


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the course structure."""

    id: str
    title: Text


@dataclass(frozen=True, slots=True)
class AssignableUnit:
    """An assignable unit. `blocks` are the ids of the blocks around it, the outermost first; `url` is as the manifest has it."""

    id: str
    title: Text
    summary: Text
    url: str
    move_on: str = NOT_APPLICABLE
    mastery_score: float | None = None
    launch_method: str = ANY_WINDOW
    launch_parameters: str | None = None
    entitlement_key: str | None = None
    blocks: tuple[str, ...] = ()
    minutes: int | None = None

    @property
    def key(self) -> str:
        """The key of its activity."""
        return key_of(self.id)


@dataclass(frozen=True, slots=True)
class Structure:
    """A course structure; its units are in the order of the manifest.

    `package` tells the packages of one course apart; it is '' for the one at the top of a course or in FOLDER.
    """

    id: str
    title: Text
    summary: Text
    language: str
    blocks: Mapping[str, Block]
    units: tuple[AssignableUnit, ...]
    package: str = ""

    def unit(self, key: str) -> AssignableUnit | None:
        """Return the unit of an activity."""
        return next((one for one in self.units if one.key == key), None)

    def keys_in(self, block: str | None) -> list[str]:
        """Return the keys of all units in a block and the blocks inside it; None: of the whole course."""
        return [one.key for one in self.units if block is None or block in one.blocks]


def key_of(iri: str) -> str:
    """Return a short key of a publisher's id: its last words, and a hash by which it is unique."""
    words = re.sub(r"[^a-z0-9]+", "-", iri.rstrip("/").rpartition("/")[2].lower()[-WORDS:]).strip("-")
    digest = hashlib.sha256(iri.encode("utf-8", "surrogatepass")).hexdigest()[:HASH]
    return f"{words}-{digest}" if words else digest


def package_in(folder: str) -> str:
    """Return the short name of the package in a folder of a course, by which statements tell it from the course's other packages."""
    return "" if folder in {"", FOLDER} else hashlib.sha256(folder.encode("utf-8", "surrogatepass")).hexdigest()[:HASH]


def is_elsewhere(url: str) -> bool:
    """Say whether a unit lies on another host; otherwise its url is a path in the package."""
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", url))
