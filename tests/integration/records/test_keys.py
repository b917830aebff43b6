"""Can only administrators see, create and revoke keys?"""

import base64
import html
import re

import click
import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lms.accounts.commands import give, take
from lms.accounts.models import ADMIN, AccountChange
from lms.accounts.people import add_organisation, add_person
from lms.errors import InvalidInput
from tests.access import form_token
from tests.factories import World, signed_in
from xapi.storage.models import ApiKey

READING = {"name": "省平台", "scopes": ["statements/read"], "version": "1.0.3"}


def command(app: Flask, of: click.Command, *words: str) -> Result:
    return app.test_cli_runner().invoke(of, words)


def send(client: FlaskClient, path: str, **form: object) -> TestResponse:
    return client.post(path, data={"csrf_token": form_token(client), **form})


def field(page: TestResponse, name: str) -> str:
    found = re.search(rf'id="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


def given(client: FlaskClient, **changes: object) -> tuple[str, str]:
    page = send(client, "/records/keys/new", **{**READING, **changes})
    assert page.status_code == 200, page.text
    return field(page, "key-key"), field(page, "key-secret")


def ask(app: Flask, key: str, secret: str, method: str = "GET", **how: object) -> TestResponse:
    basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "X-Experience-API-Version": "1.0.3"}
    return app.test_client().open("/xapi/statements", method=method, headers=headers, **how)


def test_a_key_that_was_given_opens_what_was_chosen_and_its_secret_is_shown_once(offices: World, province: FlaskClient, app: Flask) -> None:
    page = send(province, "/records/keys/new", **READING, trusted="y")
    assert page.headers["Cache-Control"] == "no-store"
    key, secret = field(page, "key-key"), field(page, "key-secret")
    assert field(page, "key-address") == "http://localhost/xapi/"
    assert ask(app, key, secret).status_code == 200
    assert ask(app, key, secret, "POST", json={}).status_code == 403
    listed = province.get("/records/keys").text
    assert key in listed
    assert secret not in listed
    kept = offices.act(lambda session: session.scalars(select(ApiKey)).one())
    assert (kept.name, kept.scopes, kept.trusted, kept.default_version) == ("省平台", "statements/read", True, "1.0.3")


def test_the_page_with_a_secret_loaded_again_gives_no_second_key(offices: World, province: FlaskClient) -> None:
    once = [re.findall(r'name="once" type="hidden" value="(\w+)"', province.get("/records/keys/new").text)[0] for _ in range(2)]
    assert send(province, "/records/keys/new", **READING, once=once[0]).status_code == 200
    assert send(province, "/records/keys/new", **READING, once=once[0]).location == "/records/keys"
    assert "口令只显示一次" in province.get("/records/keys").text
    assert send(province, "/records/keys/new", **READING, once=once[1]).status_code == 200
    assert offices.act(lambda session: session.scalar(select(func.count()).select_from(ApiKey))) == 2


def test_the_list_says_when_a_key_was_used_and_why_it_was_refused(offices: World, province: FlaskClient, app: Flask) -> None:
    assert "没有其他系统持有密钥" in province.get("/records/keys").text
    key, secret = given(province)
    assert "<span>从未</span>" in province.get("/records/keys").text
    ask(app, key, secret, "POST", json={})
    ask(app, key, "wrong")
    ask(app, "nobody's", "secret")
    page = province.get("/records/keys").text
    assert "<span>从未</span>" not in page
    for words in (
        "拒绝 2 次",
        "超出该密钥的权限：1",
        "口令错误：1",
        "无密钥被拒绝的请求",
        "没有密钥，或密钥从未发放过：1",
        "POST statements",
    ):
        assert words in page, words
    offices.clock.advance(31 * 86_400)
    page = province.get("/records/keys").text
    assert "拒绝 2 次" not in page
    assert "无密钥被拒绝的请求" not in page


