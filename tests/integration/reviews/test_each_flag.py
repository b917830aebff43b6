"""From the evidence to the appeal: does each kind of flag hold hours, show why, and let an office decide and a teacher ask?"""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.access_log.models import AccessRecord
from lms.accounts.models import Person
from lms.classes.models import ClassChange, Enrolment
from lms.crediting.models import HeldSession
from tests.access import form_token
from tests.factories import DrivenClock, World, signed_in
from tests.integration.crediting.holding import findings
from tests.integration.reviews.flagging import KINDS


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database: the SQL that differs is tested in test_holds."""
    return sqlite_url


def post(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    answer = client.post(path, data=fields, headers={"X-CSRFToken": form_token(client)}, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer


def why(world: World, line: str) -> str:
    return world.client().get(f"/transcript/{world.enrolment_id}/why/{line}").text


def held_seconds(world: World) -> int:
    found: int = world.act(lambda session: session.get_one(Enrolment, world.enrolment_id).held_seconds)
    return found


def address(page: str, place: str) -> str:
    found = re.search(rf'href="({place}/\d+)"', page)
    assert found is not None, page
    return found[1]


@pytest.mark.parametrize("kind", KINDS)
def test_flagged_hours_are_held_shown_asked_about_and_decided(kind: str, app: Flask, clock: DrivenClock) -> None:
    flagged = KINDS[kind](app, clock)
    world, line = flagged.world, flagged.line
    reviewer = signed_in(app, "reviewer")
    world.credit()
    assert line not in world.credited()
    before = held_seconds(world)
    assert before >= flagged.seconds
    assert "待复核" in why(world, line)

    post(world.client(), f"/transcript/{world.enrolment_id}/question/{line}", text="是我本人学习，请核实")
    queue = reviewer.get(f"/office/reviews/?flag={kind}").text
    others = [reviewer.get(f"/office/reviews/?flag={other}").text for other in KINDS if other != kind]
    name = world.act(lambda session: session.get_one(Person, world.person_id).name)
    assert name in queue
    assert not any(name in page for page in others), "the filter names this kind only"
    [place] = [one for one in dict.fromkeys(re.findall(r'href="(/office/reviews/\d+)"', queue)) if line_of(world, one) == line]
    page = reviewer.get(place).text
    for part in (*flagged.shown, "是我本人学习，请核实"):
        assert part in page, part

    post(reviewer, place, decision="released", reason="核对设备与签到，属本人", seen="0")
    world.credit()
    assert world.credited()[line] == flagged.seconds
    assert held_seconds(world) == before - flagged.seconds
    assert "核对设备与签到，属本人" in why(world, line)
    question = address(reviewer.get("/office/questions").text, "/office/questions")
    seen = re.search(r'name="seen" value="([^"]*)"', reviewer.get(question).text)
    assert seen is not None
    post(reviewer, question, decision="accepted", answer="已予认定", seen=seen[1])
    assert "已予认定" in world.client().get(f"/transcript/{world.enrolment_id}/question/{line}").text
    assert recorded(world) == ({"appeal", "hold-released", "appeal-accepted"}, {"review"})
    assert findings(world) == []


def line_of(world: World, place: str) -> str:
    number = int(place.rpartition("/")[2])
    found: str = world.act(lambda session: session.get_one(HeldSession, number).activity)
    return found


def recorded(world: World) -> tuple[set[str], set[str]]:
    """Return what the history of the class and the accesses say."""

    def read(session: Session) -> tuple[set[str], set[str]]:
        changes = select(ClassChange.what).where(
            ClassChange.enrolment_id == world.enrolment_id, ClassChange.what.regexp_match("hold|appeal")
        )
        looks = select(AccessRecord.form).where(AccessRecord.person_id == world.person_id)
        return set(session.scalars(changes)), set(session.scalars(looks))

    found: tuple[set[str], set[str]] = world.act(read)
    return found
