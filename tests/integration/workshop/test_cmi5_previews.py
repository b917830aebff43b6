"""Does a cmi5 unit play in a trainer's preview, checked against cmi5 as learners' units are, without a trace in the record store?"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses.formats.cmi5_values import key_of
from lms.accounts.models import Person
from lms.db import database, transaction
from lms.learning.models import Cmi5Session, Launch, Registration
from lms.learning.runtimes.cmi5 import vocabulary as c
from lms.workshop.models import UnitPreview
from lms.workshop.tasks import remove_unit_previews
from lms.workshop.unit_preview import trying
from lms.workshop.unit_preview.session import LASTS
from tests.conformance.cmi5.structures import structure, unit
from tests.conformance.cmi5.units import PlayedUnit
from tests.factories import World, signed_in
from tests.integration.workshop.editing import post, send_file
from tests.unit.courses.folders import zipped
from xapi.storage.models import DocumentRow, OutboxRow, RefusalRow, StatementRow

ID = "https://school.example/unit/1"
PASSED = {"success": True, "score": {"scaled": 0.9}, "duration": "PT1M"}
DONE = {"completion": True, "duration": "PT1M"}

Open = Callable[..., tuple[PlayedUnit, Any]]


@pytest.fixture
def draft_unit(maker: FlaskClient, place: str) -> str:
    """The address of the preview of a unit in a draft."""
    inside = unit(ID, more='moveOn="CompletedAndPassed" masteryScore="0.8"')
    content = zipped({"cmi5.xml": structure(inside), "unit/index.html": b"<!doctype html><p>unit</p>"})
    assert 'data-state="added"' in send_file(maker, f"{place}/tus", "unit.zip", content)
    return f"{place}/preview/{key_of(ID)}"


@pytest.fixture
def tried(world: World, maker: FlaskClient, draft_unit: str) -> Open:
    """Begin a preview as the page does; return the unit's script and what the page was told."""

    def open_it(*, normal: bool = False) -> tuple[PlayedUnit, Any]:
        begun = post(maker, f"{draft_unit}/unit", json={"normal": normal})
        assert begun.status_code == 200, begun.text
        return PlayedUnit(world, begun.get_json()["url"], {}), begun.get_json()

    return open_it


def looked(maker: FlaskClient, begun: Any, since: int = 0) -> Any:
    return post(maker, begun["look"], json={"since": since}).get_json()


def reports(maker: FlaskClient, begun: Any) -> list[tuple[str, int, list[str]]]:
    return [(one["name"], one["status"], one["met"]) for one in looked(maker, begun)["reports"]]


def kept_by_the_site(app: Flask) -> list[int]:
    tables = (StatementRow, OutboxRow, DocumentRow, RefusalRow, Cmi5Session, Launch, Registration)
    with app.app_context(), database().reader() as session:
        return [session.scalar(select(func.count()).select_from(one)) or 0 for one in tables]


def test_a_unit_plays_in_browse_with_its_launch_data_and_the_site_keeps_nothing(
    app: Flask, maker: FlaskClient, draft_unit: str, tried: Open
) -> None:
    assert '"start": "/workshop/drafts/' in maker.get(draft_unit).text
    before = kept_by_the_site(app)
    played, begun = tried()
    played.begin()
    assert (begun["mode"], played.data["launchMode"], played.data["moveOn"]) == ("Browse", "Browse", "CompletedAndPassed")
    assert played.state("bookmark").status_code == 404
    assert played.state("bookmark", "PUT", {"page": 3}).status_code == 204
    assert played.state("bookmark").get_json() == {"page": 3}
    assert looked(maker, begun)["state"] == "open"
    assert played.say(c.TERMINATED, {"duration": "PT1M"}).status_code == 200
    assert looked(maker, begun)["state"] == "closed"
    assert reports(maker, begun) == [("initialized", 200, []), ("terminated", 200, [])]
    assert kept_by_the_site(app) == before


