"""Can an operator create keys, list them, and revoke them?"""

import base64
import json
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from werkzeug.test import TestResponse

from tests.commands import json_of, record_store
from tests.factories import DrivenClock

VERSION = "X-Experience-API-Version"


@pytest.fixture(autouse=True)
def _commands(app: Flask) -> None:
    app.cli.add_command(record_store)


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["xapi", "key", *words])


def added(app: Flask, *words: str) -> dict[str, str]:
    answer = run(app, "add", "--name", "reports", "--json", *words)
    pair: dict[str, str] = json_of(answer)
    assert set(pair) == {"key", "secret"}
    return pair


def listed(app: Flask) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json_of(run(app, "list", "--json"))
    return found


def ask(app: Flask, pair: dict[str, str], version: str | None = "1.0.3", method: str = "GET") -> TestResponse:
    basic = base64.b64encode(f"{pair['key']}:{pair['secret']}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", **({VERSION: version} if version else {})}
    return app.test_client().open("/xapi/statements", method=method, headers=headers, json={} if method == "POST" else None)


def test_a_key_that_was_added_opens_what_its_scopes_say(app: Flask) -> None:
    reader, writer = added(app, "--scope", "statements/read"), added(app)
    assert [ask(app, pair).status_code for pair in (reader, writer)] == [200, 200]
    assert [ask(app, pair, method="POST").status_code for pair in (reader, writer)] == [403, 400]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_without_a_version_is_refused_in_the_keys_own(app: Flask, method: str) -> None:
    plain, second = added(app, "--scope", "all"), added(app, "--scope", "all", "--default-version", "2.0.0")
    answers = [ask(app, pair, version=None, method=method) for pair in (plain, second)]
    assert [(answer.status_code, answer.headers[VERSION]) for answer in answers] == [(400, "1.0.3"), (400, "2.0.0")]


def test_the_list_says_everything_of_a_key_but_its_secret(app: Flask) -> None:
    first = added(app, "--scope", "state", "--scope", "define", "--scope", "state")
    second = added(app, "--trusted", "--default-version", "2.0.0")
    found = listed(app)
    assert [one["key"] for one in found] == [second["key"], first["key"]]
    assert found[0] == {
        "key": second["key"],
        "name": "reports",
        "scopes": ["statements/write", "statements/read/mine"],
        "default_version": "2.0.0",
        "trusted": True,
        "created": "2026-03-02T02:00:00+00:00",
        "last_used": None,
        "revoked": None,
        "refused": [],
    }
    assert (found[1]["scopes"], found[1]["trusted"]) == (["state", "define"], False)
    plain = run(app, "list").stdout
    assert plain.splitlines()[0].startswith(f"{second['key']}  reports (statements/write, statements/read/mine, 2.0.0, trusted)")
    for pair in (first, second):
        assert pair["secret"] not in plain + json.dumps(found)


def test_the_list_says_when_a_key_was_last_used_and_what_it_was_refused(app: Flask, clock: DrivenClock) -> None:
    pair, unused = added(app), added(app)
    clock.advance(60)
    assert [ask(app, pair, method="POST").status_code, ask(app, {**pair, "secret": "wrong"}).status_code] == [400, 401]
    silent, used = sorted(listed(app), key=lambda one: bool(one["last_used"]))
    assert (silent["key"], silent["last_used"], silent["refused"]) == (unused["key"], None, [])
    assert (used["key"], used["last_used"]) == (pair["key"], "2026-03-02T02:01:00+00:00")
    assert [(one["reason"], one["times"], one["last"]) for one in used["refused"]] == [
        ("invalid", 1, "2026-03-02T02:01:00+00:00"),
        ("secret", 1, "2026-03-02T02:01:00+00:00"),
    ]
    plain = run(app, "list").stdout
    assert "last used never" in plain
    assert "last used 2026-03-02T02:01:00+00:00  refused invalid 1, secret 1" in plain
    clock.advance(31 * 86_400)
    assert all(one["refused"] == [] for one in listed(app))


def test_a_revoked_key_dies_within_ten_seconds_and_only_once(app: Flask, clock: DrivenClock) -> None:
    pair, other = added(app), added(app)
    assert ask(app, pair).status_code == 200
    assert run(app, "revoke", pair["key"]).exit_code == 0
    clock.advance(10)
    assert [ask(app, one).status_code for one in (pair, other)] == [401, 200]
    assert [(one["key"], bool(one["revoked"])) for one in listed(app)] == [(other["key"], False), (pair["key"], True)]
    again = run(app, "revoke", pair["key"])
    assert (again.exit_code, again.stderr) == (2, "KEY: no key that works has this name; see `lms xapi key list`\n")
    assert listed(app)[1]["revoked"] == "2026-03-02T02:00:00+00:00"


WRONG = [
    (["--name", "n", "--scope", "everything"], "scope: unknown scope everything"),
    (["--name", " "], "name: needs 1 to 100 printable characters"),
    (["--name", "n" * 101], "name: needs 1 to 100"),
    (["--name", "two\nlines"], "name: needs 1 to 100"),
    (["--name", "n", "--default-version", "0.95"], "default-version: must be 1.0.3 or 2.0.0"),
]


@pytest.mark.parametrize(("words", "said"), WRONG, ids=range(len(WRONG)))
def test_what_no_key_can_be_is_refused_in_one_line(app: Flask, words: list[str], said: str) -> None:
    answer = run(app, "add", *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr.startswith(said)
    assert answer.stderr.count("\n") == 1
    assert listed(app) == []


def test_a_key_that_never_was_cannot_be_revoked(app: Flask) -> None:
    assert run(app, "revoke", "nobody").exit_code == 2
