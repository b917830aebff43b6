"""The words of a quiz's questions and options, from the content of its package; the answer key has only their ids."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from courses.formats.h5p_content import CONTENT
from courses.outline import Activity
from lms.catalogue import contents
from lms.catalogue.models import CourseVersion
from lms.storage import Storage


@dataclass(frozen=True, slots=True)
class Wording:
    """The text of a question, and of its options by id."""

    text: str
    options: Mapping[str, str] = field(default_factory=dict)

    def answer(self, options: tuple[str, ...]) -> str:
        """Return an answer in words; an option that the content lacks is named by its id."""
        return "；".join(self._part(one) for one in options)

    def _part(self, one: str) -> str:
        left, pair, right = one.partition("=")
        if pair and left in self.options and right in self.options:
            return f"{self.options[left]} — {self.options[right]}"
        return self.options.get(one, one)


def wording_of(storage: Storage, version: CourseVersion, activity: Activity) -> dict[str, Wording]:
    """Return the words of a quiz's questions by id; empty if its file has vanished from storage, so that ids are shown."""
    content = contents.read(storage, version.package_sha256, f"{activity.entry}/{CONTENT}")
    if content is None:
        return {}
    body: Any = msgspec.json.decode(content)
    return {one["id"]: Wording(one["text"], _options(one)) for one in body["questions"]}


def _options(question: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of options, or of both sides of pairs, by id; a question with blanks has none."""
    shown = [one for part in ("options", "left", "right") for one in question.get(part, ())]
    return {one["id"]: one["text"] for one in shown}
