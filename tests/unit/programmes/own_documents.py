"""The programme documents that come with the product, parsed."""

from importlib import resources
from typing import Any

from lms.programmes.documents import parse, read_toml
from lms.programmes.values import ProgrammeDocument


def raw(code: str) -> dict[str, Any]:
    found = read_toml((resources.files("lms.programmes") / "data" / f"{code}-2020.toml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def document(code: str) -> ProgrammeDocument:
    found = parse(raw(code))
    assert isinstance(found, ProgrammeDocument), found
    return found
