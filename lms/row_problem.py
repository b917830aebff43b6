"""A problem of one row of a list and its field."""

from dataclasses import dataclass

from courses.strict_json.problem import Params, Problem


@dataclass(frozen=True, slots=True)
class RowProblem(Problem):
    """A problem of one row; `field` is '' if it concerns the whole row. `name`: the row's person; `value`: the value in the field."""

    line: int = 0
    field: str = ""
    name: str = ""
    value: str = ""


def in_row(line: int, field: str, code: str, params: Params | None = None, *, name: str = "", value: str = "") -> RowProblem:
    """Return a problem of a row; its path is the line, and the field if there is one."""
    return RowProblem(code, f"{line}.{field}" if field else str(line), params or {}, line, field, name, value)
