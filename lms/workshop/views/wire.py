"""The JSON that the editor's page sends, and what it gets: parsed and limited here; everything else is refused."""

import re
from typing import Annotated, Any, Literal

import msgspec
from flask_babel import gettext as _
from msgspec import Meta

from courses.strict_json.reader import LONGEST_SLUG, SLUG
from courses.values import LONGEST_SUMMARY, LONGEST_TITLE
from lms.errors import InvalidInput
from lms.workshop.documents import AREA, KINDS
from lms.workshop.edits import Step
from lms.workshop.gate_choices import read_gate
from lms.workshop.intake import new_key

LONGEST = {"title": LONGEST_TITLE, "summary": LONGEST_SUMMARY}
TEXTS = {"course": ("title", "summary"), "module": ("title",), "activity": ("title", "summary")}
LANGUAGES = ("zh", "en")
MOST_MINUTES = 10**6
AREA_VALUE = re.compile(r"[a-z0-9-]{1,64}/[a-z0-9-]{1,64}")
NEW_PART = {"zh": "新单元", "en": "New part"}

Key = Annotated[str, Meta(max_length=LONGEST_SLUG)]
Value = Annotated[str, Meta(max_length=LONGEST_SUMMARY)] | Annotated[int, Meta(ge=0, le=MOST_MINUTES)] | None


class StepBody(msgspec.Struct, forbid_unknown_fields=True):
    """One step of a change; see `lms.workshop.edits`."""

    do: Literal["set", "insert", "remove", "move"]
    of: Literal["course", "module", "activity"]
    key: Key = ""
    field: Key = ""
    was: Value = None
    to: Value = None
    module: Key | None = None
    after: Key | None = None


class ChangeBody(msgspec.Struct, forbid_unknown_fields=True):
    """A change. The browser makes its token, so that sending it again is the same change."""

    token: Annotated[str, Meta(min_length=8, max_length=64)]
    steps: Annotated[list[StepBody], Meta(min_length=1, max_length=200)]


def steps_of(body: ChangeBody, *, code_is_fixed: bool) -> list[Step]:
    """Return the steps that a browser may ask for.

    Raises:
        InvalidInput: a step names a field that is not there to be changed, or gives it a value of another kind.
    """
    return [_step(one, code_is_fixed=code_is_fixed) for one in body.steps]


def _step(asked: StepBody, *, code_is_fixed: bool) -> Step:
    place: dict[str, Any] = {"do": asked.do, "of": asked.of, "key": asked.key}
    if asked.do == "set":
        field, was, to = _checked(asked, code_is_fixed=code_is_fixed)
        return {**place, "field": field, "was": was, "to": to}
    if asked.of == "course" or (asked.do == "insert" and asked.of == "activity"):
        raise _refused(asked)
    if asked.do == "insert":
        return {**place, "after": asked.after, "value": {"key": new_key("part"), "title": dict(NEW_PART), "activities": []}}
    return {**place, "module": asked.module, "after": asked.after}


def _checked(asked: StepBody, *, code_is_fixed: bool) -> tuple[str, Any, Any]:
    """Return the field with its old and its new value."""
    name, _dot, language = asked.field.partition(".")
    of, to = asked.of, asked.to
    if name in TEXTS[of] and language in LANGUAGES:
        if isinstance(to, str) and len(to) <= LONGEST[name]:
            return asked.field, asked.was, to
    elif of == "activity" and asked.field == "minutes":
        if to is None or isinstance(to, int):
            return asked.field, asked.was, to
    elif of == "activity" and asked.field == "gate":
        gate, before = (read_gate(one) if isinstance(one, str) else None for one in (to, asked.was))
        if gate is not None:
            return "requires", before, gate
    elif of == "course" and isinstance(to, str):
        fine = asked.field in _PLAIN and _PLAIN[asked.field](to) and not (code_is_fixed and asked.field == "code")
        if fine:
            return asked.field, asked.was, to
    raise _refused(asked)


_PLAIN = {
    "kind": lambda value: value in KINDS,
    AREA: lambda value: not value or bool(AREA_VALUE.fullmatch(value)),
    "language": lambda value: value in LANGUAGES,
    "code": lambda value: len(value) <= LONGEST_SLUG and bool(SLUG.fullmatch(value)),
}


def _refused(asked: StepBody) -> InvalidInput:
    if asked.field == "code":
        return InvalidInput(_("A code has lowercase letters, digits and single hyphens. The old one was kept."), code="field")
    return InvalidInput(_("This change was not saved, because the draft has no such field."), code="field")
