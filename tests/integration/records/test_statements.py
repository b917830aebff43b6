"""Does an office find the statements of its own people, nobody else's, and the result of each?"""

import json
import re
import uuid
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.accounts.models import TEACHER, Organisation, Person
from lms.accounts.people import add_person
from lms.crediting.models import Observation
from lms.learning.models import Registration
from lms.records import statement_page
from tests.factories import PUBLIC_URL, World
from tests.integration.crediting.poison import body_of, send

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
        assert "全部认定" in client.get(f"{LIST}/{one}").text
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
    ("verb", "said"),
    [(v.ATTEMPTED, "开始学习"), (v.INITIALIZED, "打开"), ("http://activitystrea.ms/schema/1.0/consume", "学习")],
    ids=["attempted", "initialized", "consume"],
)
def test_what_our_player_says_most_often_is_listed_in_words(offices: World, office: FlaskClient, verb: str, said: str) -> None:
    offices.say(offices.study("reading", 300), verb)
    assert f"王秀兰 · {said} · " in office.get(LIST).text


def test_a_page_whose_statements_are_all_of_others_does_not_say_that_there_are_none(
    offices: World, elsewhere: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    offices.study("reading", 300)
    monkeypatch.setattr(statement_page, "AT_ONCE", 1)
    monkeypatch.setattr(statement_page, "MOST_READ", 1)
    page = elsewhere.get(LIST).text
    assert ("这一段没有本单位的记录" in page, "还没有" in page, 'rel="next"' in page) == (True, False, True)


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


def named(world: World, *people: tuple[str, str], organisation: str = "p1") -> None:
    """Add people by user name and name."""

    def add(session: Session) -> None:
        place = session.scalars(select(Organisation).where(Organisation.code == organisation)).one()
        for username, name in people:
            add_person(session, username, name, (TEACHER,), password=None, organisation=place)

    world.act(add)


@pytest.mark.parametrize("asked", ["王秀兰", "秀", " 王秀兰 ", "TEACH", "teacher"])
def test_somebody_is_found_by_a_part_of_the_name_or_of_the_user_name(offices: World, office: FlaskClient, asked: str) -> None:
    evidence(offices)
    page = office.get(LIST, query_string={"person": asked}).text
    assert "王秀兰（teacher）" in page
    assert "王秀兰 · 在线学习" in page


def test_one_of_several_matching_people_is_chosen_by_their_classes(offices: World, office: FlaskClient) -> None:
    evidence(offices)
    named(offices, ("teacher2", "王秀兰"), ("other", "李四"))
    page = office.get(LIST, query_string={"person": "王秀", "verb": v.PRESENT}).text
    assert "王秀兰 · 在线学习" not in page, "nothing is shown before somebody is chosen"
    assert "teacher · 在线教学能力提升 k1 班" in page
    assert "teacher2 · 示范培训机构" in page
    assert "李四" not in page
    chosen = next(link for link in re.findall(r'href="([^"]*)"', page) if f"person=%23{offices.person_id}&" in f"{unescape(link)}&")
    assert not [link for link in re.findall(r'href="([^"]*)"', page) if "teacher" in link], "an address names nobody"
    assert "王秀兰 · 在线学习" in office.get(LIST + unescape(chosen)).text
    assert f"verb={quote(v.PRESENT, safe='')}" in chosen, "the other filters stay"


def test_somebody_elsewhere_is_not_found_by_name(offices: World, office: FlaskClient, province: FlaskClient) -> None:
    named(offices, ("far", "欧阳远"), organisation="p2")
    for asked in ("欧阳", "far", "欧阳远"):
        answer = office.get(LIST, query_string={"person": asked})
        assert answer.status_code == 422
        assert "欧阳远" not in answer.text.replace('value="欧阳远"', "").replace(asked, "")
        assert "欧阳远（far）" in province.get(LIST, query_string={"person": asked}).text


def test_signs_that_a_database_reads_otherwise_mean_themselves(offices: World, office: FlaskClient) -> None:
    for asked in ("%", "_", "王%", "\\", "'", "/"):
        assert office.get(LIST, query_string={"person": asked}).status_code == 422, asked


def test_pages_of_people_go_on_and_show_each_once(offices: World, office: FlaskClient) -> None:
    named(offices, *((f"many{number}", f"陈{number % 7}") for number in range(45)))
    seen: list[str] = []
    address: str | None = f"{LIST}?person=many"
    while address:
        page = office.get(address).text
        seen += re.findall(r"(many[0-9]+) · 示范培训机构", page)
        following = re.search(r'rel="next" href="([^"]*)"', page)
        address = LIST + unescape(following[1]) if following else None
    assert len(seen) == len(set(seen)) == 45


def marks_in(page: str) -> list[str]:
    """Return the marks of a list, newest statement first."""
    return re.findall(r'class="pill pill-[a-z]+">.*?<span>([^<]*)</span></span>', page.partition('class="rows"')[2])


def test_the_list_says_what_became_of_each(offices: World, office: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    offices.study("reading", 300)
    assert marks_in(office.get(LIST).text) == ["等待处理"]
    offices.credit()
    assert marks_in(office.get(LIST).text) == ["已认定 5 分钟"]
    gated = offices.study("gated", 120)
    offices.credit()
    assert marks_in(office.get(LIST).text)[0] == "未认定", "its condition is not met"
    offices.say(gated, v.COMPLETED)
    offices.say(gated, v.ANSWERED)
    offices.credit()
    assert marks_in(office.get(LIST).text) == ["未认定", "作为依据", "已认定 2 分钟", "已认定 5 分钟"]
    offices.study("reading", 3600)
    offices.credit()
    assert marks_in(office.get(LIST).text)[0] == "部分认定", "the activity has earned all it can"


def test_the_list_and_the_page_of_a_statement_agree(offices: World, office: FlaskClient) -> None:
    subject = offices.subject("reading")
    for seconds in (300, 900, 1200):
        offices.study("reading", seconds, subject=subject)
        offices.credit()
        page = office.get(LIST).text
        titles = [office.get(address).text for address in dict.fromkeys(re.findall(rf'href="({LIST}/[^"]*)"', page))]
        whole = [">全部认定<" in title for title in titles]
        assert whole == [mark.startswith("已认定") for mark in marks_in(page)]
    assert whole == [False, False, False]


def test_a_void_one_and_what_makes_it_void_are_marked(offices: World, province: FlaskClient) -> None:
    one = evidence(offices)
    voiding = {"actor": v.lms_authority(PUBLIC_URL), "verb": {"id": v.VOIDED}, "object": {"objectType": "StatementRef", "id": one}}
    send(offices, json.dumps(voiding))
    offices.credit()
    assert marks_in(province.get(LIST).text) == ["作废其他记录", "已作废"]


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
    ("不是本项目认可的承训单位", lambda world: {}),
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


def test_the_page_of_a_statement_leads_to_all_of_its_person_without_their_user_name(offices: World, office: FlaskClient) -> None:
    evidence(offices)
    named(offices, ("other", "李四"))
    as_number = update(Person).where(Person.username == "other").values(username=str(offices.person_id))
    offices.act(lambda session: session.execute(as_number))  # one person's user name is the id of another
    [address] = {one for one in re.findall(rf'href="({LIST}/[^"]*)"', office.get(LIST).text)}
    whole = unescape(office.get(address).text)
    link = next(one for one in re.findall(r'href="([^"]*)"', whole) if "person=" in one)
    assert "teacher" not in link
    assert "王秀兰（teacher）" in office.get(link).text
