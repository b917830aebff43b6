"""Can every template be compiled? A page that nobody opened in a test may name a filter or a macro that is gone."""

import pytest
from flask import Flask


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Templates are the same on any database."""
    return sqlite_url


def test_every_template_compiles(app: Flask) -> None:
    names = app.jinja_env.list_templates(filter_func=lambda name: name.endswith((".html", ".txt")))

    assert len(names) > 50
    for name in names:
        app.jinja_env.get_template(name)
