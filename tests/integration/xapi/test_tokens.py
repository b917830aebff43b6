"""Can another system get a token for its key, with no more rights than it should have? (RFC 6749 4.4, RFC 6750)"""

import base64
import json
from datetime import timedelta
from urllib.parse import quote_plus

import pytest

import xapi.storage.keys
from tests.integration.xapi.conftest import ANNA, Store, TestClock, statement
from tests.integration.xapi.tokens import FORM, GRANT, ask, bearer, given, pair_of
from xapi.storage import tokens
from xapi.storage.models import StatementRow, TokenRow


def test_a_token_is_given_by_basic_and_in_the_body_and_works_as_its_key(store: Store) -> None:
    key = store.key("statements/write", "statements/read/mine", default_version="2.0.0")
    name, secret = pair_of(key)
    in_body = ask(store, **GRANT, client_id=name, client_secret=secret)
    by_basic = ask(store, key, **GRANT)
    for answer in (in_body, by_basic):
        assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (200, "application/json", "no-store")
        assert set(answer.json) == {"access_token", "token_type", "expires_in", "scope"}
        assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 3600)
        assert answer.json["scope"] == "statements/write statements/read/mine"
    first, second = (f"Bearer {answer.json['access_token']}" for answer in (in_body, by_basic))
    assert first != second
    (mine,) = store.stored(statement(), by=first)
    store.stored(statement())
    assert store.ids(by=second) == store.ids(by=key) == [mine]
    assert store.get(statementId=mine).json["authority"]["account"]["name"] == name
    assert store.get(by=first, version=None).headers["X-Experience-API-Version"] == "2.0.0"


def test_what_is_kept_of_a_token_does_not_open_the_store(store: Store) -> None:
    token = given(store, store.key("all"))["access_token"]
    with store.sessions() as session:
        kept = session.query(TokenRow).one().token_sha256
    assert token not in kept
    assert [store.get(by=f"Bearer {prefix}{kept}").status_code for prefix in ("", tokens.PREFIX)] == [401, 401]


@pytest.mark.parametrize(
    ("scopes", "asked", "got"),
    [
        (("all",), "", "all"),
        (("all",), "statements/read state", "statements/read state"),
        (("statements/read", "state"), "state", "state"),
        (("statements/read",), "statements/read/mine", "statements/read/mine"),
        (("all/read",), "statements/read statements/read", "statements/read"),
        (("statements/read",), "all", None),
        (("statements/read/mine",), "statements/read", None),
        (("all/read",), "state", None),
        (("state", "profile"), "state define", None),
        (("all",), "everything", None),
    ],
)
def test_a_token_has_the_scopes_it_asks_for_within_its_keys(
    local_store: Store, scopes: tuple[str, ...], asked: str, got: str | None
) -> None:
    answer = ask(local_store, local_store.key(*scopes), **GRANT, scope=asked)
    if got is None:
        assert (answer.status_code, answer.json["error"]) == (400, "invalid_scope")
        assert local_store.count(TokenRow) == 0
    else:
        assert (answer.status_code, answer.json["scope"]) == (200, got)


def test_a_narrowed_token_does_less_than_its_key(store: Store) -> None:
    reader = bearer(store, store.authorization, scope="statements/read")
    assert store.get(by=reader).status_code == 200
    assert store.post(statement(), by=reader).status_code == 403
    assert store.ask("GET", "activities/state", by=reader).status_code == 403
    assert store.count(StatementRow) == 0


def test_a_token_ends_after_an_hour_and_not_before(store: Store, clock: TestClock) -> None:
    token = bearer(store, store.authorization)
    clock.at += timedelta(seconds=3599)
    assert store.get(by=token).status_code == 200
    clock.at += timedelta(seconds=1)
    refused = store.get(by=token)
    assert refused.status_code == 401
    assert [value.partition(" ")[0] for value in refused.headers.getlist("WWW-Authenticate")] == ["Basic", "Bearer"]


def test_revoking_a_key_kills_its_tokens_at_once_and_no_others(store: Store, clock: TestClock) -> None:
    key, other = store.key("all"), store.key("all")
    killed, alive = bearer(store, key), bearer(store, other)
    assert [store.get(by=token).status_code for token in (killed, alive)] == [200, 200]
    with store.sessions() as session:
        assert xapi.storage.keys.revoke_key(session, pair_of(key)[0], clock())
        session.commit()
    assert ask(store, key, **GRANT).json["error"] == "invalid_client"
    assert [store.get(by=token).status_code for token in (killed, alive)] == [401, 200]
    assert store.count(TokenRow) == 1


