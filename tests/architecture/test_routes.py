"""Does every route have an access rule, and does every rule have a route?"""

from pathlib import Path

import pytest
from flask import Flask

from lms.accounts.access import access_of
from lms.app import create_app
from tests import access
from tests.factories import settings_for


@pytest.fixture
def wired(tmp_path: Path) -> Flask:
    """The application; no database is asked."""
    return create_app(settings_for(f"sqlite:///{tmp_path}/none.sqlite3", tmp_path))


def test_every_route_requires_a_role_or_is_public(wired: Flask) -> None:
    assert {rule.endpoint for rule in wired.url_map.iter_rules() if access_of(wired, rule.endpoint) is None} == set()


def test_every_route_has_a_row_in_the_table_of_access_and_every_row_a_route(wired: Flask) -> None:
    routes = access.asked(wired)
    undecided = {(endpoint, method) for endpoint, method in routes if access.expected(endpoint, method, "nobody") is None}
    assert undecided == set(), "add a row to ACCESS in tests/access.py"
    assert set(access.ACCESS) - routes == set(), "these routes are gone: remove their rows"


def test_every_task_is_run_by_the_clock_so_that_a_lost_ring_loses_nothing(wired: Flask) -> None:
    celery = wired.extensions["celery"]
    celery.finalize()
    ours = {name for name in celery.tasks if name.startswith("lms.")}
    assert ours == {entry["task"] for entry in celery.conf.beat_schedule.values()}
    assert {celery.tasks[name].queue for name in ours if getattr(celery.tasks[name], "queue", None)} == set(), (
        "one queue, which every worker serves"
    )
