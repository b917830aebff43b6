"""Does no text identify a person after they were erased, not even other stores' answers?"""

import json
import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

import xapi.storage.models
import xapi.storage.outbox
from lms import vocabulary as v
from lms.accounts.models import Person
from lms.db import transaction
from lms.federation.forwarding.filters import Filter
from lms.federation.forwarding.models import DeadLetter, Forward
from lms.federation.importing.models import Import, StatementSetAside
from lms.jobs.models import Job
from lms.privacy.erasure import person as erasure
from lms.privacy.erasure.models import Erasure
from lms.storage import storage
from lms.tables import METADATA
from tests.factories import PUBLIC_URL, DrivenClock, World
from tests.integration.records.forwards import Here
from tests.integration.records.otherstore import OtherStore, answering
from tests.integration.xapi.conftest import BO, statement
from xapi.storage.models import OutboxRow, RefusalRow, StatementRow

pytestmark = pytest.mark.usefixtures("guarded")

NAME, MAIL = "王秀兰", "wang.x@school.example"


@pytest.fixture
def here(app: Flask, clock: DrivenClock, other: OtherStore) -> Here:
    """This installation, with a forward."""
    return Here(app, clock, other)


@pytest.fixture
def account(world: World) -> str:
    """The person's account; they have an e-mail too."""

    def read(session: Session) -> str:
        person = session.get_one(Person, world.person_id)
        person.email = MAIL
        return person.account

    found: str = world.act(read)
    return found


def erase(world: World) -> None:
    def begin(session: Session) -> None:
        erasure.begin(session, session.get_one(Person, world.person_id), None, PUBLIC_URL, world.clock())

    world.act(begin)
    while world.act(lambda session: erasure.go_on(session, session.scalars(select(Erasure.id)).one(), world.clock(), storage())):
        pass


def everything(world: World) -> str:
    """Return every row of every table."""

    def read(session: Session) -> str:
        tables = [*METADATA.sorted_tables, *xapi.storage.models.Base.metadata.sorted_tables]
        return "\n".join(str(row) for table in tables for row in session.execute(select(table)))

    found: str = world.act(read)
    return found


def test_no_sentence_anywhere_says_who_it_was_and_all_else_of_it_stays(world: World, here: Here, account: str) -> None:
    here.add()
    at = world.clock()
    written = json.dumps(NAME)[1:-1]
    said = f"HTTP 400: no list of {NAME} ({written}), mailto:{MAIL.upper()}, wang.x%40school.example, {account}: teacher"
    clean = "HTTP 400: no list of … (…), mailto:…, …, …: …"

    def keep(session: Session) -> None:
        forward = session.scalars(select(Forward)).one()
        forward.detail = said
        session.add(DeadLetter(forward_id=forward.id, statement_id=uuid.uuid4(), reason=said, refused_at=at))
        own = Import(endpoint="https://lrs.example", key="k", page_size=1, begun_at=at, touched_at=at, problem=said)
        session.add(own)
        session.flush()
        session.add(StatementSetAside(import_id=own.id, sha256="a" * 64, reason=said, text="{}", at=at))
        session.add(OutboxRow(statement_id=uuid.uuid4(), stored=at, parked=True, error=said))
        session.add(RefusalRow(key="k", day=at.date(), reason="invalid", times=1, last=at, said=said))
        office = Person(username="office", name="办公室", account="o", fs_uniquifier="o")
        session.add(office)
        session.flush()
        session.add(Job(kind="statements", owner_id=office.id, params={}, created_at=at, touched_at=at, message=said))

    world.act(keep)
    everywhere = everything(world)
    assert everywhere.count(NAME) == 8, "seven sentences and the person"
    erase(world)
    left = everything(world)
    for word in (NAME, written, "school.example", account):
        assert word.lower() not in left.lower(), word
    assert left.count(clean) == 6
    assert here.row.detail == "", "whoever was meant"


def test_a_short_user_name_is_not_taken_out_of_longer_words(world: World, here: Here, account: str) -> None:
    here.add()

    def keep(session: Session) -> None:
        session.get_one(Person, world.person_id).username = "li"
        forward = session.scalars(select(Forward)).one()
        letter = DeadLetter(forward_id=forward.id, statement_id=uuid.uuid4(), reason="Li: invalid list", refused_at=world.clock())
        session.add(letter)

    world.act(keep)
    erase(world)
    assert [one.reason for one in here.letters().values()] == ["…: invalid list"]


def test_dead_letters_about_their_statements_go_and_others_stay(world: World, here: Here, other: OtherStore, account: str) -> None:
    here.store(statement(actor=v.actor_of(PUBLIC_URL, account)))
    (theirs,) = here.store(statement(actor=BO))
    here.add()
    other.weather = answering(400, "no")
    here.forward()
    assert len(here.letters()) == 2
    erase(world)
    assert list(here.letters()) == [theirs]


@pytest.mark.parametrize("status", [400, 500, 404])
def test_another_stores_answer_to_a_statement_that_was_just_erased_is_not_kept(
    world: World, here: Here, other: OtherStore, account: str, status: int
) -> None:
    """The worker holds the statement, and the other store quotes it, after the erasure is complete."""
    here.store(statement(actor=v.actor_of(PUBLIC_URL, account)))
    here.add()

    def answer(_environ: Any, _body: bytes) -> Response:
        erase(world)
        other.weather = answering(status, f"bad {account}")
        return Response(f"bad {account}", status=status)

    other.weather = answer
    here.clock.advance(60)
    assert here.turn()
    assert len(other.posts) == 1
    assert account not in everything(world)
    assert here.letters() == {}
    assert here.row.state == ("paused" if status == 404 else "running")


def test_a_forward_of_one_persons_statements_becomes_one_of_nobodys(world: World, here: Here, other: OtherStore, account: str) -> None:
    mine = json.dumps(v.actor_of(PUBLIC_URL, account))
    here.add(Filter(agents=(mine,)))
    erase(world)
    assert account not in everything(world)
    here.store(statement(actor=BO))
    here.forward()
    assert other.ids() == [], "it does not become a forward of everything"


def test_what_set_aside_their_statements_goes_with_them(world: World, account: str) -> None:
    subject = world.subject("reading")
    world.study("reading", 60, subject=subject)
    with world.app.app_context(), transaction() as session:
        row = session.scalars(select(OutboxRow)).one()
        xapi.storage.outbox.park(session, [row.id], f"KeyError: {account}", world.clock())
    erase(world)
    assert world.act(lambda session: session.scalars(select(OutboxRow)).all()) == []
    assert world.act(lambda session: session.scalars(select(StatementRow)).all()) == []
    assert account not in everything(world)
