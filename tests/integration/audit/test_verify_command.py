"""Does `lms ledger verify` report nothing for an honest database, and say clearly what it could not check?"""

from dataclasses import replace

from sqlalchemy import text

from tests.commands import json_of
from tests.factories import World
from tests.integration.audit.running import run


def studied(world: World) -> World:
    world.study("reading", 300)
    world.credit()
    return world


def test_statements_of_another_address_are_not_compared_and_both_addresses_are_named(world: World) -> None:
    studied(world)
    settings = world.app.extensions["settings"]
    world.app.extensions["settings"] = replace(settings, public_url="https://other.example")
    answer = run(world, "ledger", "verify", "--statements")
    assert answer.exit_code == 2
    assert "https://other.example" in answer.stderr
    assert settings.public_url in answer.stderr
    assert run(world, "ledger", "verify").exit_code == 0, "without statements the address is not needed"


def test_a_document_that_was_edited_or_cannot_be_read_is_one_finding_and_the_rest_is_checked(world: World) -> None:
    studied(world)
    world.act(lambda session: session.execute(text("UPDATE programme_version SET document = '{\"hour_minutes\": 20}'")))
    answer = run(world, "ledger", "verify", "--statements", "--json")
    assert answer.exit_code == 1
    said = json_of(answer, exit_code=1)
    assert [one["problem"] for one in said["findings"]] == [
        "programme online-teaching 2020, version 1: its document is not the one that was imported"
    ]
    assert (said["enrolments"], said["entries"]) == (1, 1)


def test_evidence_that_nobody_could_have_written_is_a_finding(world: World) -> None:
    studied(world)
    world.act(lambda session: session.execute(text("UPDATE observation SET since = NULL")))
    answer = run(world, "ledger", "verify", "--statements")
    assert answer.exit_code == 1
    assert "its evidence cannot be decided" in answer.stderr


def test_a_difference_is_told_as_what_stands_and_what_follows(world: World) -> None:
    studied(world)
    world.act(lambda session: session.execute(text("UPDATE observation SET since = since + 60")))
    assert "c1:reading stands at 300 s, its evidence gives 240 s" in run(world, "ledger", "verify").stderr


def test_an_enrolment_that_is_not_there_is_an_error(world: World) -> None:
    answer = run(world, "ledger", "verify", "--enrolment", "99")
    assert (answer.exit_code, answer.stderr) == (2, "enrolment: 99 is not known\n")
