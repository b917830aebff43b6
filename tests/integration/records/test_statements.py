"""Does an office find the statements of its own people, nobody else's, and what became of each?"""

import json
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms import vocabulary as v
from lms.crediting.models import Observation
from lms.learning.models import Registration
from tests.factories import PUBLIC_URL, World
from tests.integration.crediting.test_poison import body_of, send

LIST = "/records/statements"


def evidence(world: World) -> str:
    """Study, credit, and return the id of the statement that is evidence."""
    world.study("reading", 300)
    world.credit()
    return str(world.act(lambda session: session.scalars(select(Observation.statement_id)).first()))


def test_an_office_sees_what_its_own_people_did_and_another_office_nothing_of_it(
    offices: World, office: FlaskClient, province: FlaskClient, elsewhere: FlaskClient
) -> None:
    assert "还没有" in office.get(LIST).text
    one = evidence(offices)
    for client in (office, province):
        assert "王秀兰 · 在线学习" in client.get(LIST).text
        assert "全部计入" in client.get(f"{LIST}/{one}").text
    assert "王秀兰" not in elsewhere.get(LIST).text
    assert elsewhere.get(f"{LIST}/{one}").status_code == 404
    for path in (LIST, f"{LIST}/{one}"):
        assert offices.client().get(path).status_code == 403


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, True),
        ({"person": "teacher"}, True),
        ({"verb": v.PRESENT}, True),
        ({"verb": v.COMPLETED}, False),
        ({"course": "c1"}, True),
        ({"since": "2000-01-01"}, True),
        ({"since": "2099-01-01"}, False),
        ({"until": "2000-01-01"}, False),
        ({"person": "teacher", "course": "c1", "verb": v.PRESENT, "since": "2000-01-01", "until": "2099-01-01"}, True),
    ],
    ids=str,
)
def test_filters_are_in_the_address_and_find_what_fits(offices: World, office: FlaskClient, asked: dict[str, str], found: bool) -> None:
    offices.study("reading", 300)
    page = office.get(LIST, query_string=asked)
    assert page.status_code == 200
    assert ("王秀兰 · 在线学习" in page.text) == found
    assert ("没有找到" in page.text) != found
    for value in asked.values():
        assert f'value="{value}"' in page.text, "the form keeps what was asked for"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"person": "nobody"}, "没有"),
        ({"person": "elsewhere"}, "没有"),
        ({"course": "nowhere"}, "没有"),
        ({"verb": "did it"}, "动词"),
        ({"since": "yesterday"}, "since"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_said_at_its_field(offices: World, office: FlaskClient, asked: dict[str, str], said: str) -> None:
    page = office.get(LIST, query_string=asked)
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert said in page.text


def test_pages_go_on_where_the_last_one_ended_and_show_each_statement_once(offices: World, office: FlaskClient) -> None:
    subject = offices.subject("reading")
    for _ in range(60):
        offices.say(subject, v.ANSWERED)
    seen: list[str] = []
    address: str | None = LIST
    while address:
        page = office.get(address).text
        seen += [part.split('"')[0] for part in page.split(f'href="{LIST}/')[1:]]
        address = LIST + page.split('rel="next" href="')[1].split('"')[0] if 'rel="next"' in page else None
    assert len(seen) == len(set(seen)) == 60
    for token in ("x", "1-", "-1", "9" * 30 + "-1", "1-2-3", "٣-١"):
        assert office.get(LIST, query_string={"after": token}).status_code == 200


def test_a_statement_is_shown_whole_and_never_runs(offices: World, office: FlaskClient) -> None:
    evil = "<script>alert(1)</script>"
    one = send(offices, json.dumps(body_of(offices, result={"response": evil})))
    page = office.get(f"{LIST}/{one}").text
    assert evil not in page
    assert "&lt;script&gt;" in page
    assert office.get(f"{LIST}/{uuid.uuid4()}").status_code == 404
    assert office.get(f"{LIST}/nonsense").status_code == 404


def elsewhere_study(world: World) -> dict[str, Any]:
    return {"actor": v.actor_of(PUBLIC_URL, "somebody-else")}


BECAME = [
    ("没有注明属于哪一次报名", lambda world: {"context": {}}),
    ("在本系统中不存在", lambda world: {"context": {"registration": str(uuid.uuid4())}}),
    ("不是同一人", elsewhere_study),
    ("不是本课程的活动", lambda world: {"object": {"id": "https://elsewhere.example/x"}}),
    ("不是培训项目信任的提供方", lambda world: {}),
]


@pytest.mark.parametrize(("said", "changes"), BECAME, ids=[case[0] for case in BECAME])
def test_why_a_statement_earned_nothing_is_said(offices: World, province: FlaskClient, said: str, changes: Any) -> None:
    one = send(offices, json.dumps(body_of(offices, **changes(offices))))
    assert "等待处理" in province.get(f"{LIST}/{one}").text
    offices.credit()
    assert said in province.get(f"{LIST}/{one}").text


def test_a_void_statement_and_what_makes_it_void_lead_to_each_other(offices: World, office: FlaskClient, province: FlaskClient) -> None:
    one = evidence(offices)
    voiding = {"actor": v.lms_authority(PUBLIC_URL), "verb": {"id": v.VOIDED}, "object": {"objectType": "StatementRef", "id": one}}
    other = send(offices, json.dumps(voiding))
    offices.credit()
    page = province.get(f"{LIST}/{one}").text
    assert "已作废" in page
    assert f'href="{LIST}/{other}"' in page
    assert f'href="{LIST}/{one}"' in province.get(f"{LIST}/{other}").text
    assert "作废" in office.get(LIST).text
    assert offices.act(lambda session: session.scalars(select(Registration)).first()) is not None
