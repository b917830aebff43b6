"""Does every link on every page lead its reader somewhere? Followed as each visitor from the first page, and from each page they may open."""

import html
import re

import pytest

from tests import access
from tests.access import VISITORS, Place
from tests.factories import World

LINK = re.compile(r'\b(?:href|src)="(/[^"/][^"]*|/)"')
NUMBERS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Links are the same on any database."""
    return sqlite_url


@pytest.fixture
def place(world: World) -> Place:
    return access.build(world)


@pytest.mark.parametrize("visitor", [one for one in VISITORS if one != "nobody"])
def test_every_link_leads_its_reader_somewhere(place: Place, visitor: str) -> None:
    """Pages that differ only by their numbers are opened once. Each is opened for what it links to, never changed."""
    client = place.client(visitor)
    waiting = [("the table", "/")]
    for rule in place.world.app.url_map.iter_rules():
        if access.expected(rule.endpoint, "GET", visitor) == "200" and rule.endpoint not in access.CONTENT and rule.endpoint[:5] != "xapi.":
            waiting.append(("the table", place.address(rule)))
    seen, dead = set(), {}
    while waiting:
        page, address = waiting.pop()
        shape = NUMBERS.sub("N", address.partition("?")[0].partition("#")[0])
        if shape in seen:
            continue
        seen.add(shape)
        answer = client.get(address, follow_redirects=True, buffered=True)
        if answer.status_code >= 400 and page != "the table":
            dead[address] = f"{answer.status_code}, linked from {page}"
        if answer.mimetype == "text/html":
            waiting += [(address, html.unescape(found)) for found in LINK.findall(answer.get_data(as_text=True))]

    assert dead == {}
    assert len(seen) > 10
