"""What is right for each reported statement? It comes to the record store over HTTP, from the player or with a key of an application."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from lms.learning.state import OLDEST
from tests.factories import PUBLIC_URL, World
from tests.integration.learning.conftest import Page
from xapi.rules.values import timestamp
from xapi.storage.models import StatementRow

Check = Callable[[World, Path], None]
YEAR = 10


def read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def stored(world: World) -> list[dict[str, Any]]:
    texts: list[str] = world.act(lambda session: list(session.scalars(select(StatementRow.text).order_by(StatementRow.sid))))
    return [json.loads(text) for text in texts]


def keeps_the_servers_clock(world: World, file: Path) -> None:
    """The player's statement is not later than its receipt, and not years before it, and sending it twice stores it once."""
    page = Page(world.client(), world).open()
    said = {**read(file)["statement"], "id": "00000000-0000-4000-8000-000000000001"}
    ahead = said["timestamp"]
    for at in (ahead, ahead, f"{int(ahead[:4]) - 2 * YEAR}{ahead[4:]}"):
        again = page.say({**said, "timestamp": at, **({} if at == ahead else {"id": "00000000-0000-4000-8000-000000000002"})})
        assert again.status_code == 200, again.text
        world.clock.advance(60)
    future, past = stored(world)
    assert future["timestamp"] == future["stored"]
    assert datetime.fromisoformat(past["timestamp"]) == datetime.fromisoformat(page_opened(page)) - OLDEST
    assert world.credited() == {}


def page_opened(page: Page) -> str:
    """Return when a page's launch was opened."""
    (first, *_) = stored(page.world)
    opened: str = next(value for name, value in first["context"]["extensions"].items() if name.endswith("/opened"))
    return opened


def is_refused_so_the_player_sends_what_is_sound(world: World, file: Path) -> None:
    """The store refuses it, as it must. What the player makes of it is tested in a browser (test_other_content.py)."""
    page = Page(world.client(), world).open()
    said = read(file)["statement"]
    iri = f"{PUBLIC_URL}/id/course/c1/activity/reading"
    assert page.say({**said, "object": {"id": iri}}).status_code == 400
    assert page.say({**said, "object": {"id": iri}, "context": {}}).status_code == 200


def takes_a_leap_second(_world: World, file: Path) -> None:
    case = read(file)
    assert timestamp(case["statement"]["timestamp"], "timestamp").isoformat() == "2017-01-01T00:00:00+00:00"


EXPECTED: Mapping[str, Check] = {
    "statement-03-device-clock-ten-years-ahead.json": keeps_the_servers_clock,
    "statement-04-completed-with-extensions-as-array.json": is_refused_so_the_player_sends_what_is_sound,
    "statement-05-leap-second.json": takes_a_leap_second,
}