def test_what_a_unit_does_wrong_is_refused_and_shown_with_the_time_and_the_reason(world: World, maker: FlaskClient, tried: Open) -> None:
    begun_at = world.clock().timestamp()
    played, begun = tried()
    played.begin()
    assert played.fetch()["error-code"] == "1"
    wrong = played.statement(c.COMPLETED, DONE)
    for body in (wrong, {**wrong, "verb": "completed"}, {**played.statement(c.TERMINATED, {"duration": "PT1M"}), "timestamp": "yesterday"}):
        assert played.send(body).status_code in {400, 403}
    assert played.state(method="PUT", body={}).status_code == 403
    found = looked(maker, begun)["reports"]
    assert [(one["name"], one["status"]) for one in found] == [
        ("initialized", 200),
        ("fetch", 200),
        ("completed", 403),
        ("?", 400),
        ("terminated", 400),
        ("PUT activities/state", 403),
    ]
    assert "launch mode Browse" in found[2]["why"]
    assert all(0 <= one["at"] - begun_at < 1 for one in found)
    assert "timestamp" in found[4]["why"]
    assert looked(maker, begun, since=found[-2]["number"])["reports"] == found[-1:]


def test_in_normal_mode_the_page_says_which_condition_each_result_meets(maker: FlaskClient, tried: Open) -> None:
    played, begun = tried(normal=True)
    played.begin()
    assert played.say(c.COMPLETED, DONE).status_code == 200
    assert played.say(c.PASSED, PASSED).status_code == 200
    again = played.say(c.COMPLETED, DONE)
    assert (again.status_code, "stated already" in again.text) == (403, True)
    assert reports(maker, begun)[1:] == [("completed", 200, ["completed"]), ("passed", 200, ["passed"]), ("completed", 403, [])]


def test_a_token_is_good_for_its_own_preview_only(tried: Open) -> None:
    one, other = tried()[0].begin(), tried()[0].begin()
    for endpoint in (other.endpoint, "/xapi"):
        assert (
            one.client.get(
                f"{endpoint}/statements", headers={"X-Experience-API-Version": "1.0.3", "Authorization": f"Basic {one.token}"}
            ).status_code
            == 401
        )
    unknown = other.endpoint.replace(other.registration, str(uuid.uuid4()))
    assert one.client.get(f"{unknown}/statements").status_code == 404


def test_a_preview_is_its_trainers_and_goes_with_its_end(
    app: Flask, world: World, maker: FlaskClient, draft_unit: str, tried: Open
) -> None:
    played, begun = tried()
    helper = signed_in(app, "helper")
    assert post(helper, begun["look"], json={}).status_code == 404
    for _ in range(trying.MOST_OF_A_PERSON):
        world.clock.advance(1)
        tried()
    assert post(maker, begun["look"], json={}).status_code == 404
    assert played.fetch()["error-code"] == "1"
    with app.app_context(), transaction() as session:
        assert len(session.scalars(select(UnitPreview)).all()) == trying.MOST_OF_A_PERSON
    world.clock.advance(LASTS / timedelta(seconds=1) + 1)
    with app.app_context():
        assert remove_unit_previews() == trying.MOST_OF_A_PERSON
        assert database().reader().scalars(select(UnitPreview)).all() == []


def test_a_preview_keeps_no_more_than_a_megabyte_of_a_unit(maker: FlaskClient, tried: Open) -> None:
    played, begun = tried()
    played.begin()
    large = {"text": "x" * 300_000}
    answers = [played.state(f"note-{number}", "PUT", large).status_code for number in range(5)]
    assert answers[-1] in {403, 413}
    assert answers[0] == 204
    assert played.state("larger", "PUT", {"text": "x" * 2**20}).status_code == 413
    assert reports(maker, begun)[-1][0] == "PUT activities/state"


def test_a_preview_ends_after_its_time_also_before_it_is_removed_and_with_its_trainers_account(
    app: Flask, world: World, maker: FlaskClient, tried: Open
) -> None:
    played, _begun = tried()
    played.begin()
    world.clock.advance(LASTS / timedelta(seconds=1))
    assert played.state("bookmark").status_code == 401
    later, _begun = tried()
    later.begin()
    with app.app_context(), transaction() as session:
        session.scalars(select(Person).where(Person.username == "maker")).one().active = False
    assert later.state("bookmark").status_code == 404
