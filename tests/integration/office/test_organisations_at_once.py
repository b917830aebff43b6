"""Do paths stay right when two people change the tree of organisations at the same time? On PostgreSQL, with two connections."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Organisation
from lms.accounts.people import add_organisation
from lms.db import transaction
from lms.errors import InvalidInput
from lms.office import organisations
from lms.office.organisations import MERGE, MOVE, RENAME, OrganisationChange
from tests.factories import BEGIN, World

pytestmark = pytest.mark.services
Work = Callable[[Session], Any]


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """SQLite has one writer at a time."""
    return postgres_url


@pytest.fixture
def tree(world: World) -> World:
    """Two cities; the first has two counties, and the first of these a school."""

    def add(session: Session) -> None:
        top = add_organisation(session, "top", "省教育厅", "office")
        cities = [add_organisation(session, f"city{n}", f"第{n}市", "office", top) for n in (1, 2)]
        counties = [add_organisation(session, f"county{n}", f"第{n}县", "office", cities[0]) for n in (1, 2)]
        add_organisation(session, "school", "中心校", "school", counties[0])
        add_organisation(session, "school2", "第二小学", "school", counties[1])

    world.act(add)
    return world


def of(session: Session, code: str) -> Organisation:
    return session.scalars(select(Organisation).where(Organisation.code == code)).one()


def change(what: str, code: str, target: str = "", name: str = "") -> Work:
    def work(session: Session) -> None:
        wanted = OrganisationChange(what, of(session, code), name, of(session, target) if target else None)
        organisations.apply(session, wanted, By(None, BEGIN))

    return work


def at_once(world: World, first: Work, second: Work) -> BaseException | None:
    """Do something, and let something else begin before it is committed; return how that failed."""
    failed: list[BaseException] = []

    def do() -> None:
        try:
            world.act(second)
        except Exception as error:
            failed.append(error)

    with world.app.app_context(), transaction() as session:
        first(session)
        session.flush()
        other = threading.Thread(target=do)
        other.start()
        time.sleep(0.3)
        assert other.is_alive(), "it waits"
    other.join(20)
    assert not other.is_alive()
    return failed[0] if failed else None


def wrong_paths(world: World) -> list[str]:
    """Return the codes of organisations whose path is not that of the one above, and their own id."""

    def look(session: Session) -> list[str]:
        every = {one.id: one for one in session.scalars(select(Organisation))}
        right = {one.id: f"{every[one.parent_id].path if one.parent_id else '/'}{one.id}/" for one in every.values()}
        return [one.code for one in every.values() if one.path != right[one.id]]

    found: list[str] = world.act(look)
    return found


def above(world: World, code: str) -> str | None:
    def look(session: Session) -> str | None:
        parent = of(session, code).parent_id
        return session.get_one(Organisation, parent).code if parent else None

    found: str | None = world.act(look)
    return found


def test_two_offices_never_come_below_each_other(tree: World) -> None:
    failed = at_once(tree, change(MOVE, "city1", "city2"), change(MOVE, "city2", "city1"))
    assert isinstance(failed, InvalidInput)
    assert (wrong_paths(tree), above(tree, "city1"), above(tree, "city2")) == ([], "city2", "top")


def test_what_is_moved_into_a_part_that_is_just_being_moved_goes_with_it(tree: World) -> None:
    assert at_once(tree, change(MOVE, "city1", "city2"), change(MOVE, "school2", "county1")) is None
    assert (wrong_paths(tree), above(tree, "school2")) == ([], "county1")


def test_what_is_moved_out_of_a_part_that_is_moved_at_the_same_time_keeps_its_place(tree: World) -> None:
    assert at_once(tree, change(MOVE, "county1", "city2"), change(MOVE, "city1", "city2")) is None
    assert (wrong_paths(tree), above(tree, "county1")) == ([], "city2")


@pytest.mark.parametrize("new_first", [True, False])
def test_a_school_that_a_list_adds_below_a_moved_county_gets_the_county_s_new_path(tree: World, *, new_first: bool) -> None:
    def add(session: Session) -> None:
        add_organisation(session, "new", "新学校", "school", of(session, "county1"))

    both = (add, change(MOVE, "city1", "city2"))
    assert at_once(tree, *(both if new_first else both[::-1])) is None
    assert (wrong_paths(tree), above(tree, "new")) == ([], "county1")


LATE = {MERGE: change(MERGE, "county1", "county2"), RENAME: change(RENAME, "county1", name="新名"), MOVE: change(MOVE, "county1", "city2")}


@pytest.mark.parametrize("second", LATE.values(), ids=LATE)
def test_one_that_was_just_merged_is_not_changed_any_more_and_that_is_said(tree: World, second: Work) -> None:
    failed = at_once(tree, change(MERGE, "county1", "county2"), second)
    assert isinstance(failed, InvalidInput)
    assert wrong_paths(tree) == []
    assert above(tree, "school") == "county2"
