"""Is a request that is wrapped in a POST answered like the request itself? (1.0.3 Communication 1.3, XAPI-00336, -00148)"""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from tests.integration.xapi.conftest import VERB, Store, statement
from xapi.storage.models import StatementRow

FORM = "application/x-www-form-urlencoded"


def hidden(store: Store, method: str, form: Any, *, query: str = "", headers: dict[str, str] | None = None, **how: Any) -> TestResponse:
    data = form if isinstance(form, bytes) else urlencode(form).encode()
    return store.app.test_client().post(f"/xapi/statements?method={method}{query}", data=data, content_type=FORM, headers=headers, **how)


def credentials(store: Store, version: str = "1.0.3") -> dict[str, str]:
    return {"Authorization": store.authorization, "X-Experience-API-Version": version}


def test_a_hidden_get_is_answered_like_a_get(store: Store) -> None:
    sent = [statement(), statement(verb={"id": "http://example.com/other"})]
    store.stored(*sent)
    answer = hidden(store, "GET", {**credentials(store), "verb": VERB, "limit": "5"})
    assert answer.status_code == 200
    assert answer.json == store.get(verb=VERB, limit=5).json
    assert hidden(store, "get", credentials(store)).status_code == 200


def test_a_hidden_put_and_post_store(store: Store) -> None:
    one, other = statement(result={"response": "好 & = + %"}), statement()
    put = hidden(store, "PUT", {**credentials(store), "statementId": one["id"], "content": json.dumps(one, ensure_ascii=False)})
    assert put.status_code == 204
    post = hidden(store, "POST", {**credentials(store), "Content-Type": "application/json", "content": json.dumps([other])})
    assert post.json == [other["id"]]
    assert store.get(statementId=one["id"]).json["result"] == one["result"]


def test_credentials_and_version_may_be_real_headers_too(store: Store) -> None:
    assert hidden(store, "GET", {"limit": "1"}, headers=credentials(store)).status_code == 200


def test_a_field_named_like_a_header_is_one(store: Store) -> None:
    refused = hidden(store, "GET", {"X-Experience-API-Version": "0.8"}, headers=credentials(store))
    assert (refused.status_code, "0.8" in refused.json["detail"]) == (400, True)
    assert hidden(store, "GET", {"authorization": "Basic eDp5"}, headers=credentials(store)).status_code == 401


def test_a_hidden_head_has_no_body(store: Store) -> None:
    answer = hidden(store, "HEAD", credentials(store))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "form", "query"),
    [
        ("PUT", {"content": "{}"}, "&statementId=1"),
        ("GET", {}, "&limit=1"),
        ("GET", {}, "&method=GET"),
        ("PUT", {}, ""),
        ("POST", {}, ""),
        ("GET", {"content": "{}"}, ""),
        ("PATCH", {}, ""),
        ("", {}, ""),
        ("GET", {"limit": "x"}, ""),
        ("GET", {"limits": "1"}, ""),
        ("GET", [("limit", "1"), ("limit", "2")], ""),
        ("PUT", b'{"statementId": "x", "content": "{}"}', ""),
        ("GET", b"a=%ff", ""),
        ("GET", {"If-Match": "a\r\nX: y"}, ""),
        ("GET", urlencode({f"x{n}": "" for n in range(200)}).encode(), ""),
    ],
)
def test_what_does_not_keep_to_the_syntax_is_refused(local_store: Store, method: str, form: Any, query: str) -> None:
    answer = hidden(local_store, method, form, query=query, headers=credentials(local_store))
    assert answer.status_code == 400
    assert answer.json["detail"]
    assert local_store.count(StatementRow) == 0


def test_only_a_post_hides_another_request(local_store: Store) -> None:
    one = statement()
    answer = local_store.ask(
        "PUT", data=json.dumps(one), content_type="application/json", query_string={"method": "PUT", "statementId": one["id"]}
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_2_0_has_no_such_syntax(local_store: Store, method: str) -> None:
    form = {"content": json.dumps(statement())} if method != "GET" else {}
    for sent in (
        hidden(local_store, method, {**credentials(local_store, "2.0.0"), **form}),
        hidden(local_store, method, form, headers=credentials(local_store, "2.0.0")),
    ):
        assert sent.status_code == 400
    assert local_store.count(StatementRow) == 0


def test_a_token_in_the_form_is_known_to_the_host(local_store: Store) -> None:
    token = local_store.token("launch")
    form = {"Authorization": token, "X-Experience-API-Version": "1.0.3", "content": json.dumps(statement())}
    assert hidden(local_store, "POST", form).status_code == 200
