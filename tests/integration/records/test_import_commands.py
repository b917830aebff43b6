"""What do imported statements earn, and what does `lms xapi import` report?"""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask.cli import ScriptInfo

import xapi.storage.keys
from lms import vocabulary as v
from lms.federation.importing import storing
from lms.federation.importing.storing import ImportPolicy
from tests.commands import record_store
from tests.factories import PUBLIC_URL, World
from tests.integration.records.imports import IMPORT, Importing, number, said, stored, voiding
from tests.integration.records.otherstore import OtherStore, instead, page

SECRET = "THE_OTHER_STORES_SECRET"


def run(world: World, other: OtherStore, *options: str) -> Result:
    arguments = ("import", "--from", other.endpoint, "--key", other.key, "--secret-env", SECRET, "--internal", *options)
    runner = world.app.test_cli_runner(env={SECRET: other.secret})
    return runner.invoke(record_store, arguments, obj=ScriptInfo(create_app=lambda: world.app))


# ── Hours ──


def forged(world: World) -> dict[str, Any]:
    """Presence as this site itself would state it, from another store."""
    world.study("reading", 900)
    world.credit()
    (own,) = [one for one in stored(world).values() if one["verb"]["id"] == v.PRESENT]
    stretch = {"from": "2026-03-02T01:00:00Z", "to": "2026-03-02T01:30:00Z"}
    own["context"]["extensions"][v.STRETCH] = stretch
    return {**own, "id": number(1)}


@pytest.mark.parametrize("keep", [False, True])
def test_what_is_imported_mints_no_hours_whatever_authority_it_claims(
    world: World, other: OtherStore, importing: Importing, keep: bool
) -> None:
    claim = forged(world)
    before = world.credited()
    assert before == {"c1:reading": 900}
    importing.policy = ImportPolicy(IMPORT, PUBLIC_URL, keep_authority=keep)
    other.faults[0] = page([claim, {**claim, "id": number(2), "verb": {"id": v.COMPLETED}}])
    importing.run()
    assert len(stored(world)) == 3
    world.credit()
    assert world.credited() == before


def test_the_original_authority_is_kept_if_an_operator_asks_for_it(world: World, other: OtherStore, importing: Importing) -> None:
    importing.policy = ImportPolicy(IMPORT, PUBLIC_URL, keep_authority=True)
    ours = {"account": {"homePage": PUBLIC_URL + "/", "name": "lms"}}
    theirs = {"account": {"homePage": "https://elsewhere.example", "name": "lms"}}
    group = {"objectType": "Group", "member": [theirs, ours]}
    other.faults[0] = page([said(count, authority=one) for count, one in enumerate((ours, theirs, group))] + [said(3)])
    importing.run()
    found = stored(world)
    assert [found[number(count)]["authority"] == theirs for count in range(4)] == [False, True, False, False]
    assert {found[number(count)]["authority"]["account"]["name"] for count in (0, 2, 3)} == {"import:other"}


def test_in_a_keys_name_they_are_that_keys_statements(world: World, other: OtherStore) -> None:
    key, _ = world.act(
        lambda session: xapi.storage.keys.add_key(session, "provider", ("statements/write",), now=world.clock(), trusted=True)
    )
    other.say(said(1))
    assert run(world, other, "--as", key).exit_code == 0
    assert stored(world)[number(1)]["authority"]["account"] == {"homePage": PUBLIC_URL, "name": key}


# ── The command ──


def test_every_option_that_is_wrong_is_named(world: World, other: OtherStore) -> None:
    runner = world.app.test_cli_runner()
    arguments = ["import", "--from", "http://user@store.example/xapi", "--key", "k", "--as", "nobody"]
    done = runner.invoke(record_store, arguments, obj=ScriptInfo(create_app=lambda: world.app))
    assert done.exit_code == 2
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["secret", "as", "from", "from"]


def test_a_store_inside_is_asked_only_where_that_is_said(world: World, other: OtherStore) -> None:
    runner = world.app.test_cli_runner(env={SECRET: other.secret})
    arguments = ["import", "--from", other.endpoint, "--key", other.key, "--secret-env", SECRET]
    done = runner.invoke(record_store, arguments, obj=ScriptInfo(create_app=lambda: world.app))
    assert (done.exit_code, other.asked) == (2, [])
    assert "https" in done.stderr


def test_it_tells_what_was_put_aside_and_why_it_stopped(world: World, other: OtherStore, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(other.secret + "\n")
    other.faults |= {0: page([said(1), said(2, verb={"id": "no iri"})], "/xapi/statements?more=1"), 1: instead(403, "gone")}
    arguments = ["import", "--from", other.endpoint, "--key", other.key, "--secret-file", str(secret), "--internal"]
    done = world.app.test_cli_runner().invoke(record_store, arguments, obj=ScriptInfo(create_app=lambda: world.app))
    assert done.exit_code == 1
    first, second, last = done.stderr.splitlines()
    assert first.startswith(f"put aside {number(2)}: statement.verb.id")
    assert second == "2 read, 1 new, 1 put aside"
    assert last.startswith("HTTP 403: gone. Everything imported so far is kept")


def test_a_wrong_secret_is_said_plainly(world: World, other: OtherStore) -> None:
    other.secret = "wrong"
    done = run(world, other)
    assert done.exit_code == 1
    assert "HTTP 401" in done.stderr


def test_void_targets_are_asked_for_once_each(world: World) -> None:
    texts = [json.dumps(voiding(count, 1)).encode() for count in (8, 9)] + [b'{"verb":{"id":"voided"}}', b"voided"]
    assert [str(one) for one in world.act(lambda session: storing.void_targets(session, texts))] == [number(1)]
