"""Helpers for tests of exports: a store with our statements and others', one of them voided, and offices."""

import json
from collections.abc import Sequence
from typing import Any

from click.testing import Result
from flask.cli import ScriptInfo
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi
import xapi.storage.store
from lms import vocabulary as v
from lms.accounts.models import ADMIN, OFFICE, Organisation
from lms.accounts.people import add_organisation, add_person
from lms.jobs import tasks
from lms.jobs.models import Job
from tests.commands import record_store
from tests.factories import World, signed_in

FORMULA = "=1+1"
ANALYST = xapi.Credential("n", {"account": {"homePage": "http://n.example", "name": "n"}}, frozenset({"all"}))


def run(world: World, *arguments: str) -> Result:
    return world.app.test_cli_runner().invoke(record_store, arguments, obj=ScriptInfo(create_app=lambda: world.app))


def store(world: World, statements: Sequence[dict[str, Any]]) -> None:
    world.act(lambda session: xapi.storage.store.store_statements(session, statements, ANALYST, version="1.0.3", now=world.clock()))


def said(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "actor": {"account": {"homePage": "http://elsewhere.example", "name": FORMULA}},
        "verb": {"id": v.COMPLETED},
        "object": {"id": f"http://x.example/{number}"},
        **more,
    }


def fill(world: World) -> World:
    """Make a store with a teacher's study, statements from elsewhere, and one that is void."""
    world.say(world.study("reading", 900), v.COMPLETED, {"completion": True, "duration": "PT15M"})
    world.clock.advance(60)
    store(world, [said(number, result={"response": "两行\u2028一个", "score": {"raw": -number}}) for number in range(5)])
    world.clock.advance(60)
    void = {"verb": {"id": v.VOIDED}, "object": {"objectType": "StatementRef", "id": said(4)["id"]}}
    store(world, [said(9, **void)])
    world.clock.advance(60)
    return world


def ids(lines: str) -> list[str]:
    return [json.loads(line)["id"] for line in lines.split("\n") if line]


def with_offices(full: World) -> FlaskClient:
    """Add an office above the teacher and one below, whose people are others; return the first one's client."""

    def add(session: Session) -> None:
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        below = add_organisation(session, "b", "某县", "office", parent=provider)
        add_person(session, "office", "周明", (OFFICE, ADMIN), password=None, organisation=provider)
        add_person(session, "county", "县里", (OFFICE,), password=None, organisation=below)

    full.act(add)
    full.app.config["WTF_CSRF_ENABLED"] = False
    return signed_in(full.app, "office")


def start(world: World, client: FlaskClient, **fields: str) -> int:
    answer = client.post("/records/export", data={"format": "jsonl", **fields})
    assert answer.status_code == 302, answer.text
    job: int = world.act(lambda session: session.scalars(select(Job.id).order_by(Job.id.desc())).first())
    return job


def work_through(world: World) -> None:
    with world.app.app_context():
        while tasks.work.run():
            pass