def test_a_revoked_key_is_refused_by_the_very_next_request_that_it_sends(store: Store, clock: TestClock) -> None:
    key = store.key("all")
    ways = [
        lambda: store.get(by=key),
        lambda: store.post(statement(), by=key),
        lambda: store.ask("GET", "agents", by=key, query_string={"agent": json.dumps(ANNA)}),
    ]
    assert all(ask_once().status_code < 300 for ask_once in ways)
    with store.sessions() as session:
        assert xapi.storage.keys.revoke_key(session, pair_of(key)[0], clock())
        session.commit()
    assert [ask_once().status_code for ask_once in ways] == [401, 401, 401]


def test_a_key_has_only_so_many_tokens_and_the_oldest_goes_first(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST", 2)
    key = store.key("all")
    first, second, third = (bearer(store, key) for _ in range(3))
    bearer(store, store.authorization)
    assert [store.get(by=token).status_code for token in (first, second, third)] == [401, 200, 200]


def test_tokens_that_have_ended_are_forgotten(store: Store, clock: TestClock) -> None:
    key = store.key("all")
    for _ in range(3):
        bearer(store, key)
    clock.at += timedelta(hours=1)
    bearer(store, key)
    assert store.count(TokenRow) == 1


# ── Refusals ──


def test_a_client_may_encode_its_key_for_the_form_as_the_rfc_has_it(local_store: Store) -> None:
    name, secret = pair_of(local_store.authorization)
    encoded = base64.b64encode(f"{quote_plus(name)}:{quote_plus(secret)}".replace("a", "%61").encode()).decode()
    assert ask(local_store, f"Basic {encoded}", **GRANT).status_code == 200


@pytest.mark.parametrize("by", ["", "Basic", "Basic !!!", "Basic YTpi", "Basic AGE6Yg==", "Bearer xat_none"])
def test_a_client_that_nobody_knows_is_told_how_to_say_who_it_is(store: Store, by: str) -> None:
    answer = ask(store, by, **GRANT)
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_wrong_secret_in_the_body_is_refused(store: Store) -> None:
    name, _ = pair_of(store.authorization)
    for wrong in ({"client_secret": "x"}, {"client_id": name, "client_secret": "x"}, {"client_id": "\0", "client_secret": "x"}):
        assert ask(store, **GRANT, **wrong).json["error"] == "invalid_client"


def test_what_a_client_asks_wrongly_is_refused_by_the_rfcs_names(local_store: Store) -> None:
    key = local_store.authorization
    name, secret = pair_of(key)
    pair = {"client_id": name, "client_secret": secret}
    answers = [
        ask(local_store, key),
        ask(local_store, key, grant_type=""),
        ask(local_store, key, grant_type="password"),
        ask(local_store, key, **GRANT, **pair),
        ask(local_store, key, **GRANT, client_id="another"),
        ask(local_store, key, **GRANT, scope="x" * 10_000),
        local_store.ask("POST", "oauth/token", by=key, json=GRANT),
        local_store.ask("POST", "oauth/token", by=key, data="grant_type=client_credentials&grant_type=password", content_type=FORM),
        local_store.ask("POST", "oauth/token", by=key, query_string=GRANT, content_type=FORM),
        local_store.ask("POST", "oauth/token", by="", query_string=pair, data=GRANT, content_type=FORM),
    ]
    assert [answer.json["error"] for answer in answers] == [
        "invalid_request",
        "invalid_request",
        "unsupported_grant_type",
        "invalid_request",
        "invalid_request",
        "invalid_request",
        "invalid_request",
        "invalid_request",
        "invalid_request",
        "invalid_client",
    ]
    for answer in answers:
        assert set(answer.json) == {"error", "error_description"}
        assert answer.json["error_description"].isascii()
        assert not {'"', "\\"} & set(answer.json["error_description"])
    assert local_store.count(TokenRow) == 0


def test_the_endpoint_takes_post_only(local_store: Store) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = local_store.ask(method, "oauth/token", query_string=GRANT)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, OPTIONS")
    assert local_store.ask("OPTIONS", "oauth/token", by="", version=None).status_code == 204
