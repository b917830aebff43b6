"""Does the list of drafts find them by title, and does it show all of them, page by page?"""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import TRAINER, Person
from lms.accounts.people import add_organisation, add_person
from lms.db import transaction
from lms.workshop import draft_search
from lms.workshop.models import PUBLISHED, Draft
from tests.factories import BEGIN, signed_in

NUMBER = draft_search.PAGE + 3


@pytest.fixture
def maker(app: Flask, maker: FlaskClient) -> FlaskClient:
    """A trainer with more drafts than a page shows, several of them changed in the same moment, and a published one."""
    with app.app_context(), transaction() as session:
        owner = session.scalars(select(Person).where(Person.username == "maker")).one()
        for number in range(NUMBER + 1):
            state = {"state": PUBLISHED} if number == NUMBER else {}
            when = BEGIN + timedelta(minutes=number // 4)
            names = {"title_zh": f"第{number}课", "title_en": f"Lesson {number} 100%" if number == 7 else ""}
            session.add(Draft(organisation_id=owner.organisation_id, document={}, created_at=BEGIN, touched_at=when, **names, **state))
    return maker


def shown(client: FlaskClient, query: str = "") -> list[str]:
    return re.findall(r">(第\d+课)</a>", client.get(f"/workshop/drafts?{query}").text)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=第21课", ["第21课"]),
        ("q=lesson", ["第7课"]),
        ("q=课+21", ["第21课"]),
        ("q=100%25", ["第7课"]),
        ("q=%25", ["第7课"]),
        ("q=没有", []),
    ],
)
def test_the_list_finds_drafts_by_the_words_of_their_titles(maker: FlaskClient, query: str, found: list[str]) -> None:
    assert shown(maker, query) == found


def test_every_draft_stands_on_one_page_the_latest_changed_first(maker: FlaskClient) -> None:
    first = maker.get("/workshop/drafts").text
    following = re.search(r"after=(\d+)", first)
    assert following
    both = [*shown(maker), *shown(maker, f"after={following[1]}")]
    assert both == [f"第{number}课" for number in reversed(range(NUMBER))]
    assert f"显示 {draft_search.PAGE} 条，共 {NUMBER} 条" in first


def test_a_search_that_finds_nothing_says_so_and_finds_nothing_of_others(app: Flask, maker: FlaskClient) -> None:
    assert "没有找到与“没有”相符的草稿" in maker.get("/workshop/drafts?q=没有").text
    with app.app_context(), transaction() as session:
        other = add_organisation(session, "q", "另一单位", "provider")
        add_person(session, "stranger", "外人", (TRAINER,), password=None, organisation=other)
    assert "没有找到与“第21课”相符的草稿" in signed_in(app, "stranger").get("/workshop/drafts?q=第21课").text


@pytest.mark.parametrize("after", ["x", "0", "999999999", "１"])
def test_an_address_that_nobody_was_given_shows_the_first_page(maker: FlaskClient, after: str) -> None:
    assert shown(maker, f"after={after}")[0] == f"第{NUMBER - 1}课"
