"""Is a reading with checks completed only when the site has judged every check right, although its page says so?"""

import uuid
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from courses.strict_json.canonical import digest_of
from lms import vocabulary as v
from lms.accounts.account_changes import By
from lms.catalogue.models import AnswerKey
from lms.crediting.ignored import StudyQuestion, ignored_of
from lms.crediting.policy import policies_of
from lms.crediting.rereading import reread
from lms.learning import restarts
from tests.factories import PUBLIC_URL, DrivenClock, World
from tests.integration.classes.next_versions import move, publish_next
from tests.integration.learning.conftest import Page, statements
from tests.worlds import world_of

READING = "reading"
CHECKS: dict[str, Any] = {"checks": True, "pass_percent": 100, "questions": {"c1": {"correct": ["1"]}, "c2": {"correct": ["0"]}}}


JUDGED = {READING: {"minutes": 30, "grading": "checks", "requires": {"completed": True}}}


def world_with(app: Flask, clock: DrivenClock, grading: str) -> World:
    built = world_of(app, clock, {READING: {**JUDGED[READING], "grading": grading}})
    built.act(lambda session: session.add(AnswerKey(course_version_id=built.course_version_id, activity=READING, document=CHECKS)))
    return built


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No SQL here differs between databases."""
    return sqlite_url


@pytest.fixture
def world(app: Flask, clock: DrivenClock) -> World:
    return world_with(app, clock, "checks")


@pytest.fixture
def reading(world: World) -> Page:
    """The page of the reading, after ten minutes of study."""
    page = Page(world.client(), world, READING).open()
    page.stay(600)
    return page


def answer(page: Page, check: str, option: str) -> TestResponse:
    return page.send("/learn/answers", {"id": str(uuid.uuid4()), "answers": {check: [option]}})


def completed(page: Page) -> list[str]:
    """Say who stated that the reading is completed."""
    return [one["authority"]["account"]["name"] for one in statements(page.world, v.COMPLETED)]


def credited(page: Page) -> int:
    page.beat(last=True)
    page.world.credit()
    return sum(page.world.credited().values())


def claims(world: World) -> list[str]:
    def read(session: Any) -> list[str]:
        asked = StudyQuestion(world.enrolment_id, f"{world.course}:{READING}", PUBLIC_URL, world.clock())
        return [one.why for one in ignored_of(session, asked, policies_of(session, [world.enrolment_id])[world.enrolment_id])]

    found: list[str] = world.act(read)
    return found


def test_a_page_that_only_claims_completion_is_stored_and_earns_nothing_until_the_last_check_is_right(reading: Page) -> None:
    assert answer(reading, "c1", "1").status_code == 200
    assert answer(reading, "c2", "1").status_code == 200  # a wrong try
    assert reading.say({"result": {"completion": True}}).status_code == 200
    assert (completed(reading), credited(reading), claims(reading.world)) == (["player"], 0, ["checks"])
    reading.open()
    answer(reading, "c2", "0")
    assert (completed(reading), credited(reading), claims(reading.world)) == (["player", "lms"], 600, [])


def test_it_is_completed_at_once_if_every_check_was_right_before_and_stated_once(reading: Page) -> None:
    for check, option in (("c1", "1"), ("c2", "0"), ("c2", "0")):
        answer(reading, check, option)
    assert completed(reading) == []
    for _ in range(2):
        assert reading.say({}).status_code == 200
    assert sorted(completed(reading)) == ["lms", "player", "player"]
    [own] = [one for one in statements(reading.world, v.COMPLETED) if one["authority"]["account"]["name"] == "lms"]
    assert own["result"] == {
        "completion": True,
        "extensions": {v.CHECKS: {name: digest_of(one) for name, one in CHECKS["questions"].items()}},
    }
    assert credited(reading) == 600


@pytest.mark.parametrize(
    "said",
    [
        {"object": {"id": f"{v.activity_iri(PUBLIC_URL, 'c1', READING)}?subContentId=c1"}},
        {"result": {"completion": False}},
        {"verb": {"id": v.ANSWERED}, "result": {"success": True}},
        {"verb": {"id": v.PASSED}, "result": {"success": True}},
    ],
    ids=["a part of it", "not completed", "an answer", "passed"],
)
def test_what_does_not_say_that_the_whole_is_completed_completes_nothing(reading: Page, said: dict[str, Any]) -> None:
    answer(reading, "c1", "1")
    answer(reading, "c2", "0")
    assert reading.say(said).status_code == 200
    assert "lms" not in completed(reading)
    assert credited(reading) == 0


def test_the_page_learns_which_checks_are_right_and_one_that_was_changed_is_open_again(reading: Page) -> None:
    assert reading.opened["checked"] == []
    answer(reading, "c1", "1")
    answer(reading, "c2", "0")
    assert reading.open().opened["checked"] == ["c1", "c2"]
    changed = {**CHECKS, "questions": {"c1": {"correct": ["2"]}, "c2": {"correct": ["0"]}}}
    reading.world.act(lambda session: session.execute(update(AnswerKey).values(document=changed)))
    assert reading.open().opened["checked"] == ["c2"]
    reading.say({})
    assert "lms" not in completed(reading)


def test_after_starting_over_every_check_is_asked_again_and_what_was_earned_stays(reading: Page) -> None:
    answer(reading, "c1", "1")
    answer(reading, "c2", "0")
    reading.say({})
    assert credited(reading) == 600
    by = By(None, reading.world.clock.advance(60))
    registration = reading.world.registration()
    assert reading.world.act(lambda session: restarts.start_over(session, [registration], READING, by))
    reading.world.clock.advance(60)
    assert reading.open().opened["checked"] == []
    assert credited(reading) == 600


@pytest.mark.parametrize("first", ["content", "checks"])
@pytest.mark.parametrize("opened", ["opened again", "left open"])
def test_after_starting_over_on_the_same_day_and_browser_the_activity_is_completed_again(reading: Page, first: str, opened: str) -> None:
    def complete() -> None:
        for one in ("content", "checks") if first == "content" else ("checks", "content"):
            if one == "content":
                assert reading.say({}).status_code == 200
            else:
                assert [answer(reading, "c1", "1").status_code, answer(reading, "c2", "0").status_code] == [200, 200]

    complete()
    by = By(None, reading.world.clock.advance(60))
    registration = reading.world.registration()
    assert reading.world.act(lambda session: restarts.start_over(session, [registration], READING, by))
    reading.world.clock.advance(60)
    if opened == "opened again":
        reading.open()
        assert reading.send("/learn/state", {"body": "{}", "age_ms": 0}).get_json()["kept"]
    complete()
    assert completed(reading).count("lms") == 2


def test_a_version_that_lets_the_content_decide_keeps_its_rule(app: Flask, clock: DrivenClock) -> None:
    """Versions that were published before the site demanded its checks are decided as they were."""
    world = world_with(app, clock, "none")
    page = Page(world.client(), world, READING).open()
    assert page.opened["checked"] is None
    page.stay(600)
    page.say({})
    assert (completed(page), credited(page)) == (["player"], 600)


def in_next_version(page: Page) -> Page:
    """Move the class to a version whose checks the site judges, with one check more; return its page, opened."""
    questions = {**CHECKS["questions"], "c3": {"correct": ["1"]}}
    next_id = publish_next(page.world, JUDGED, None)

    def add(session: Session) -> None:
        session.add(AnswerKey(course_version_id=next_id, activity=READING, document={**CHECKS, "questions": questions}))

    page.world.act(add)
    move(page.world)
    return Page(page.client, replace(page.world, course_version_id=next_id), READING).open()


def test_a_learner_who_completed_an_earlier_version_keeps_it_after_an_answer_in_the_next(app: Flask, clock: DrivenClock) -> None:
    world = world_with(app, clock, "none")
    page = Page(world.client(), world, READING).open()
    page.stay(600)
    page.say({"result": {"completion": True}})
    page.send("/learn/state", {"body": {"completed": True}})
    assert credited(page) == 600
    later = in_next_version(page)
    assert later.opened["checked"] is None
    answer(later, "c3", "1")
    assert later.open().opened["checked"] is None


def test_a_state_that_says_completed_spares_nobody_the_checks(app: Flask, clock: DrivenClock) -> None:
    world = world_with(app, clock, "none")
    page = Page(world.client(), world, READING).open()
    page.stay(60)
    later = in_next_version(page)
    assert later.send("/learn/state", {"body": {"completed": True}}).status_code == 200
    assert later.open().opened["checked"] == []


def test_what_was_completed_before_the_class_moved_counts_although_it_is_read_afterwards(app: Flask, clock: DrivenClock) -> None:
    """A statement belongs to the version of the course in which it was made."""
    world = world_with(app, clock, "none")
    page = Page(world.client(), world, READING).open()
    page.stay(600)
    page.say({"result": {"completion": True}})
    page.beat(last=True)
    later = in_next_version(page)
    assert later.opened["checked"] is None
    assert credited(later) == 600
    assert claims(world) == []


@pytest.mark.parametrize("moved", ["before it is read", "after"])
def test_a_claim_under_checks_counts_in_no_version_and_the_next_launch_may_complete(reading: Page, moved: str) -> None:
    reading.say({"result": {"completion": True}})
    if moved == "after":
        assert credited(reading) == 0
    next_id = publish_next(reading.world, {READING: {**JUDGED[READING], "grading": "none"}}, None)
    move(reading.world)
    assert credited(reading) == 0
    assert sum(one.again for one in reread(reading.world.app.extensions["db"], PUBLIC_URL)) == 0
    assert credited(reading) == 0
    later = Page(reading.client, replace(reading.world, course_version_id=next_id), READING).open()
    later.say({"result": {"completion": True}})
    assert credited(later) == 600


def test_no_content_can_say_itself_that_it_decides(reading: Page) -> None:
    reading.say({"context": {"extensions": {v.DECIDES: "content"}}})
    (said,) = statements(reading.world, v.COMPLETED)
    assert said["context"]["extensions"][v.DECIDES] == "checks"
    assert credited(reading) == 0
