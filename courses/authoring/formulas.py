"""Write the formulas of a reading as MathML, which browsers show by themselves."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from latex2mathml import exceptions
from latex2mathml.converter import convert

from courses.strict_json.problem import Problem

MOST_TEX = 20_000  # characters of all formulas of a document: writing them takes up to a quarter of a second
FORMULAS_KEPT = 256  # a document is read several times between its form and its file
# LaTeX that would become an address or an attribute of the page, not a formula.
REFUSED = ("\\href", "\\class", "\\style", "\\id", "\\cssId")
_OF_CONVERTER: tuple[type[Exception], ...] = tuple(
    one for one in vars(exceptions).values() if isinstance(one, type) and issubclass(one, Exception)
)
FAULTS: tuple[type[Exception], ...] = (
    *_OF_CONVERTER,
    *(ValueError, KeyError, IndexError, StopIteration, RecursionError, TypeError, AttributeError),
)


@lru_cache(maxsize=FORMULAS_KEPT)
def mathml_of(tex: str) -> str | None:
    """Return a formula in LaTeX as MathML; None if it is not one."""
    if any(one in tex for one in REFUSED):
        return None
    plain = tex.replace("<", "\\lt ").replace(">", "\\gt ")  # the converter does not escape text
    try:
        return convert(plain, display="block")
    except FAULTS:
        return None


def check_formulas(value: Any) -> list[Problem]:
    """Return a problem for each formula of a document that cannot be written as MathML, or one if all are too long together."""
    formulas = list(_formulas(value))
    if sum(len(tex) for _path, tex in formulas) > MOST_TEX:
        return [Problem("formulas-too-long", "pages", {"most": MOST_TEX})]
    return [Problem("formula", path) for path, tex in formulas if mathml_of(tex) is None]


def _formulas(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if value.get("type") == "formula" and isinstance(value.get("tex"), str):
            yield f"{path}.tex", value["tex"]
        for name, one in value.items():
            yield from _formulas(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _formulas(one, f"{path}[{number}]")


def with_mathml(value: Any) -> Any:
    """Return the JSON of a document with the MathML of its formulas beside their LaTeX."""
    if isinstance(value, list):
        return [with_mathml(one) for one in value]
    if not isinstance(value, dict):
        return value
    written = {name: with_mathml(one) for name, one in value.items()}
    return written | ({"mathml": mathml_of(value["tex"])} if value.get("type") == "formula" else {})
