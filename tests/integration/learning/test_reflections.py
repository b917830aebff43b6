"""Is an open answer kept, decided by the class's staff, and passed only while it is accepted?"""

import io
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from courses.authoring.activity_document import ActivityDocument, read_document
from courses.authoring.h5p_file import write_h5p
from courses.package import Package, open_package
from lms import vocabulary as v
from lms.accounts.account_changes import By
from lms.accounts.models import STAFF
from lms.accounts.people import add_person
from lms.catalogue.publish import publish
from lms.classes import setup
from lms.classes.models import TrainingClass
from lms.classes.staff import appoint
from lms.learning.models import Launch
from lms.practice.models import PracticeWork
from lms.storage import storage
from tests.access import form_token
from tests.factories import BEGIN, World, signed_in
from tests.integration.learning.conftest import Page, statements

REFLECTION = {"type": "reflection", "title": "我的一节课", "language": "zh", "prompt": "写一写你的一节课。", "least_characters": 5}
ANSWER = "我先听孩子说，再讲道理。"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The SQL is that of tasks and attempts, which both databases are tested with."""
    return sqlite_url


@pytest.fixture
def player(world: World, tmp_path: Path) -> Page:
    """The teacher's page with a reflection that a form made."""
    document = read_document(REFLECTION)
    assert isinstance(document, ActivityDocument)
    target = io.BytesIO()
    write_h5p(document, {}, target)
    (tmp_path / "lesson.h5p").write_bytes(target.getvalue())
    package = open_package(tmp_path / "lesson.h5p")
    assert isinstance(package, Package), package

    def fill(session: Session) -> int:
        version = publish(session, storage(), package, None, BEGIN)
        setup.bind_course(session, session.get_one(TrainingClass, world.class_id), version, "online")
        appoint(session, world.class_id, add_person(session, "tutor", "陈老师", (STAFF,), password=None), "tutor", By(None, BEGIN))
        return version.id

    found = replace(world, course_version_id=world.act(fill), course=package.course.code, registrations={})
    return Page(found.client(), found, "main").open()


@pytest.fixture
def tutor(player: Page) -> FlaskClient:
    return signed_in(player.world.app, "tutor")


def submit(player: Page, text: Any) -> TestResponse:
    return player.send("/learn/answers", {"id": str(uuid.uuid4()), "answers": {"text": text}})


def decide(player: Page, tutor: FlaskClient, what: str, comment: str = "") -> None:
    work: int = player.world.act(lambda session: session.scalars(select(PracticeWork.id)).one())
    path = f"/office/classes/{player.world.class_id}/works/{work}"
    answer = tutor.post(path, data={"what": what, "comment": comment}, headers={"X-CSRFToken": form_token(tutor)})
    assert answer.status_code == 302, answer.text


def verbs(player: Page) -> list[str]:
    return [one["verb"]["id"] for one in statements(player.world) if one["verb"]["id"] in {v.PASSED, v.VOIDED}]


def test_an_accepted_answer_passes_the_activity_and_taking_it_back_voids_that(player: Page, tutor: FlaskClient) -> None:
    assert player.opened["reflection"] is None
    assert submit(player, ANSWER).get_json() == {"state": "handed-in", "text": ANSWER, "comment": ""}
    assert verbs(player) == []
    listed = tutor.get(f"/office/classes/{player.world.class_id}/tasks").text
    assert "我的一节课" in listed
    decide(player, tutor, "accepted", "写得具体。")
    assert verbs(player) == [v.PASSED]
    reopened = player.open().opened["reflection"]
    assert reopened == {"state": "accepted", "text": ANSWER, "comment": "写得具体。"}
    assert submit(player, "想改一改也不行了").get_json()["text"] == ANSWER
    decide(player, tutor, "taken-back", "看错了")
    assert verbs(player) == [v.PASSED, v.VOIDED]
    decide(player, tutor, "accepted")
    assert verbs(player) == [v.PASSED, v.VOIDED, v.PASSED]


def test_time_counts_once_the_answer_is_accepted(player: Page, tutor: FlaskClient) -> None:
    submit(player, ANSWER)
    launch: Launch = player.world.act(lambda session: session.scalars(select(Launch)).one())
    subject = replace(player.world.subject("main"), launch_id=launch.id)
    player.world.study("main", 120, subject=subject)
    player.world.credit()
    assert player.world.credited() == {}
    decide(player, tutor, "accepted")
    player.world.credit()
    assert player.world.credited() == {f"{player.world.course}:main": 120}
    decide(player, tutor, "taken-back", "看错了")
    player.world.credit()
    assert player.world.credited() == {}


def test_a_returned_answer_comes_back_with_the_comment_and_can_be_submitted_again(player: Page, tutor: FlaskClient) -> None:
    submit(player, ANSWER)
    decide(player, tutor, "returned", "请写出孩子的话。")
    assert player.open().opened["reflection"] == {"state": "returned", "text": ANSWER, "comment": "请写出孩子的话。"}
    assert submit(player, f"{ANSWER}他说：我怕。").get_json()["state"] == "handed-in"
    shown = tutor.get(f"/office/classes/{player.world.class_id}/tasks").text
    assert "我的一节课" in shown
    assert verbs(player) == []


@pytest.mark.parametrize("text", ["", "太短", "  \n 短  ", "字" * 20_001, None, ["a"], 7])
def test_an_answer_of_a_wrong_length_is_refused_and_nothing_is_kept(player: Page, text: Any) -> None:
    refused = submit(player, text)
    assert (refused.status_code, refused.get_json()["code"]) == (400, "length")
    assert player.world.act(lambda session: session.scalars(select(PracticeWork.id)).all()) == []


def test_the_tutor_reads_what_was_asked_and_the_learners_list_of_logs_stays_empty(player: Page, tutor: FlaskClient) -> None:
    submit(player, ANSWER)
    work: int = player.world.act(lambda session: session.scalars(select(PracticeWork.id)).one())
    shown = tutor.get(f"/office/classes/{player.world.class_id}/works/{work}").text
    assert "写一写你的一节课。" in shown
    assert ANSWER in shown
    assert player.client.get(f"/practice/{player.world.enrolment_id}/logs/{work}").status_code == 404
