"""A problem of an input: its code, parameters and position. The sentence is made when somebody reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Params = Mapping[str, str | int]


def N_(words: str) -> str:  # noqa: N802 - gettext finds the sentences to translate by this name
    """Mark a sentence for translation."""
    return words


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: its `code`, the `params` of its sentence, and its position.

    `path` is a position inside a JSON file, the name of a file inside a package, or both, separated by a space.
    """

    code: str
    path: str = ""
    params: Params = field(default_factory=dict)

    def __hash__(self) -> int:
        """Include the params: without them, thousands of problems of one code and path share a hash, and a set compares all pairs."""
        return hash((self.code, self.path, frozenset(self.params.items())))

    def inside(self, name: str) -> "Problem":
        """Return the same problem as one inside the file `name`."""
        return replace(self, path=f"{name} {self.path}".rstrip())

    @property
    def record(self) -> dict[str, Any]:
        """The problem as a JSON object, to keep it and put it into words later."""
        return {"code": self.code, "path": self.path, "params": dict(self.params)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Problem":
        """Return the problem of such a record."""
        return cls(record["code"], record["path"], record["params"])


def in_english(problem: Problem, sentences: Mapping[str, str]) -> str:
    """Return the problem's sentence without its path, in English."""
    return sentences[problem.code] % problem.params
