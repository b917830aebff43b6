"""Does a browser get its own language until its person chooses one?"""

import pytest
from flask import Flask

from tests.factories import World, signed_in


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No SQL here differs."""
    return sqlite_url


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9", "zh-CN"),
        ("en-GB,en;q=0.9", "en"),
        ("fr,en;q=0.5", "en"),
        ("fr", "zh-CN"),
        ("", "zh-CN"),
        ("en," * 400, "zh-CN"),  # longer than what is read
    ],
)
def test_a_page_comes_in_the_language_of_the_browser(app: Flask, accepted: str, language: str) -> None:
    page = app.test_client().get("/login", headers={"Accept-Language": accepted}).text
    assert f'<html lang="{language}"' in page


def test_a_language_that_was_chosen_stays(world: World) -> None:
    client = signed_in(world.app, "teacher")
    with client.session_transaction() as cookie:
        cookie["locale"] = "zh_Hans_CN"
    assert '<html lang="zh-CN"' in client.get("/home", headers={"Accept-Language": "en"}).text