def test_a_revoked_key_opens_nothing_and_is_still_told_of(offices: World, province: FlaskClient, app: Flask) -> None:
    key, secret = given(province)
    assert ask(app, key, secret).status_code == 200
    assert send(province, f"/records/keys/{key}/revoke").location == "/records/keys"
    offices.clock.advance(11)
    assert ask(app, key, secret).status_code == 401
    page = province.get("/records/keys").text
    assert "密钥已撤销，即刻失效" in page
    assert "已撤销的密钥" in page
    assert f"/records/keys/{key}/revoke" not in page
    assert [send(province, f"/records/keys/{name}/revoke").status_code for name in (key, "nobody")] == [404, 404]


WRONG = [
    ({"name": ""}, "请填写密钥发放给哪个系统"),
    ({"name": "  "}, "请填写密钥发放给哪个系统"),
    ({"name": "长" * 101}, "名称为 1 至 100 个字"),
    ({"name": "两\n行"}, "名称为 1 至 100 个字"),
    ({"scopes": []}, "请至少选择一项"),
    ({"scopes": ["statements/read", "root"]}, "has-error"),
    ({"version": "0.95"}, "has-error"),
]


@pytest.mark.parametrize(("changes", "said"), WRONG, ids=range(len(WRONG)))
def test_what_no_key_can_be_is_refused_at_its_field_and_nothing_is_given(
    offices: World, province: FlaskClient, changes: dict[str, object], said: str
) -> None:
    page = send(province, "/records/keys/new", **{**READING, **changes})
    assert page.status_code == 422
    assert said in page.text
    assert offices.act(lambda session: session.scalars(select(ApiKey)).all()) == []


def test_only_the_office_above_all_others_sees_gives_and_revokes_keys(
    offices: World, province: FlaskClient, office: FlaskClient, elsewhere: FlaskClient
) -> None:
    key, _ = given(province)
    assert "/records/keys" in province.get("/records/statements").text
    for client in (office, elsewhere, offices.client()):
        for path in ("/records/keys", "/records/keys/new"):
            assert client.get(path).status_code == 403
        assert send(client, "/records/keys/new", **READING).status_code == 403
        assert send(client, f"/records/keys/{key}/revoke").status_code == 403
    for client in (office, elsewhere):
        assert "/records/keys" not in client.get("/records/statements").text
    (kept,) = offices.act(lambda session: session.scalars(select(ApiKey)).all())
    assert kept.revoked is None


def test_a_second_top_organisation_takes_nothing_from_those_who_run_the_site(offices: World, province: FlaskClient) -> None:
    offices.act(lambda session: add_organisation(session, "second", "另一省教育厅", "office") and None)
    for section in ("keys", "forwarding", "import", "erasure", "retention"):
        assert province.get(f"/records/{section}").status_code == 200, section


def test_the_top_office_runs_the_site_only_while_it_is_given_the_role_and_each_change_is_kept(
    offices: World, province: FlaskClient
) -> None:
    assert command(offices.app, take, "province", "admin").exit_code == 0
    page = province.get("/records/keys")
    assert page.status_code == 403
    assert "系统管理员" in page.text
    assert "/records/keys" not in province.get("/records/statements").text
    assert command(offices.app, give, "province", "admin").exit_code == 0
    assert "before" in command(offices.app, give, "province", "admin").stdout
    assert province.get("/records/keys").status_code == 200
    kept = offices.act(lambda session: [(one.what, one.before, one.after) for one in session.scalars(select(AccountChange))])
    assert kept == [("role-taken", "admin", ""), ("role-given", "", "admin")]


def test_an_administrator_without_an_office_runs_the_site_and_sees_all_of_its_records(offices: World) -> None:
    offices.act(lambda session: add_person(session, "runner", "运行人", (ADMIN,), password=None) and None)
    offices.study("reading", 60)
    runner = signed_in(offices.app, "runner")
    assert runner.get("/").location == "/records/statements"
    assert "王" in runner.get("/records/statements").text
    assert runner.get("/records/keys").status_code == 200
    assert runner.get("/office/classes").status_code == 403


def test_the_last_role_is_not_taken(offices: World) -> None:
    refused = command(offices.app, take, "elsewhere", "office")
    assert isinstance(refused.exception, InvalidInput)
    assert "close the account" in refused.exception.problems[0]
