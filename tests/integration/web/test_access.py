"""Does every route give each visitor the answer in tests/access.py, and change nothing for pages of other sites?"""

import pytest

from tests import access
from tests.access import VISITORS, Place
from tests.factories import World

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
SEE_MOST = ("teacher", "office")  # the SQL of every view that answers them is tried on both databases
PLACES = [("sqlite", one) for one in VISITORS] + [pytest.param("postgresql", one, marks=pytest.mark.services) for one in SEE_MOST]


@pytest.fixture
def place(world: World) -> Place:
    return access.build(world)


@pytest.mark.parametrize(("database_url", "visitor"), PLACES, indirect=["database_url"])
def test_every_route_gives_a_visitor_what_the_table_says(place: Place, visitor: str) -> None:
    differing = {}
    for rule in place.world.app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            got, wanted = place.visit(visitor, rule, method), access.expected(rule.endpoint, method, visitor)
            if got != wanted:
                differing[f"{method} {rule.rule}"] = f"{got}, not {wanted}"
    assert differing == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("token", [None, "forged"])
def test_whatever_changes_something_takes_a_form_of_ours(place: Place, token: str | None) -> None:
    headers = {"X-CSRFToken": token} if token else {}
    clients = [place.client(visitor) for visitor in ("teacher", "trainer", "office", "admin")]
    taken, refused = set(), set()
    for rule in place.world.app.url_map.iter_rules():
        for method in UNSAFE & (rule.methods or set()):
            address, body = place.address(rule), place.body(rule.endpoint)
            answers = {client.open(address, method=method, headers=headers, **body).status_code for client in clients}
            (refused if answers <= {400, 403} else taken).add(rule.endpoint)
            assert answers != {403}, f"{rule} is nobody's here, so nothing is known of it"
    assert {endpoint for endpoint in taken if not endpoint.startswith("xapi.")} == access.WITHOUT_COOKIE
    assert refused
    assert [client.get("/jobs/").status_code for client in clients] == [200] * 4, "nobody was signed out"
