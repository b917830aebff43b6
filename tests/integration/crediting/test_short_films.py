"""Can a course of short films be finished, and a film be played to its end, though minutes are rounded up and browsers measure a little less?"""

from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.accounts.models import Organisation, Person
from lms.classes import setup
from lms.classes.models import Enrolment
from lms.crediting import ledger, policy, windows
from lms.crediting.activity_rules import RuleOf, rule_before_0044, rule_before_0053
from lms.crediting.verify import verify
from lms.programmes import store
from tests.course_factories import add_course
from tests.factories import BEGIN, PUBLIC_URL, World

FILM: Mapping[str, Any] = {"format": "video", "minutes": 2, "media_seconds": 61, "requires": {"coverage": 1}}
SHORT: Mapping[str, Any] = {"format": "video", "minutes": 1, "media_seconds": 4, "requires": {"coverage": 0.9}}
FINISHED = ledger.Account("general-courses", "courses")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No SQL here differs, except in the migration, which tests of migrations run on both."""
    return sqlite_url


@pytest.fixture
def studying(world: World) -> World:
    """The world's teacher in a class with one course, of one film of 61 seconds, that must be finished."""
    return study_course_of(FILM, world)


@pytest.fixture
def studying_short(world: World) -> World:
    """The world's teacher in a class with one course, of one film of 4 seconds."""
    return study_course_of(SHORT, world)


def study_course_of(film: Mapping[str, Any], world: World) -> World:
    def enrol(session: Session) -> tuple[int, int, int]:
        text = (resources.files("lms.programmes") / "data" / "rural-lead-2020.toml").read_text(encoding="utf-8")
        version = store.import_toml(session, text, BEGIN).version
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        made = setup.create_class(session, version, setup.ClassDetails("lead", "首席", provider, date(2026, 3, 1), date(2026, 9, 30)))
        course = add_course(session, "short", {"film": film})
        setup.bind_course(session, made, course, "companion")
        return setup.enrol(session, made, session.get_one(Person, world.person_id), "lead", "in-training").id, course.id, made.id

    return World(world.app, world.clock, world.person_id, *world.act(enrol), course="short")


def watch(world: World, segments: str) -> None:
    page = world.study("film", 61)
    world.say(page, v.PAUSED, {"extensions": {v.PLAYED_SEGMENTS: segments}})
    world.credit()


def account(world: World) -> dict[ledger.Account, int]:
    found: dict[ledger.Account, int] = world.act(lambda session: ledger.sums(session, [world.enrolment_id]))[world.enrolment_id]
    return found


@pytest.mark.parametrize(
    ("segments", "seconds"),
    [
        pytest.param("0[.]61", 61, id="all of it"),
        pytest.param("0[.]60.9", 60, id="the browser says that it lasts 60.9 s"),
        pytest.param("0.2[.]60.7", 60, id="the last segment ends 0.3 s before the end"),
        pytest.param("0[.]30.04[,]30.1[.]60.96", 60, id="a hole where it was paused and opened again"),
    ],
)
def test_a_course_of_one_film_of_61_seconds_is_finished_once_the_film_was_played(studying: World, segments: str, seconds: int) -> None:
    watch(studying, segments)
    assert account(studying) == {ledger.Account("short:film"): seconds, FINISHED: 1}


def test_a_film_of_which_more_than_a_second_is_missing_was_not_played_whole(studying: World) -> None:
    watch(studying, "0[.]30[,]31.1[.]61")
    assert account(studying) == {}


@pytest.mark.parametrize("segments", ["0[.]4", "0[.]3.9", "0[.]2[,]2[.]3.6"])
def test_a_course_of_one_film_of_4_seconds_is_finished_once_the_film_was_played(studying_short: World, segments: str) -> None:
    watch(studying_short, segments)
    assert account(studying_short) == {ledger.Account("short:film"): 3, FINISHED: 1}


def findings(world: World) -> list[str]:
    return [one.problem for batch in world.act(lambda session: list(verify(session, public_url=PUBLIC_URL))) for one in batch.findings]


def waiting(world: World) -> list[int]:
    return [number for batch in world.act(lambda session: list(verify(session))) for number in batch.waiting]


def by_the_rule(rule: RuleOf, world: World, monkeypatch: pytest.MonkeyPatch, segments: str) -> None:
    """Let the film be watched and credited as a version before this rule did."""
    with monkeypatch.context() as earlier:
        earlier.setattr(policy, "_known", {})
        earlier.setattr(policy._make, "__defaults__", (None, rule))
        watch(world, segments)


def after_the_migration(world: World) -> None:
    def mark(session: Session) -> None:
        session.execute(update(Enrolment).values(verdict=""))
        session.execute(update(setup.TrainingClass).values(following_after=0))

    world.act(mark)
    while world.act(lambda session: windows.go_on_somewhere(session, world.clock())):
        pass


@pytest.mark.parametrize(("segments", "before"), [("0[.]61", 61), ("0[.]60.9", 0)])
def test_what_the_rule_before_gave_is_not_a_finding_and_is_decided_again_by_the_worker(
    studying: World, monkeypatch: pytest.MonkeyPatch, segments: str, before: int
) -> None:
    by_the_rule(rule_before_0044, studying, monkeypatch, segments)
    assert account(studying) == ({ledger.Account("short:film"): before} if before else {})
    assert findings(studying) == []
    assert waiting(studying) == [studying.enrolment_id]
    after_the_migration(studying)
    assert account(studying)[FINISHED] == 1
    assert (findings(studying), waiting(studying)) == ([], [])


@pytest.mark.parametrize(("segments", "before"), [("0[.]4", {"short:film": 4, "general-courses": 1}), ("0[.]3.9", {"short:film": 3})])
def test_what_short_films_gave_before_is_not_a_finding_and_is_decided_again(
    studying_short: World, monkeypatch: pytest.MonkeyPatch, segments: str, before: dict[str, int]
) -> None:
    by_the_rule(rule_before_0053, studying_short, monkeypatch, segments)
    assert {one.name: amount for one, amount in account(studying_short).items()} == before
    assert (findings(studying_short), waiting(studying_short)) == ([], [studying_short.enrolment_id])
    after_the_migration(studying_short)
    assert account(studying_short) == {ledger.Account("short:film"): 3, FINISHED: 1}
    assert (findings(studying_short), waiting(studying_short)) == ([], [])


def test_hours_that_neither_rule_gives_are_a_finding(studying: World, monkeypatch: pytest.MonkeyPatch) -> None:
    by_the_rule(rule_before_0044, studying, monkeypatch, "0[.]61")
    studying.act(lambda session: session.execute(update(ledger.LedgerEntry).values(amount=60)))
    assert any("short:film stands at 60 s" in one for one in findings(studying))
    assert waiting(studying) == []
