"""Does an office see statements that could not be processed, and does trying again credit their hours?"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from lms.crediting import evidence_intake
from lms.records.words import failure_words
from tests.access import form_token
from tests.commands import json_of, record_store
from tests.factories import World
from tests.integration.crediting.poison import body_of, parked, send

PAGE = "/records/attention"


ERRORS = (ArithmeticError, KeyError, IndexError)


@contextmanager
def failing(found: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make some statements fail, each for a different reason."""
    real = evidence_intake.observe

    def observe(statement: Any, *rest: Any) -> Any:
        if statement["id"] in found:
            raise ERRORS[found.index(statement["id"])]("planted")
        return real(statement, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(evidence_intake, "observe", observe)
        yield


def planted(world: World, monkeypatch: pytest.MonkeyPatch, count: int = 2) -> list[str]:
    """Send statements that fail, each for a different reason."""
    found = [send(world, json.dumps(body_of(world))) for _ in range(count)]
    with failing(found, monkeypatch):
        world.credit()
    assert {str(one.statement_id) for one in parked(world)} == set(found)
    return found


def retry(client: FlaskClient, **form: str) -> str:
    """Have something tried again and return the page that follows."""
    return client.post(f"{PAGE}/retry", data={"csrf_token": form_token(client), **form}, follow_redirects=True).text


def test_nothing_to_do_is_said(office: FlaskClient) -> None:
    assert "没有需要处理的记录" in office.get(PAGE).text


def test_an_office_sees_its_own_and_only_its_own(
    offices: World, office: FlaskClient, province: FlaskClient, elsewhere: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = planted(offices, monkeypatch)
    for client in (office, province):
        page = client.get(PAGE).text
        assert "ArithmeticError: planted" in page
        assert first in page
        assert second in page
    assert "planted" not in elsewhere.get(PAGE).text
    assert offices.client().get(PAGE).status_code == 403
    one = office.get(PAGE, query_string={"reason": "KeyError"}).text
    assert second in one
    assert first not in one
    page = office.get(f"/records/statements/{first}").text
    assert "已搁置" in page
    assert "记录中有无法理解的内容。" in page
    listed = office.get("/records/statements").text
    assert listed.count("记录中有无法理解的内容。") == 2
    assert "Error" not in listed


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("ValueError: x", "Something in the statement cannot be understood."),
        ("KeyError: 'x'", "Something in the statement cannot be understood."),
        ("IntegrityError: (x) y", "The statement does not fit what is stored here."),
        ("RuntimeError: x", "The program met an error of its own."),
        ("", "The program met an error of its own."),
    ],
)
def test_an_error_of_the_program_is_told_in_plain_words(app: Flask, error: str, said: str) -> None:
    with app.test_request_context(), force_locale("en"):
        assert failure_words(error) == said


def test_one_is_tried_again_and_then_gone(offices: World, office: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = planted(offices, monkeypatch)
    with failing([first, second], monkeypatch):
        assert "又出错" in retry(office, statement=first)
    assert "2 次" in office.get(PAGE).text
    assert "已处理 1 条" in retry(office, statement=first)
    assert [str(one.statement_id) for one in parked(offices)] == [second]
    assert "已没有" in retry(office, statement=first)


def test_all_of_one_reason_and_all(offices: World, office: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    found = planted(offices, monkeypatch, 3)
    retry(office, reason="KeyError")
    assert {str(one.statement_id) for one in parked(offices)} == {found[0], found[2]}
    assert "已处理 2 条" in retry(office, reason="")
    assert parked(offices) == []
    assert "已没有" in retry(office, reason="")


def test_another_office_tries_nothing_again(offices: World, elsewhere: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = planted(offices, monkeypatch)
    for data in ({"statement": first}, {"reason": ""}, {"reason": "ArithmeticError"}):
        assert "已没有" in retry(elsewhere, **data)
    teacher = offices.client()
    assert teacher.post(f"{PAGE}/retry", data={"csrf_token": form_token(teacher), "reason": ""}).status_code == 403
    assert len(parked(offices)) == 2


def test_hours_that_were_held_up_are_credited_after_trying_again(
    offices: World, office: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = evidence_intake.observe

    def observe(*_: object) -> object:
        raise ArithmeticError("planted")

    offices.study("reading", 300)
    with monkeypatch.context() as patch:
        patch.setattr(evidence_intake, "observe", observe)
        offices.credit()
    assert offices.credited() == {}
    assert evidence_intake.observe is real
    retry(office, reason="")
    assert offices.credited() == {"c1:reading": 300}


def test_the_command_lists_and_retries(offices: World, monkeypatch: pytest.MonkeyPatch) -> None:
    found = planted(offices, monkeypatch)
    offices.app.cli.add_command(record_store)
    runner = offices.app.test_cli_runner()
    listed = runner.invoke(args=["xapi", "parked", "--json"])
    assert {one["statement"]: (one["error"], one["attempts"]) for one in json_of(listed)} == {
        found[0]: ("ArithmeticError: planted", 1),
        found[1]: ("KeyError: 'planted'", 1),
    }
    assert found[0] in runner.invoke(args=["xapi", "parked"]).output
    with failing(found, monkeypatch):
        again = runner.invoke(args=["xapi", "parked", "--retry", "--json"])
    assert (again.exit_code, json.loads(again.stdout.splitlines()[-1])) == (1, {"done": 0, "failed": 2})
    only = runner.invoke(args=["xapi", "parked", "--retry", "--reason", "KeyError", "--json"])
    assert json_of(only) == {"done": 1, "failed": 0}
    assert runner.invoke(args=["xapi", "parked", "--retry"]).stdout == "1 processed, 0 failed again\n"
    assert runner.invoke(args=["xapi", "parked"]).stdout == "Nothing was set aside.\n"
