"""Does the question bank give copies to quizzes, and never change one by itself?"""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import undefer

from lms.accounts.models import TRAINER
from lms.accounts.people import add_organisation, add_person
from lms.catalogue import contents
from lms.catalogue.models import AnswerKey, CourseVersion
from lms.db import transaction
from lms.storage import storage
from lms.workshop.models import BankQuestion
from tests.factories import signed_in
from tests.integration.catalogue.uploading import run_jobs
from tests.integration.workshop.editing import keys_of, post, rows, save, step
from tests.unit.courses.authored import QUIZ

BANK = "/workshop/bank"
ICE = {"id": "x", "type": "boolean", "text": "冰比水轻。", "answer": True, "tags": ["水", "冰"]}
FORMULA = {"id": "y", "type": "fill", "text": "水的化学式是____。", "blanks": [["H2O"]], "case": True, "tags": ["水"]}


def put(client: FlaskClient, question: dict[str, Any], path: str = "", seen: str = "", status: int = 200) -> Any:
    answer = post(client, f"{BANK}{path}", json={"document": {"language": "zh", "question": question}, "seen": seen})
    assert answer.status_code == status, answer.text
    return answer.get_json()


def taken(client: FlaskClient, **wanted: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = post(client, f"{BANK}/take", json=wanted).get_json()["questions"]
    return found


@pytest.fixture
def bank(maker: FlaskClient) -> FlaskClient:
    put(maker, ICE)
    put(maker, FORMULA)
    return maker


@pytest.fixture
def stranger(app: Flask, maker: FlaskClient) -> FlaskClient:
    """A trainer of another organisation."""
    with app.app_context(), transaction() as session:
        other = add_organisation(session, "q", "另一单位", "provider")
        add_person(session, "stranger", "外人", (TRAINER,), password=None, organisation=other)
    return signed_in(app, "stranger")


def code_of(app: Flask, text: str) -> str:
    return next(one.code for one in rows(app, select(BankQuestion)) if text in one.search_text)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["水的化学式是____。", "冰比水轻。"]),
        ("q=化学", ["水的化学式是____。"]),
        ("q=冰", ["冰比水轻。"]),
        ("kind=boolean", ["冰比水轻。"]),
        ("tag=水", ["水的化学式是____。", "冰比水轻。"]),
        ("tag=冰", ["冰比水轻。"]),
        ("kind=fill&tag=冰", []),
        ("state=archived", []),
    ],
)
def test_questions_are_found_by_words_kind_and_tag(bank: FlaskClient, query: str, found: list[str]) -> None:
    answer = bank.get(f"{BANK}/find?{query}").get_json()
    assert [one["text"] for one in answer["questions"]] == found
    assert answer["tags"] == [{"tag": "冰", "count": 1}, {"tag": "水", "count": 2}]
    page = bank.get(f"{BANK}?{query}").text
    assert [text in page for text in found] == [True] * len(found)


def test_a_long_bank_is_read_page_by_page(maker: FlaskClient) -> None:
    for number in range(33):
        put(maker, {**ICE, "text": f"第{number}题"})
    first = maker.get(f"{BANK}/find").get_json()
    second = maker.get(f"{BANK}/find?after={first['next']}").get_json()
    assert (len(first["questions"]), len(second["questions"]), first["total"], second["next"]) == (30, 3, 33, None)


def test_a_question_with_a_problem_is_not_kept_and_its_field_is_named(maker: FlaskClient, app: Flask) -> None:
    said = put(maker, {**ICE, "text": ""}, status=400)
    assert [one["path"] for one in said["fields"]] == ["question.text"]
    assert rows(app, select(BankQuestion)) == []


def test_two_people_changing_one_question_do_not_overwrite_each_other(bank: FlaskClient, app: Flask) -> None:
    code = code_of(app, "冰比水轻")
    put(bank, {**ICE, "text": "冰比水重。"}, f"/{code}", seen="1")
    assert "没有保存" in put(bank, {**ICE, "text": "冰比油轻。"}, f"/{code}", seen="1", status=409)["detail"]
    (kept,) = taken(bank, codes=[code])
    assert (kept["text"], kept["bank"]) == ("冰比水重。", {"id": code, "revision": 2})


def test_a_question_that_comes_again_after_a_lost_answer_is_kept_once(bank: FlaskClient, app: Flask) -> None:
    assert put(bank, ICE) == put(bank, ICE)
    assert len(rows(app, select(BankQuestion))) == 2
    code = code_of(app, "冰比水轻")
    for _press in range(2):
        saved = put(bank, {**ICE, "text": "冰比水重。"}, f"/{code}", seen="1")
    assert (saved["seen"], taken(bank, codes=[code])[0]["bank"]["revision"]) == ("2", 2)


