"""Do two colleagues who put the same question into their bank at the same moment get one question? On SQLite there is one writer anyway."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.workshop.models import BankQuestion
from tests.integration.workshop.editing import at_once, post, rows

pytestmark = pytest.mark.services
TURNS = 10


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """The test's own database on PostgreSQL."""
    return postgres_url


def test_two_colleagues_put_a_question_into_the_bank_once(app: Flask, maker: FlaskClient) -> None:
    del maker
    for turn in range(TURNS):
        sent = {"document": {"question": {"id": "x", "type": "boolean", "text": f"第 {turn} 题", "answer": True}}}
        answers = at_once(app, [lambda client, sent=sent: post(client, "/workshop/bank", json=sent)] * 2, ("maker", "helper"))
        assert [one.status_code for one in answers] == [200, 200]
    assert rows(app, select(func.count()).select_from(BankQuestion)) == [TURNS]
