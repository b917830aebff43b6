"""Say the differences between two versions of a course in words."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from courses.formats import FORMATS
from courses.outline import Activity, Text
from lms.catalogue.gates import gate_words
from lms.catalogue.label_words import label_words
from lms.catalogue.labels import AREA
from lms.i18n import pick
from lms.workshop.comparing import ADDED, FILES, MOVED, REMOVED, CourseDifference

SHOWN = 120  # characters of a text
ANY = Activity("", Text("", ""), "video", 1, "")


def in_sentences(found: Iterable[CourseDifference]) -> list[tuple[str, str]]:
    """Return the title of each changed part, and the difference in a sentence."""
    return [(_of(one.title) or _("Course"), _sentence(one)) for one in found]


def _of(title: Mapping[str, Any]) -> str:
    return pick(str(title["zh"]), str(title["en"]))


def _sentence(one: CourseDifference) -> str:
    if one.what == ADDED:
        return _("added")
    if one.what == REMOVED:
        return _("removed; what learners have earned with it stays")
    if one.what == MOVED:
        if one.before:
            return _("moved from “%(old)s” to “%(new)s”", old=_of(one.before), new=_of(one.after))
        return _("the order of the parts changed") if one.of == "module" else _("the order of the activities changed")
    if one.field == FILES:
        return _("another content")
    return _("%(field)s: %(old)s → %(new)s", field=_field(one.field), old=_value(one.field, one.before), new=_value(one.field, one.after))


def _field(name: str) -> str:
    words = {
        "title.zh": _("Title in Chinese"),
        "title.en": _("Title in English"),
        "summary.zh": _("Summary in Chinese"),
        "summary.en": _("Summary in English"),
        "kind": _("Kind of course"),
        "area": _("Content area"),
        "language": _("Language of the content"),
        "minutes": _("Minutes"),
        "requires": _("Condition"),
        "format": _("Format"),
        "grading": _("Graded by"),
    }
    return words[name]


def _value(name: str, value: Any) -> str:
    if name == "requires":
        return _(", ").join(gate_words(replace(ANY, requires=value or {}))) or _("none")
    if name == "area" and value:
        return label_words(AREA, value)
    if name == "format" and value in FORMATS:
        return _(FORMATS[value].words)
    if name == "grading":
        words = {"server": _("the site"), "checks": _("the site and the content"), "content": _("the content")}
        return words.get(value, _("nobody"))
    text = str(value) if value not in (None, "") else _("(empty)")
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
