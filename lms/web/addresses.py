"""What may stand in an address? Ids that the database can have; others name nothing, and nobody asks it about them."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**31 - 1  # what an Integer column holds


class IdConverter(IntegerConverter):
    """A row's id."""

    def __init__(self, url_map: Map, **how: Any) -> None:
        super().__init__(url_map, **{"max": LARGEST_ID, **how})


def init_app(app: Flask) -> None:
    """Let `<int:…>` in every route mean an id. Before any route is registered."""
    app.url_map.converters["int"] = IdConverter
