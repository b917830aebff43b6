"""Which people and classes belong to an office? Those of its organisation and of all below it; nothing else scopes a query."""

from typing import Any

from sqlalchemy import ColumnElement

from lms.accounts.models import Organisation


def below(path: str, organisation: Any = Organisation) -> ColumnElement[bool]:
    """Return the condition that an organisation is the office with this path, or below it; `organisation` may be an alias."""
    condition: ColumnElement[bool] = organisation.path.startswith(path, autoescape=True)
    return condition


def is_below(path: str, place: str) -> bool:
    """Say whether the organisation with the path `place` is the office with the path `path`, or below it."""
    return place.startswith(path)
