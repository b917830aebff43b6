"""The programme documents that come with the product, as text."""

from datetime import UTC, datetime
from importlib import resources

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def text(code: str = "rural-lead") -> str:
    return (resources.files("lms.programmes") / "data" / f"{code}-2020.toml").read_text(encoding="utf-8")
