"""Does every route give each visitor what tests/access.py says, and does it change nothing for a page that is not ours?"""

import pytest

from tests import access
from tests.access import VISITORS, Place
from tests.factories import World

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def place(world: World) -> Place:
    return access.build(world)


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_route_gives_a_visitor_what_the_table_says(place: Place, visitor: str) -> None:
    differing = {}
    for rule in place.world.app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            got, wanted = place.visit(visitor, rule, method), access.expected(rule.endpoint, method, visitor)
            if got != wanted:
                differing[f"{method} {rule.rule}"] = f"{got}, not {wanted}"
    assert differing == {}


@pytest.mark.parametrize("token", [None, "forged"])
def test_whatever_changes_something_takes_a_form_of_ours(place: Place, token: str | None) -> None:
    client = place.client("office")
    headers = {"X-CSRFToken": token} if token else {}
    taken = {
        rule.endpoint
        for rule in place.world.app.url_map.iter_rules()
        for method in UNSAFE & (rule.methods or set())
        if client.open(place.address(rule), method=method, headers=headers, **place.body(rule.endpoint)).status_code != 400
    }
    assert {endpoint for endpoint in taken if not endpoint.startswith("xapi.")} == access.WITHOUT_COOKIE
    assert client.get("/jobs/").status_code == 200, "nobody was signed out"
