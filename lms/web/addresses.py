"""Limit ids in addresses to values that the database can hold, so that no other value reaches a query."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**31 - 1  # the maximum of an Integer column


class IdConverter(IntegerConverter):
    """A row's id."""

    def __init__(self, url_map: Map, **how: Any) -> None:
        super().__init__(url_map, **{"max": LARGEST_ID, **how})


def init_app(app: Flask) -> None:
    """Make `<int:…>` in every route mean an id. Call it before any route is registered."""
    app.url_map.converters["int"] = IdConverter
