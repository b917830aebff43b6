"""Does a form of the workshop that is sent twice make one thing: at once, one after the other, or out of order?"""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.catalogue.models import CourseVersion
from lms.workshop.models import BankQuestion, Draft, DraftComment
from tests.factories import DrivenClock, signed_in
from tests.integration.workshop.editing import at_once, draft_of, keys_of, post, rows
from tests.unit.courses.authored import REFLECTION

TOKEN = re.compile(r'name="once" value="([^"]{16,64})"')
QUESTION = {"id": "x", "type": "boolean", "text": "冰比水轻。", "answer": True}


def pressed_twice(app: Flask, path: str, **data: str) -> list[TestResponse]:
    return at_once(app, [lambda client: post(client, path, data=data)] * 2)


def test_the_forms_that_make_something_have_a_token_of_their_own(maker: FlaskClient, place: str, published: CourseVersion) -> None:
    course = f"/catalogue/courses/{published.course.code}"
    found = [TOKEN.findall(maker.get(page).text) for page in ("/workshop/drafts", course, f"{place}/review", f"{place}/review")]
    assert [len(one) for one in found] == [1, 1, 2, 2]
    assert len({token for one in found for token in one}) == 6


def test_a_course_a_draft_of_a_course_and_a_copy_are_begun_once(app: Flask, maker: FlaskClient, published: CourseVersion) -> None:
    post(maker, "/workshop/drafts", data={"once": "first"})
    mine = f"/catalogue/courses/{published.course.code}/versions/1/draft"
    for path in ("/workshop/drafts", mine, "/workshop/drafts/1/copy"):
        before = len(rows(app, select(Draft.id)))
        one, other = pressed_twice(app, path, once=f"token of {path}"[:64])
        assert (one.status_code, one.location) == (302, other.location)
        assert len(rows(app, select(Draft.id))) == before + 1
        post(maker, path, data={"once": f"another page of {path}"[:64]})
        assert len(rows(app, select(Draft.id))) == before + 2


def test_a_comment_is_made_once_and_another_text_is_another_comment(app: Flask, maker: FlaskClient, place: str) -> None:
    pressed_twice(app, f"{place}/comments", once="token", text="分钟太少")
    post(maker, f"{place}/comments", data={"once": "token", "text": "分钟太多"})
    assert rows(app, select(DraftComment.text).order_by(DraftComment.id)) == ["分钟太少", "分钟太多"]


def test_one_persons_token_makes_nothing_of_another_persons(app: Flask, maker: FlaskClient) -> None:
    first = post(maker, "/workshop/drafts", data={"once": "token"}).location
    assert post(signed_in(app, "helper"), "/workshop/drafts", data={"once": "token"}).location != first


def filled(percent: str, token: str, *earlier: str) -> dict[str, Any]:
    return {"document": {**REFLECTION, "prompt": percent}, "token": token, "earlier": list(earlier)}


def put(app: Flask, *sent: dict[str, Any], path: str) -> list[int]:
    return [one.status_code for one in at_once(app, [lambda client, body=body: post(client, path, json=body) for body in sent])]


def test_an_activity_arises_once_when_its_form_is_sent_while_an_earlier_press_is_worked_on(
    app: Flask, maker: FlaskClient, place: str
) -> None:
    del maker
    first, second = filled("一", "first"), filled("二", "second", "first")
    assert put(app, first, second, path=f"{place}/forms") == [200, 200]
    assert len(keys_of(app)) == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "the later press is faster"])
def test_the_text_of_the_later_press_stays_in_either_order(app: Flask, maker: FlaskClient, place: str, order: tuple[int, int]) -> None:
    both = filled("一", "first"), filled("二", "second", "first")
    answers = [post(maker, f"{place}/forms", json=both[number]) for number in order]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].get_json()["form"] == answers[1].get_json()["form"]
    assert '"prompt": "\\u4e8c"' in maker.get(answers[0].get_json()["form"]).text
    assert len(keys_of(app)) == 1
    assert draft_of(app).revision == (2 if order == (0, 1) else 1)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "the later press is faster"])
def test_a_question_of_the_bank_arises_once_with_the_later_text(app: Flask, maker: FlaskClient, order: tuple[int, int]) -> None:
    texts = ("冰比水轻。", "冰比水重。")
    both = [
        {
            "document": {"question": {**QUESTION, "text": text}},
            "token": f"t{number}",
            "earlier": [f"t{earlier}" for earlier in range(number)],
        }
        for number, text in enumerate(texts)
    ]
    for number in order:
        assert post(maker, "/workshop/bank", json=both[number]).status_code == 200
    assert [one["text"] for one in rows(app, select(BankQuestion.document))] == [texts[1]]
    assert put(app, both[0], both[1], path="/workshop/bank") == [200, 200]
    assert len(rows(app, select(BankQuestion.id))) == 1


def asked(client: FlaskClient, text: str, seen: str = "", path: str = "", token: str = "", *earlier: str) -> TestResponse:
    sent = {"document": {"question": {**QUESTION, "text": text}}, "seen": seen, "token": token, "earlier": list(earlier)}
    return post(client, f"/workshop/bank{path}", json=sent)


def test_a_question_that_a_colleague_changed_meanwhile_is_not_overwritten_by_its_form(app: Flask, maker: FlaskClient) -> None:
    assert asked(maker, "冰比水轻。", token="t0").status_code == 200
    (code,) = rows(app, select(BankQuestion.code))
    assert asked(signed_in(app, "helper"), "冰比水轻吗？", "1", f"/{code}").status_code == 200
    assert asked(maker, "冰比油轻。", "", "", "t1", "t0").status_code == 409
    assert [one["text"] for one in rows(app, select(BankQuestion.document))] == ["冰比水轻吗？"]


def test_its_author_types_on_and_saves_several_times_after_lost_answers(app: Flask, maker: FlaskClient, clock: DrivenClock) -> None:
    sent = [f"t{number}" for number in range(3)]
    for number, token in enumerate(sent):
        clock.advance(1)
        assert asked(maker, f"第 {number} 稿", "", "", token, *sent[:number]).status_code == 200
    assert [one["text"] for one in rows(app, select(BankQuestion.document))] == ["第 2 稿"]
