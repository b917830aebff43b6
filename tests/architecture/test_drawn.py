"""Does docs/developer.md describe the packages and one statement's way correctly?"""

import re
import tomllib
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


def test_the_rooms_are_drawn_in_the_order_of_the_imports() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["id"] == "layers")
    floors = {f"lms/{name}": number for number, layer in enumerate(layers) for name in re.findall(r"\w+", layer)}
    drawn = [name.strip("`/") for row in ROOMS.findall(PAGE) for name in row.split(", ")]
    numbers = [floors[name] for name in drawn if name in floors]
    assert numbers == sorted(numbers)


def test_every_step_of_a_statements_way_is_a_function_that_is_there() -> None:
    steps = STEPS.findall(PAGE)
    assert len(steps) >= 10
    assert [f"{module}:{name}" for module, name in steps if not hasattr(import_module(module), name)] == []
