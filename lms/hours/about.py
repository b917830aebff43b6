"""Read the part of a bundle that names its person and its rules. No hour depends on it, so old bundles need not have it.

`person` is a digest under a key that is deleted when the person is erased; anyone who has the person's statements can check it.
"""

import re
from typing import Any
from uuid import UUID

from courses.strict_json.loading import Json
from courses.strict_json.problem import Problem
from courses.strict_json.reader import Reader

FORMAT = 2  # bundles without this part have format 1
FIELDS = ("format", "person", "enrolment", "class", "rules", "statements")
SHA256 = re.compile(r"[0-9a-f]{64}")


def read_about(bundle: Json, path: str) -> tuple[Json | None, list[Problem]]:
    """Return this part of a bundle, without the list of its statements, and its problems; None if the bundle has no such part."""
    if "about" not in bundle:
        return None, []
    reader = AboutReader()
    found = reader.about(bundle["about"], f"{path}.about")
    return found, reader.problems


class AboutReader(Reader):
    """Reads the part of a bundle that names its person and its rules."""

    def about(self, value: Any, path: str) -> Json | None:
        """Read the whole part."""
        found = self.object(value, path, FIELDS, ())
        if found is None:
            return None
        for index, one in enumerate(self.array(found["statements"], f"{path}.statements")):
            self.statement(one, f"{path}.statements[{index}]")
        return {
            "format": self.whole(found["format"], f"{path}.format", least=FORMAT, most=FORMAT),
            "person": self.sha256(found["person"], f"{path}.person"),
            "enrolment": self.whole(found["enrolment"], f"{path}.enrolment", least=1),
            "class": self.text(found["class"], f"{path}.class"),
            "rules": self.rules(found["rules"], f"{path}.rules"),
        }

    def rules(self, value: Any, path: str) -> Json:
        """Read the programme and the courses of the rules."""
        found = self.object(value, path, ("programme", "courses"), ())
        if found is None:
            return {}
        courses = self.mapping(found["courses"], f"{path}.courses")
        return {
            "programme": self.version(found["programme"], f"{path}.programme"),
            "courses": {code: self.version(one, f"{path}.courses[{index}]") for index, (code, one) in enumerate(courses.items())},
        }

    def version(self, value: Any, path: str) -> Json:
        """Read a document's version: its number and SHA-256; for a programme also its code and year."""
        found = self.object(value, path, ("version", "sha256"), ("code", "year"))
        if found is None:
            return {}
        read: Json = {"version": self.whole(found["version"], f"{path}.version", least=1)}
        read["sha256"] = self.sha256(found["sha256"], f"{path}.sha256")
        if "code" in found:
            read["code"] = self.text(found["code"], f"{path}.code")
        if "year" in found:
            read["year"] = self.whole(found["year"], f"{path}.year")
        return read

    def sha256(self, value: Any, path: str) -> str:
        """Read a SHA-256 in hexadecimal."""
        if not isinstance(value, str) or len(value) != 64 or not SHA256.fullmatch(value):  # noqa: PLR2004
            self.refuse("sha256", path, value)
            return ""
        return value

    def statement(self, value: Any, path: str) -> None:
        """Read a statement's id."""
        try:
            fine = isinstance(value, str) and len(value) == 36 and bool(UUID(value))  # noqa: PLR2004
        except ValueError:
            fine = False
        if not fine:
            self.refuse("statement-id", path, value)
