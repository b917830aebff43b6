"""Does docs/developer.md describe the packages and one statement's way correctly?"""

import re
from importlib import import_module

from tests.architecture.tree import ROOT, tracked

PAGE = (ROOT / "docs" / "developer.md").read_text(encoding="utf-8")
ROOMS = re.compile(r"^\| (`[a-z_/]+/`(?:, `[a-z_/]+/`)*) \|", re.MULTILINE)
STEPS = re.compile(r"\b((?:lms|xapi)(?:\.[a-z_]+)*):([a-z_]+)\b")


def test_every_room_is_drawn_and_every_room_drawn_is_there() -> None:
    drawn = {name.strip("`/") for row in ROOMS.findall(PAGE) for name in row.split(", ")}
    inside = [path.relative_to(ROOT).parts for path in tracked()]
    rooms = {f"lms/{parts[1]}" for parts in inside if parts[0] == "lms" and len(parts) > 2}
    tops = {parts[0] for parts in inside if len(parts) > 1 and not parts[0].startswith(".")}
    assert drawn == rooms | (tops - {"lms", "docs"})


def test_every_step_of_a_statements_way_is_a_function_that_is_there() -> None:
    steps = STEPS.findall(PAGE)
    assert len(steps) >= 10
    assert [f"{module}:{name}" for module, name in steps if not hasattr(import_module(module), name)] == []
