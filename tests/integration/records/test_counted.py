"""Can an office read why a statement counted or not, and download it as it is stored?"""

import json
import re
import uuid
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.classes.models import Enrolment
from lms.crediting.models import Observation
from tests.factories import PUBLIC_URL, World
from tests.integration.crediting.poison import body_of, send

LIST = "/records/statements"


def times(world: World) -> list[uuid.UUID]:
    found: list[uuid.UUID] = world.act(
        lambda session: session.scalars(select(Observation.statement_id).where(Observation.kind == "present")).all()
    )
    return found


def last(world: World, kind: str = "present") -> uuid.UUID:
    found: uuid.UUID = world.act(
        lambda session: session.scalars(
            select(Observation.statement_id).where(Observation.kind == kind).order_by(Observation.id.desc())
        ).first()
    )
    return found


def text(client: FlaskClient, path: object, **query: str) -> str:
    answer = client.get(f"{LIST}/{path}" if path else LIST, query_string=query)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def test_a_statement_that_counted_leads_to_its_line_on_the_transcript(offices: World, office: FlaskClient) -> None:
    offices.study("reading", 300)
    waits = re.search(rf'href="{LIST}/([0-9a-f-]{{36}})"', text(office, ""))
    assert waits
    assert "等待处理" in text(office, waits[1])
    offices.credit()
    page = text(office, last(offices))
    assert "全部认定" in page
    assert "+300" in page
    link = re.search(r'href="(/transcript/[^"#]*)#why-c1-reading"', page)
    assert link
    transcript = office.get(unescape(link[1]))
    assert transcript.status_code == 200
    assert re.search(r'id="why-c1-reading" open>.*?/why/c1:reading" hx-trigger="intersect"', transcript.text, re.DOTALL)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("cap", "已达本活动计时上限"),
        ("gate", "完成本活动"),
        ("shared", "同一时间打开了另一活动"),
        ("window", "不在参训时间内"),
        ("twice", "只认定一次"),
    ],
)
def test_time_that_did_not_count_says_why(offices: World, office: FlaskClient, kind: str, said: str) -> None:
    if kind == "cap":
        offices.study("reading", 3600)
    elif kind == "gate":
        offices.study("gated", 300)
    elif kind == "shared":
        offices.say(offices.study("gated", 600), v.COMPLETED)
        offices.clock.advance(-600)
        offices.study("reading", 600)
    elif kind == "window":
        offices.study("reading", 300)

        def close(session: Session) -> None:
            enrolment = session.get_one(Enrolment, offices.enrolment_id)
            enrolment.window_from = offices.clock.advance(86_400)

        offices.act(close)
    else:
        offices.study("reading", 300)
        offices.clock.advance(-300)
        offices.study("reading", 300)
    offices.credit()
    number = last(offices)
    if kind == "shared":  # which of the two gets the seconds is the allocation's to say
        number = next(one for one in times(offices) if "未获得时间" in text(office, one))
    assert said in text(office, number)


def test_completion_is_told_as_evidence_and_not_as_time(offices: World, office: FlaskClient) -> None:
    subject = offices.study("gated", 300)
    offices.say(subject, v.COMPLETED)
    offices.credit()
    page = text(office, last(offices, "completed"))
    assert "是依据，本身不是时间" in page
    assert "全部认定" in text(office, last(offices))


def test_json_is_laid_out_escaped_and_given_whole(offices: World, office: FlaskClient) -> None:
    extensions = {"https://example.org/x": "</textarea><script>alert(1)</script>", "https://example.org/n": 10**300}
    identifier = send(offices, json.dumps(body_of(offices, result={"extensions": extensions})))
    answer = office.get(f"{LIST}/{identifier}")
    assert "<script>alert" not in answer.text
    area = re.search(r'<textarea class="code" id="json"[^>]*>\n?(.*?)</textarea>', answer.text, re.DOTALL)
    assert area
    shown = json.loads(unescape(area[1]))
    assert shown["result"]["extensions"] == extensions
    stored = office.get(f"{LIST}/{identifier}.json")
    assert json.loads(stored.data) == shown
    assert stored.headers["Cache-Control"] == "private, no-store"


def test_half_a_surrogate_pair_breaks_no_page(offices: World, office: FlaskClient) -> None:
    own = body_of(offices, verb={"id": "https://example.org/v", "display": {"zh": "HALF"}})
    identifier = send(offices, json.dumps(own).replace("HALF", "\\ud800"))
    offices.credit()
    assert "\\ud800" in text(office, identifier)
    assert office.get(LIST).status_code == 200
    assert office.get(f"{LIST}/{identifier}.json").status_code == 200


def test_an_account_that_no_database_can_look_up_breaks_no_page(offices: World, province: FlaskClient) -> None:
    identifier = send(offices, json.dumps(body_of(offices, actor=v.actor_of(PUBLIC_URL, "a\0b"))))
    offices.credit()
    for path in (LIST, f"{LIST}/{identifier}", "/records/attention"):
        assert province.get(path).status_code == 200
    assert province.get("/records/attention", query_string={"after": "9" * 30}).status_code == 200
