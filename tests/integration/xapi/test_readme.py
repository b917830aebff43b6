"""Is the README correct: the five lines that mount the store in an application, and the files it names?"""

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

XAPI = Path(__file__).parents[3] / "xapi"
README = (XAPI / "README.md").read_text(encoding="utf-8")
SQLITE = '"sqlite:///records.sqlite3"'
STATEMENT = {
    "actor": {"mbox": "mailto:anna@you.example"},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
    "object": {"id": "https://you.example/courses/1"},
}


def mounting() -> str:
    found = re.search(r"## Mounting it\n.*?```python\n(.*?)```", README, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def test_the_five_lines_mount_a_store_that_keeps_a_statement(
    database: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = mounting()
    assert len([line for line in lines.splitlines() if line]) == 5
    assert SQLITE in lines
    if database == "postgresql":
        lines = lines.replace(SQLITE, repr(request.getfixturevalue("empty_postgres_url")))
    somebodys: dict[str, Any] = {"app": Flask("somebodys")}
    somebodys["app"].add_url_rule("/", "home", lambda: "home")
    exec(lines, somebodys)  # noqa: S102 – our own README, just as it stands
    client = somebodys["app"].test_client()
    basic = base64.b64encode(f"{somebodys['key']}:{somebodys['secret']}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "X-Experience-API-Version": "1.0.3"}
    sent = client.post("/xapi/statements", json=STATEMENT, headers=headers)
    assert sent.status_code == 200, sent.text
    (found,) = client.get("/xapi/statements", headers=headers).json["statements"]
    assert (found["id"], found["authority"]["account"]["homePage"]) == (sent.json[0], "https://you.example")
    assert client.get("/").text == "home"
    somebodys["readers"].kw["bind"].dispose()


def test_files_that_the_readme_names_are_there() -> None:
    tests = Path(__file__).parents[2]
    named = set(re.findall(r"`((?:(?:rules|storage|views)/)?[a-z_]+\.py)`", README))
    tested = set(re.findall(r"`(?:tests/)?((?:conformance|integration|property|unit)/[a-z_/]+\.py)`", README))
    assert len(named) > 30
    assert len(tested) > 15
    assert [name for name in named if not (XAPI / name).exists()] == []
    assert [name for name in tested if not (tests / name).exists()] == []
