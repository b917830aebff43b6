"""Who brings back what the nightly sweep has set aside, and what does a request of an unknown hash cost?"""

import hashlib
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from lms.catalogue import contents
from lms.catalogue.models import CourseVersion
from lms.storage import Storage
from tests.factories import CONTENT_URL, World

ADDRESSES = ["content/{}/a.js", "ahead/h5p/{}/a", "frame/video/{}/a"]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Only the file store matters here."""
    return sqlite_url


@pytest.fixture
def listing(store: Storage) -> str:
    """A listing with one file, a.js."""
    file = contents.put(store, hashlib.sha256(b"1;").hexdigest(), b"1;")
    return contents.put_listing(store, contents.Listing({"a.js": file}))


def set_aside(world: World, store: Storage, *folders: str) -> None:
    """Set everything in these folders aside, and fill the days before."""
    for folder in folders:
        for one in list(store.listed(folder)):
            store.move(one.name, contents.set_aside_as(one.name, world.clock().date()))
    for days in range(1, 8):
        store.put(contents.set_aside_as("files/00/0", world.clock().date() - timedelta(days=days)), b"0")


def asked(world: World, address: str) -> int:
    answer = world.app.test_client().get(f"/{address}", base_url=CONTENT_URL, buffered=True)
    return answer.status_code


def names_in(store: Storage) -> set[str]:
    return {one.name for folder in ("files", "listings", "swept") for one in store.listed(folder)}


def test_a_request_of_an_unknown_hash_asks_the_file_store_three_times(
    world: World, store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_aside(world, store)
    calls: Counter[str] = Counter()
    for name in ("get", "size", "move", "named_below", "listed"):
        of = getattr(store, name)
        monkeypatch.setattr(store, name, lambda *args, name=name, of=of: calls.update([name]) or of(*args))
    assert asked(world, f"content/{'0' * 64}/a.js") == 404
    assert calls == {"get": 1, "size": 2}


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_brings_back_a_listing_by_knowing_its_hash(world: World, store: Storage, listing: str, address: str) -> None:
    set_aside(world, store, "files", "listings")
    before = names_in(store)
    asked(world, address.format(listing))
    assert names_in(store) == before


def test_nobody_brings_back_the_files_of_a_listing_that_was_read_before_it_was_set_aside(
    world: World, store: Storage, listing: str
) -> None:
    assert asked(world, f"content/{listing}/a.js") == 200
    set_aside(world, store, "files", "listings")
    before = names_in(store)
    assert asked(world, f"content/{listing}/a.js") == 404
    assert names_in(store) == before


def test_who_has_a_row_that_names_a_listing_brings_it_back_with_its_files(world: World, store: Storage, listing: str) -> None:
    set_aside(world, store, "files", "listings")
    assert contents.read(store, listing, "a.js") == b"1;"
    assert asked(world, f"content/{listing}/a.js") == 200


def test_opening_an_activity_brings_its_listing_back_for_its_frame(world: World, store: Storage, listing: str) -> None:
    """Its version was published while its listing was being set aside; this process has read the listing before."""

    def published(session: Session) -> None:
        session.get_one(CourseVersion, world.course_version_id).listings = {"reading": listing}

    world.act(published)
    page, client = f"/learn/{world.enrolment_id}/{world.course_version_id}/reading", world.client()
    assert client.get(page).status_code == 200
    set_aside(world, store, "files", "listings")
    assert client.get(page).status_code == 200
    assert f"listings/{listing[:2]}/{listing}" in names_in(store)
    assert asked(world, f"content/{listing}/a.js") == 200
