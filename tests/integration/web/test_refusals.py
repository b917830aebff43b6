"""Is every refusal reported without a query, in the reader's language, and correctly while PostgreSQL is stopped?"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
from flask import Flask, abort, request
from flask.testing import FlaskClient
from flask_wtf.csrf import CSRFError
from sqlalchemy import event
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from lms import errors
from lms.accounts.access import public
from lms.accounts.models import TEACHER
from lms.accounts.people import add_person
from lms.app import create_app
from lms.db import transaction
from tests import servers
from tests.factories import settings_for, signed_in

KINDS: dict[str, tuple[int, Callable[[], Exception]]] = {
    **{
        kind.__name__: (kind.status, lambda kind=kind: kind("said"))  # type: ignore[misc]
        for kind in (
            errors.InvalidInput,
            errors.NotSignedIn,
            errors.NotAllowed,
            errors.NotFound,
            errors.Conflict,
            errors.Gone,
            errors.TooLarge,
        )
    },
    "CSRFError": (400, lambda: CSRFError("forged")),
    "DataError": (400, lambda: DataError("", None, ValueError())),
    "OperationalError": (503, lambda: OperationalError("", None, ValueError())),
    "InterfaceError": (503, lambda: InterfaceError("", None, ValueError())),
    "PoolTimeout": (503, lambda: PoolTimeout("no connection")),
    "ZeroDivisionError": (500, lambda: ZeroDivisionError("none")),
}
STATUSES = (400, 401, 403, 404, 405, 409, 410, 413, 415, 429, 500, 502, 503)


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[Flask, FlaskClient]]:
    """An application with a route for each kind of refusal, and a client in which somebody is signed in."""
    app = create_app(settings_for(sqlite_url, tmp_path))
    for name, (_status, make) in KINDS.items():
        app.add_url_rule(f"/refused/{name}", name, public(_raising(make)), methods=["GET", "POST"])
    for status in STATUSES:
        app.add_url_rule(f"/refused/{status}", f"status-{status}", public(lambda status=status: abort(status)))
    app.after_request(_break)
    with app.app_context(), transaction() as session:
        add_person(session, "teacher", "王秀兰", (TEACHER,), password=None, organisation=None)
    yield app, signed_in(app, "teacher")
    app.extensions["db"].dispose()


def _raising(make: Callable[[], Exception]) -> Callable[[], NoReturn]:
    def view() -> NoReturn:
        raise make()

    return view


@contextmanager
def asked(app: Flask) -> Iterator[list[str]]:
    """Collect every statement that the database is asked."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = app.extensions["db"].engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_no_refusal_asks_the_database_anything(site: tuple[Flask, FlaskClient], accept: str) -> None:
    app, client = site
    right = {name: status for name, (status, _make) in KINDS.items()} | {str(one): one for one in STATUSES}
    mimetype = "text/html" if accept == "text/html" else "application/problem+json"
    with asked(app) as statements:
        answers = {path: client.get(f"/refused/{path}", headers={"Accept": accept}) for path in right}
    assert statements == []
    assert {path: (one.status_code, one.mimetype) for path, one in answers.items()} == {
        path: (one, mimetype) for path, one in right.items()
    }


def test_nor_does_what_is_refused_before_anything_is_looked_up(site: tuple[Flask, FlaskClient]) -> None:
    app, client = site
    with asked(app) as statements:
        answers = [client.get("/nowhere"), client.delete("/home"), client.post("/locale")]
    assert [one.status_code for one in answers] == [404, 405, 400]
    assert statements == []


def test_a_person_who_was_loaded_before_the_refusal_keeps_menu_and_language(site: tuple[Flask, FlaskClient]) -> None:
    _app, client = site
    page = client.get("/office/classes")
    assert page.status_code == 403
    assert "王秀兰" in page.text


def test_the_language_is_that_of_the_cookie_or_else_of_the_browser(site: tuple[Flask, FlaskClient]) -> None:
    _app, client = site
    for cookie, browser, language in (
        (None, "", "zh-CN"),
        (None, "en-GB,en;q=0.9,zh;q=0.1", "en"),
        (None, "fr", "zh-CN"),
        ("en", "zh", "en"),
        ("zh_Hans_CN", "en", "zh-CN"),
    ):
        if cookie:
            with client.session_transaction() as kept:
                kept["locale"] = cookie
        page = client.get("/refused/OperationalError", headers={"Accept-Language": browser}).text
        assert f'<html lang="{language}"' in page, (cookie, browser)


def test_a_form_of_somebody_signed_out_is_answered_with_a_page_and_a_programs_request_with_json(site: tuple[Flask, FlaskClient]) -> None:
    visitor = site[0].test_client()
    form = visitor.post("/password", data={"password": "x"}, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (form.status_code, form.mimetype) == (401, "text/html")
    assert "您已退出登录，没有保存任何内容。" in form.text
    assert 'href="/login"' in form.text
    program = visitor.post("/password", json={}, headers={"Accept": "application/json"})
    assert (program.status_code, program.mimetype) == (401, "application/problem+json")


def test_an_error_in_a_handler_while_the_database_is_away_is_answered_as_away(site: tuple[Flask, FlaskClient]) -> None:
    _app, client = site
    answer = client.get("/refused/404", headers={"X-Break": "1"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def _break(response: Any) -> Any:
    if request.headers.get("X-Break"):
        raise OperationalError("", None, ValueError())
    return response


@pytest.mark.services
def test_with_a_stopped_postgresql_everything_is_answered_503_and_says_when_to_come_again(tmp_path: Path) -> None:
    with servers.postgres() as server:
        server.create_template()
        app = create_app(settings_for(server.address(servers.TEMPLATE), tmp_path))
        with app.app_context(), transaction() as session:
            add_person(session, "teacher", "王秀兰", (TEACHER,), password="a password for tests", organisation=None)
        client = signed_in(app, "teacher")
        assert client.get("/home").status_code == 200
        stop(server)
        for path in ("/", "/home", "/login"):
            page = client.get(path, headers={"Accept-Language": "en"})
            assert (path, page.status_code, page.headers.get("Retry-After")) == (path, 503, "5")
            assert '<html lang="en"' in page.text
            assert "Nothing was lost" in page.text
            told = client.get(path, headers={"Accept": "application/json"})
            assert (path, told.status_code, told.mimetype) == (path, 503, "application/problem+json")
        assert client.get("/nowhere").status_code == 404
        assert app.test_client().get("/login").status_code == 200
        app.extensions["db"].dispose()


def stop(server: servers.Postgres) -> None:
    """Stop PostgreSQL as its service manager does, and wait until it is gone."""
    number = int((Path(str(server.url.query["host"])) / "postmaster.pid").read_text().splitlines()[0])
    os.kill(number, signal.SIGINT)
    end = time.monotonic() + 30
    while (Path("/proc") / str(number)).exists() and time.monotonic() < end:
        time.sleep(0.05)
