"""Does what imports bring count toward a limit, and is the room free again when it is removed?"""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

import xapi.storage.keys
from lms.config import Settings
from lms.federation.importing import again
from lms.federation.importing.import_run import ImportStopped
from lms.federation.importing.models import Import
from lms.federation.importing.storing import ImportPolicy, own_policy, policy_of_key
from tests.factories import BEGIN, PUBLIC_URL, World
from tests.integration.records.imports import Importing, asides, attached, mixed, said, sha256, standing, stored
from tests.integration.records.otherstore import OtherStore, page
from xapi.keys import speaking_for
from xapi.store import bytes_kept

LARGE = {"result": {"response": "x" * 300_000}}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """`test_key_quota` tries the same counts on both databases."""
    return sqlite_url


@pytest.fixture
def one_mebibyte(world: World) -> Settings:
    """The site's settings with room for three large statements."""
    found: Settings = replace(world.app.extensions["settings"], import_storage_mb=1, key_storage_mb=1)
    world.app.extensions["settings"] = found
    return found


@pytest.fixture
def limited(importing: Importing, one_mebibyte: Settings) -> Importing:
    importing.policy = own_policy(importing.other.endpoint, one_mebibyte)
    importing.page_size = 1
    return importing


def room(world: World) -> int:
    settings = world.app.extensions["settings"]
    found: int = world.act(lambda session: again.room_taken(session, session.query(Import).one(), settings))
    return found


def test_an_import_without_room_stops_with_the_reason_and_goes_on_when_there_is_more(
    world: World, other: OtherStore, limited: Importing
) -> None:
    other.say(*(said(count, **LARGE) for count in range(1, 6)))
    with pytest.raises(ImportStopped, match=r"0\.9 MB of statements, attachments and documents are stored for imports from 127\.0\.0\.1"):
        limited.run()
    assert len(stored(world)) == 3
    assert 900_000 < room(world) < 2**20
    assert "at most 1.0 MB are kept" in standing(world).problem
    with pytest.raises(ImportStopped):
        limited.run()
    limited.policy = own_policy(other.endpoint, replace(world.app.extensions["settings"], import_storage_mb=2))
    limited.run()
    assert len(stored(world)) == 5


def test_attachments_count_too(world: World, other: OtherStore, limited: Importing) -> None:
    content = b"y" * 2**20
    other.post(*mixed([attached(1, content)], (sha256(content), content)))
    with pytest.raises(ImportStopped, match="stored for imports"):
        limited.run()
    assert stored(world) == {}


def test_statements_that_are_put_aside_count_until_they_are_left_out_or_the_import_is_removed(
    world: World, other: OtherStore, limited: Importing
) -> None:
    bad = [said(count, verb="not a verb", **LARGE) for count in (1, 2, 3, 4)]
    other.faults[0] = page(bad[:1])
    limited.run()
    (row,) = asides(world)
    assert room(world) == len(row.text) > 300_000
    settings = world.app.extensions["settings"]

    def leave_out(session: Session) -> None:
        found = again.put_aside(session, row.id)
        assert found is not None
        again.leave_out(session, *found, settings)

    world.act(leave_out)
    assert room(world) == 0
    other.faults[len(other.asked)] = page(bad)
    with pytest.raises(ImportStopped, match="stored for imports"):
        limited.run(from_start=True)
    assert asides(world) == []
    other.faults[len(other.asked)] = page(bad[:2])
    limited.run(from_start=True)
    assert room(world) > 600_000
    own = world.act(lambda session: session.query(Import).one())
    world.act(lambda session: again.remove(session, session.query(Import).one(), settings))
    assert world.act(lambda session: again.room_taken(session, own, settings)) == 0


def test_an_import_in_the_name_of_a_key_counts_toward_the_key(
    world: World, other: OtherStore, importing: Importing, one_mebibyte: Settings
) -> None:
    def policy(session: Session) -> ImportPolicy:
        key, _secret = xapi.storage.keys.add_key(session, "partner", ("statements/write",), now=BEGIN)
        found = speaking_for(session, key, PUBLIC_URL)
        assert found is not None
        return policy_of_key(found, one_mebibyte)

    importing.policy, importing.page_size = world.act(policy), 1
    other.say(*(said(count, **LARGE) for count in range(1, 6)))
    with pytest.raises(ImportStopped, match="stored for this key"):
        importing.run()
    assert room(world) == 0
    assert world.act(lambda session: bytes_kept(session, importing.policy.credential)) > 900_000


def test_the_page_shows_the_room(world: World, province: FlaskClient, other: OtherStore, limited: Importing) -> None:
    other.say(said(1, **LARGE))
    limited.run()
    assert "0.3 MB / 1 MB" in " ".join(province.get(f"/records/import/{standing(world).id}").text.split())
