"""Does a trainer see an activity as learners do, without anything being kept or earned?"""

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms import vocabulary as v
from lms.accounts.models import TRAINER
from lms.accounts.people import add_person
from lms.catalogue.models import AnswerKey
from lms.learning.models import Attempt, Launch
from tests.access import form_token
from tests.factories import PUBLIC_URL, World, signed_in
from tests.integration.learning.conftest import KEY

CONFIG = re.compile(r'id="preview-config">(.*?)</script>', re.DOTALL)
PLACE = "/catalogue/courses/c1/versions/1"


@pytest.fixture
def trainer(world: World) -> FlaskClient:
    def fill(session: Session) -> None:
        session.add(AnswerKey(course_version_id=world.course_version_id, activity="quiz", document=KEY))
        add_person(session, "maker", "课程师", (TRAINER,), password=None)

    world.act(fill)
    return signed_in(world.app, "maker")


def post(client: FlaskClient, path: str, body: Any) -> TestResponse:
    return client.post(f"{PLACE}/{path}", json=body, headers={"X-CSRFToken": form_token(client)})


def test_the_page_frames_the_content_and_opens_no_launch(world: World, trainer: FlaskClient) -> None:
    page = trainer.get(f"{PLACE}/reading")
    assert page.status_code == 200
    assert "/frame/h5p/" in page.text
    assert world.act(lambda session: session.scalar(select(func.count()).select_from(Launch))) == 0


def test_no_report_meets_a_condition_that_is_measured(trainer: FlaskClient) -> None:
    asked = {one: json.loads(CONFIG.search(trainer.get(f"{PLACE}/{one}").text)[1])["requires"] for one in ("film", "quiz")}  # type: ignore[index]
    assert asked == {"film": ["coverage"], "quiz": ["passed"]}


def test_a_report_is_answered_with_the_condition_that_it_meets(trainer: FlaskClient) -> None:
    said = {"verb": {"id": v.COMPLETED}, "object": {"id": v.activity_iri(PUBLIC_URL, "c1", "reading")}}
    assert post(trainer, "reading/report", {"statement": said}).get_json() == {"met": ["completed"]}
    assert post(trainer, "reading/report", {"statement": {"verb": 7}}).status_code == 400


def test_a_quiz_is_graded_as_often_as_wanted_and_no_attempt_is_kept(world: World, trainer: FlaskClient) -> None:
    for _ in range(3):  # a learner has two
        reply = post(trainer, "quiz/answers", {"id": "1", "answers": {"q1": ["b"], "q2": ["a"]}}).get_json()
        assert [item["correct"] for item in reply["items"]] == [True, False]
    assert post(trainer, "quiz/answers", {"id": "1", "answers": {}}).get_json()["code"] == "blank"
    assert world.act(lambda session: session.scalar(select(func.count()).select_from(Attempt))) == 0


@pytest.mark.parametrize("path", ["courses/c1/versions/9/reading", "courses/c1/versions/1/other", "courses/zz/versions/1/reading"])
def test_what_does_not_exist_is_not_found(trainer: FlaskClient, path: str) -> None:
    assert trainer.get(f"/catalogue/{path}").status_code == 404


def test_learners_have_no_preview(world: World) -> None:
    assert world.client().get(f"{PLACE}/quiz").status_code == 403
