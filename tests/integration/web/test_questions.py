"""Does a prepared query give the same results on both databases, with any parameters?"""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation
from lms.accounts.people import add_organisation
from lms.db import transaction
from xapi.raw_sql import PreparedQuery

BY_CODES = PreparedQuery(
    select(Organisation.id, Organisation.name)
    .where(Organisation.code.in_(bindparam("codes", expanding=True)), Organisation.kind == bindparam("kind"), Organisation.name != "100 %")
    .order_by(Organisation.id)
)
BY_IDS = PreparedQuery(select(Organisation.code).where(Organisation.id.in_(bindparam("ids", expanding=True))).order_by(Organisation.id))


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context(), transaction() as opened:
        for code in ("a", "b", "it's"):
            add_organisation(opened, code, f"名 {code}", "school")
        yield opened


def test_a_list_of_any_length_is_told(session: Session) -> None:
    assert [name for _, name in BY_CODES.ask(session, codes=["b", "it's", "nobody"], kind="school")] == ["名 b", "名 it's"]
    assert BY_CODES.ask(session, codes=[], kind="school") == []
    assert BY_CODES.ask(session, codes=["a", "b"], kind="office") == []


def test_numbers_small_and_large_are_told_together(session: Session) -> None:
    first = BY_CODES.ask(session, codes=["a"], kind="school")[0][0]
    for others in ([], [first + 100_000], [2**31 - 1], [first] * 3):
        assert BY_IDS.ask(session, ids=[first, *others]) == [("a",)]


def test_what_was_added_before_in_the_session_is_seen(session: Session) -> None:
    session.add(Organisation(code="new", name="新", kind="school", path="/9/"))
    assert [name for _, name in BY_CODES.ask(session, codes=["new"], kind="school")] == ["新"]
