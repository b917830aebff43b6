"""Does the nightly sweep remove exactly what nothing refers to, also if somebody stores the same file at that moment?"""

import hashlib
import os
import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.accounts.models import Person
from lms.catalogue import contents, room
from lms.catalogue.models import CourseVersion, WorkshopFile
from lms.storage import Storage
from lms.workshop.commands import sweep_contents
from lms.workshop.models import BankQuestion, Draft, DraftChange
from lms.workshop.sweeping import Swept, sweep
from tests.commands import json_of
from tests.factories import CONTENT_URL, World

MONTH_S = 32 * 24 * 3600


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The queries are the same with every database."""
    return sqlite_url


def stored(store: Storage, content: bytes, *, old: bool = True) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    contents.put(store, sha256, content)
    if old:
        grow_old(store, contents.StoredFile(sha256, 0).object_name)
    return sha256


def listed(store: Storage, *hashes: str) -> str:
    sha256 = contents.put_listing(store, contents.Listing({one[:4]: contents.StoredFile(one, 1) for one in hashes}))
    grow_old(store, f"listings/{sha256[:2]}/{sha256}")
    return sha256


def grow_old(store: Storage, name: str) -> None:
    assert store.folder is not None
    os.utime(store.folder / name, (time.time() - MONTH_S,) * 2)


def all_old(store: Storage) -> None:
    for one in [*store.listed("files"), *store.listed("listings")]:
        grow_old(store, one.name)


def is_there(store: Storage, sha256: str) -> bool:
    return store.size(contents.StoredFile(sha256, 0).object_name) is not None


def swept(world: World, store: Storage, *, days: float = 0, dry_run: bool = False, most: int = 1000) -> Swept:
    world.clock.at += timedelta(days=days)
    with world.app.app_context():
        return sweep(store, world.clock(), dry_run=dry_run, most=most)


def draft(world: World, **document: object) -> int:
    def made(session):  # type: ignore[no-untyped-def]
        now = world.clock()
        made = Draft(organisation_id=None, document=document, created_at=now, touched_at=now)
        session.add(made)
        session.flush()
        return made.id

    found: int = world.act(made)
    return found


def test_what_nothing_refers_to_is_set_aside_and_removed_a_week_later(world: World, store: Storage) -> None:
    lost, fresh = stored(store, b"of a deleted draft"), stored(store, b"of a form that is open", old=False)
    all_old_but = swept(world, store, dry_run=True)
    assert all_old_but.set_aside == [1, 18]
    assert is_there(store, lost), "a dry run changes nothing"
    assert swept(world, store).set_aside == [1, 18]
    assert not is_there(store, lost)
    assert is_there(store, fresh)
    assert swept(world, store, days=7).removed == [0, 0]
    assert swept(world, store, days=1).removed == [1, 18]
    assert not list(store.listed("swept"))


def bank_question(world: World, picture: str, **more: object) -> None:
    document = {"type": "boolean", "text": "?", "answer": True, "picture": {"path": f"images/{picture}.png", "alt": "?"}}
    now = world.clock()
    of = {"code": picture[:32], "document": document, "language": "zh", "kind": "boolean", "search_text": "?", "revision": 1}
    world.act(lambda session: session.add(BankQuestion(**of, created_at=now, touched_at=now, **more)))


def test_the_picture_of_a_bank_question_that_no_quiz_has_stays_and_is_counted(world: World, store: Storage) -> None:
    waiting, archived = stored(store, b"waits"), stored(store, b"archived")
    bank_question(world, waiting)
    bank_question(world, archived, archived_at=world.clock())
    world.act(lambda session: room.take(session, None, {waiting: 5, archived: 8}, 10**9))
    assert swept(world, store).set_aside == [0, 0]
    assert is_there(store, waiting)
    assert is_there(store, archived)
    assert world.act(lambda session: set(session.scalars(select(WorkshopFile.sha256)))) == {waiting, archived}


def test_a_version_its_source_and_everything_that_undoes_a_change_of_a_draft_keep_their_files(world: World, store: Storage) -> None:
    all_old(store)
    of = {name: stored(store, name.encode()) for name in ("document", "answers", "step", "inverse", "source", "lost")}
    listing = listed(store, of["document"])
    number = draft(world, modules=[{"activities": [{"files": listing, "answers": of["answers"]}]}])

    def rest(session):  # type: ignore[no-untyped-def]
        steps, inverse = [{"put": {"files": listed(store, of["step"])}}], [{"put": {"files": listed(store, of["inverse"])}}]
        person = session.scalars(select(Person.id)).first()
        change = {"draft_id": number, "revision": 1, "person_id": person, "token": "t", "state": "done", "at": world.clock()}
        session.add(DraftChange(steps=steps, inverse=inverse, **change))
        session.scalars(select(CourseVersion)).first().source_sha256 = of["source"]

    world.act(rest)
    found = swept(world, store)
    assert [name for name, one in of.items() if not is_there(store, one)] == ["lost"]
    assert found.set_aside[0] == 1
    answer = world.client().get(f"/learn/{world.enrolment_id}/{world.course_version_id}/reading")
    assert answer.status_code == 200


def test_content_that_is_published_while_it_is_being_set_aside_comes_back_in_the_same_run(
    world: World, store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody stores it after the sweep has looked at it, and before the sweep moves it."""
    lost = stored(store, b"wanted again")
    move, again = store.move, []

    def late(name: str, to: str) -> bool:
        if name.startswith("files/") and name.endswith(lost):
            contents.put(store, lost, b"wanted again")
            again.append(draft(world, files=lost))
        return move(name, to)

    monkeypatch.setattr(store, "move", late)
    assert swept(world, store).brought_back == [1, 12]
    assert len(again) == 1
    assert is_there(store, lost)