def test_saving_the_same_words_again_is_no_new_revision(bank: FlaskClient, app: Flask) -> None:
    code = code_of(app, "冰比水轻")
    put(bank, ICE, f"/{code}", seen="1")
    assert taken(bank, codes=[code])[0]["bank"]["revision"] == 1


def test_others_use_a_question_only_as_it_is_shared_and_never_change_it(bank: FlaskClient, stranger: FlaskClient, app: Flask) -> None:
    code = code_of(app, "冰比水轻")
    assert (stranger.get(f"{BANK}/{code}").status_code, taken(stranger, codes=[code]), taken(stranger, tag="水")) == (404, [], [])
    assert post(bank, f"{BANK}/{code}/share", data={"shared": "everybody"}).status_code == 302
    assert (stranger.get(f"{BANK}/{code}").status_code, len(taken(stranger, codes=[code]))) == (200, 1)
    put(stranger, ICE, f"/{code}", seen="1", status=404)
    for act in ("archive", "share"):
        assert post(stranger, f"{BANK}/{code}/{act}", data={"shared": "own"}).status_code == 404
    assert len(taken(stranger, codes=[code])) == 1


def test_an_archived_question_is_not_offered_and_comes_back(bank: FlaskClient, app: Flask) -> None:
    code = code_of(app, "冰比水轻")
    post(bank, f"{BANK}/{code}/archive")
    assert [one["id"] for one in taken(bank, tag="水")] == [code_of(app, "化学式")]
    assert [one["code"] for one in bank.get(f"{BANK}/find?state=archived").get_json()["questions"]] == [code]
    post(bank, f"{BANK}/{code}/archive")
    assert len(taken(bank, tag="水")) == 2


def test_the_questions_of_a_quiz_go_into_the_bank_once(maker: FlaskClient, app: Flask) -> None:
    quiz = {**QUIZ, "questions": [{name: one for name, one in question.items() if name != "picture"} for question in QUIZ["questions"]]}
    kept = post(maker, f"{BANK}/keep", json={"document": quiz}).get_json()["kept"]
    assert kept.keys() == {one["id"] for one in quiz["questions"]}
    assert post(maker, f"{BANK}/keep", json={"document": quiz}).get_json()["kept"] == kept
    assert len(rows(app, select(BankQuestion))) == len(quiz["questions"])
    marked = [{**one, "bank": kept[one["id"]]} for one in quiz["questions"]]
    assert post(maker, f"{BANK}/keep", json={"document": {**quiz, "questions": marked}}).get_json()["kept"] == {}


def test_a_published_quiz_holds_its_pool_and_is_deaf_to_the_bank(bank: FlaskClient, place: str, app: Flask) -> None:
    """Its served files name the questions and no answer; the form says which have changed since, and takes the new one when asked."""
    pool = taken(bank, tag="水")
    quiz = {**QUIZ, "questions": pool, "draw": [{"tag": "水", "count": 1}]}
    assert post(bank, f"{place}/forms", json={"document": quiz, "seen": ""}).status_code == 200
    save(bank, place, step("course", "title.zh", "", "水"))
    post(bank, f"{place}/publish", data={"over": "0"})
    run_jobs(app)
    (version,) = rows(app, select(CourseVersion).options(undefer(CourseVersion.document)))
    (key,) = rows(app, select(AnswerKey))
    code = code_of(app, "化学式")
    put(bank, {**FORMULA, "blanks": [["HO"]], "text": "另一题"}, f"/{code}", seen="1")
    with app.app_context():
        served = {name: contents.read(storage(), version.listings[key.activity], name) for name in _names(version, key.activity)}
    text = b"".join(one or b"" for one in served.values()).decode()
    assert (code in text, "H2O" in text, "HO" in text) == (True, False, False)
    assert key.document["questions"][code]["accept"] == [["H2O"]]
    (activity,) = keys_of(app)
    shown = bank.get(f"{place}/activities/{activity}/form").text
    document = json.loads(shown.split('id="form-config">')[1].split("</script>")[0])["document"]
    assert [one["bank"] for one in document["questions"]] == [one["bank"] for one in pool]
    newer = post(bank, f"{BANK}/newer", json={"origins": [one["bank"] for one in document["questions"]]}).get_json()["questions"]
    assert [(one["text"], one["bank"]) for one in newer] == [("另一题", {"id": code, "revision": 2})]


def _names(version: CourseVersion, activity: str) -> list[str]:
    entry = next(one["entry"] for module in version.document["modules"] for one in module["activities"] if one["key"] == activity)
    return [f"{entry}/h5p.json", f"{entry}/content/content.json"]
