"""Can administrators see the progress of forwards, and add, pause, repair and remove them?"""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.access import form_token
from tests.factories import DrivenClock, World
from tests.integration.records.forwards import Here
from tests.integration.records.otherstore import OtherStore, answering, refusing
from tests.integration.xapi.conftest import statement

PLACE = "/records/forwarding"
ORDER = {"name": "省平台", "endpoint": "https://lrs.example/xapi", "key": "k", "secret": "geheim-1234"}


@pytest.fixture
def here(app: Flask, clock: DrivenClock, other: OtherStore, offices: World) -> Here:
    """This installation, whose people have offices."""
    assert offices.app is app
    return Here(app, clock, other)


def send(client: FlaskClient, path: str, **form: object) -> TestResponse:
    return client.post(path, data={"csrf_token": form_token(client), **form}, follow_redirects=True)


def test_a_forward_that_is_added_stands_in_the_list_without_its_secret(here: Here, province: FlaskClient) -> None:
    assert "没有向其他记录库转发" in province.get(PLACE).text
    offered = re.search(r'value="c1"[^>]*><label for="[^"]*">([^<]*)<', province.get(f"{PLACE}/new").text)
    assert offered is not None
    assert offered[1] == "课程c1", "an office knows a course by its title"
    page = send(province, f"{PLACE}/new", **ORDER, courses=["c1"], from_now="y")
    assert page.status_code == 200
    assert "省平台" in page.text
    shown = province.get(f"{PLACE}/1").text
    assert "http://localhost/id/course/c1" in shown
    assert ORDER["secret"] not in page.text + shown


WRONG = {
    "endpoint": ("http://10.0.0.1/xapi", "必须以 https:// 开头"),
    "name": ("省" * 101, "应为 1 至 100 个可显示的字符"),
    "key": ("a:b", "不含冒号"),
    "secret": ("", "请填写该密钥的口令"),
    "courses": (["never"], "never"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_added(here: Here, province: FlaskClient, name: str) -> None:
    value, said = WRONG[name]
    page = send(province, f"{PLACE}/new", **{**ORDER, name: value})
    assert page.status_code == 422
    assert said in page.text
    assert "没有向其他记录库转发" in province.get(PLACE).text


def test_refused_statements_are_seen_with_the_reason_and_tried_again(here: Here, other: OtherStore, province: FlaskClient) -> None:
    bad, good, worse = here.store(statement(), statement(), statement())
    here.add()
    other.weather = refusing(bad, worse)
    here.forward()
    page = province.get(f"{PLACE}/1").text
    assert [one in page for one in (bad, good, worse)] == [True, False, True]
    assert "HTTP 400: poison: 400" in page
    other.weather = lambda _environ, _body: None
    assert "将重新发送 1 条记录" in send(province, f"{PLACE}/1/retry", statement=bad).text
    here.forward()
    assert sorted(other.ids()) == sorted([good, bad])
    assert "将重新发送 1 条记录" in send(province, f"{PLACE}/1/retry").text
    here.forward()
    assert sorted(other.ids()) == sorted([good, bad, worse])
    assert send(province, f"{PLACE}/1/retry", statement="nonsense").status_code == 404


def test_why_it_is_paused_is_said_and_a_new_secret_lets_it_go_on(here: Here, other: OtherStore, province: FlaskClient) -> None:
    ids = here.store(statement())
    here.add()
    other.weather = answering(401, "who are you")
    here.forward()
    page = province.get(f"{PLACE}/1").text
    assert "对方记录库不接受这个密钥及其口令" in page
    assert "HTTP 401: who are you" in page
    other.weather = lambda _environ, _body: None
    send(province, f"{PLACE}/1/resume", secret=other.secret)
    here.forward()
    assert other.ids() == ids


def test_it_is_paused_and_removed(here: Here, other: OtherStore, province: FlaskClient) -> None:
    here.store(statement())
    here.add()
    assert "有人暂停了它" in send(province, f"{PLACE}/1/pause").text
    here.forward()
    assert other.posts == []
    assert "没有向其他记录库转发" in send(province, f"{PLACE}/1/remove").text
    for way in ("pause", "resume", "retry", "remove"):
        assert send(province, f"{PLACE}/1/{way}").status_code == 404


@pytest.mark.parametrize("way", ["", "/new", "/1"])
def test_an_office_below_another_sees_nothing_of_it(here: Here, office: FlaskClient, elsewhere: FlaskClient, way: str) -> None:
    here.add()
    for client in (office, elsewhere):
        assert client.get(PLACE + way).status_code == 403
        assert "转发" not in client.get("/records/statements").text