def test_what_is_needed_again_comes_back_by_its_reader_or_in_the_next_night(world: World, store: Storage) -> None:
    lost = stored(store, b"wanted again")
    name = contents.StoredFile(lost, 0).object_name
    aside = contents.set_aside_as(name, world.clock().date())
    store.move(name, aside)
    assert contents.find_content(store, lost) == (name, 12)
    store.move(name, aside)
    draft(world, files=lost)
    assert swept(world, store, days=30).brought_back == [1, 12], "before anything is removed"
    assert is_there(store, lost)


def test_a_file_of_a_course_that_was_set_aside_is_served_all_the_same(world: World, store: Storage) -> None:
    sha256 = stored(store, b"1;")
    listing = contents.put_listing(store, contents.Listing({"a.js": contents.StoredFile(sha256, 2)}))
    name = contents.StoredFile(sha256, 0).object_name
    store.move(name, contents.set_aside_as(name, world.clock().date()))
    answer = world.app.test_client().get(f"/content/{listing}/a.js", base_url=CONTENT_URL, buffered=True)
    assert (answer.status_code, answer.data) == (200, b"1;")


def test_storing_an_old_content_again_begins_its_month_anew(world: World, store: Storage) -> None:
    again = stored(store, b"again")
    contents.put(store, again, b"again")
    assert swept(world, store).set_aside == [0, 0]


def test_what_is_removed_takes_no_room_of_its_organisation_any_more(world: World, store: Storage) -> None:
    gone, kept = stored(store, b"gone"), stored(store, b"kept")
    draft(world, files=kept)

    def counted(session):  # type: ignore[no-untyped-def]
        room.take(session, None, {gone: 4, kept: 4}, 10**9)

    world.act(counted)
    swept(world, store)
    assert world.act(lambda session: set(session.scalars(select(WorkshopFile.sha256)))) == {kept}


