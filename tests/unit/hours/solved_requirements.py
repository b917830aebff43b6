"""The shared cases of requirements, and verdicts in their form."""

from pathlib import Path
from typing import Any

CASES = sorted((Path(__file__).parents[2] / "cases" / "requirements").glob("*.json"))


def judged(result: dict[str, Any]) -> dict[str, Any]:
    """Return the verdict, with clashes in the short form of the shared cases."""
    clashes = [[flag["place"], flag["activity"]] for flag in result["flags"] if flag["kind"] == "clash"]
    return {"requirements": result["requirements"], "met": result["met"], "clashes": clashes}