def test_what_a_draft_takes_up_again_while_it_is_being_set_aside_still_counts(
    world: World, store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The draft's content was counted before, so saving it adds no row."""
    lost = stored(store, b"wanted again")
    world.act(lambda session: room.take(session, None, {lost: 12}, 10**9))
    move = store.move

    def late(name: str, to: str) -> bool:
        if name.startswith("files/") and name.endswith(lost):
            world.act(lambda session: room.take(session, None, {lost: 12}, 10**9))
            draft(world, files=lost)
        return move(name, to)

    monkeypatch.setattr(store, "move", late)
    assert swept(world, store).brought_back == [1, 12]
    assert world.act(lambda session: set(session.scalars(select(WorkshopFile.sha256)))) == {lost}


def test_a_run_that_is_bounded_is_finished_in_later_nights(world: World, store: Storage) -> None:
    lost = [stored(store, f"lost {number}".encode()) for number in range(5)]
    assert swept(world, store, most=2).set_aside[0] == 2
    assert [swept(world, store, days=1, most=2).set_aside[0] for _ in range(3)] == [2, 1, 0]
    assert not any(is_there(store, one) for one in lost)


def test_nothing_is_removed_while_the_files_of_a_version_are_not_known(world: World, store: Storage) -> None:
    lost = stored(store, b"lost")

    def spoilt(session):  # type: ignore[no-untyped-def]
        version = session.scalars(select(CourseVersion)).first()
        version.package_sha256, version.listings = "0" * 64, {"reading": "0" * 64}

    world.act(spoilt)
    runner = world.app.test_cli_runner()
    told = runner.invoke(sweep_contents, ["--json"])
    assert told.exit_code != 0
    assert is_there(store, lost)


def test_the_command_says_what_it_would_do(world: World, store: Storage) -> None:
    stored(store, b"lost")
    told = json_of(world.app.test_cli_runner().invoke(sweep_contents, ["--dry-run", "--json"]))
    assert told["dry_run"] is True
    assert told["set_aside"] == {"files": 1, "bytes": 4}


def named_again_and_again(world: World, *hashes: str) -> None:
    """Make a draft, and three changes of it, that name the same contents."""
    number = draft(world, files=hashes)

    def changed(session):  # type: ignore[no-untyped-def]
        person = session.scalars(select(Person.id)).first()
        for revision in range(1, 4):
            of = {
                "draft_id": number,
                "revision": revision,
                "person_id": person,
                "token": str(revision),
                "state": "done",
                "at": world.clock(),
            }
            session.add(DraftChange(steps=[*hashes], inverse=[*hashes], **of))

    world.act(changed)


def test_others_write_while_the_sweep_reads_the_file_store(world: World, store: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = listed(store, stored(store, b"of a draft"))
    draft(world, files=listing)
    get, written = store.get, []

    def beside(name: str) -> bytes:
        if name.endswith(listing):
            written.append(draft(world))
        return get(name)

    monkeypatch.setattr(store, "get", beside)
    swept(world, store)
    assert written


def test_the_sweep_reads_each_listing_once_and_asks_for_no_content(world: World, store: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    answers, file = stored(store, b"answers"), stored(store, b"file")
    listing = listed(store, file)
    named_again_and_again(world, answers, listing)
    asked: Counter[str] = Counter()
    for name in ("get", "size", "move", "named_below"):
        of = getattr(store, name)
        monkeypatch.setattr(store, name, lambda *args, of=of: asked.update([args[-1].rpartition("/")[2]]) or of(*args))
    assert swept(world, store).set_aside == [0, 0]
    assert asked[listing] == 1
    assert asked[answers] == asked[file] == 0


def test_a_dry_run_moves_nothing_and_knows_the_files_of_a_listing_that_is_set_aside(world: World, store: Storage) -> None:
    file = stored(store, b"of a draft")
    listing = listed(store, file)
    draft(world, files=listing)
    name = f"listings/{listing[:2]}/{listing}"
    store.move(name, contents.set_aside_as(name, world.clock().date()))
    before = names_in(store)
    found = swept(world, store, dry_run=True)
    assert names_in(store) == before
    assert (found.set_aside[0], found.brought_back[0]) == (0, 1)
    assert swept(world, store).brought_back[0] == 1
    assert {name, contents.StoredFile(file, 0).object_name} <= names_in(store)


def names_in(store: Storage) -> set[str]:
    return {one.name for folder in ("files", "listings", "swept") for one in store.listed(folder)}
