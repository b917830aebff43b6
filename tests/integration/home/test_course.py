"""Does the course page show the value, state and open conditions of every activity, and does it stay current?"""

from collections.abc import Mapping

import pytest

from lms import vocabulary as v
from lms.catalogue.models import AnswerKey
from lms.classes.models import Enrolment
from tests.factories import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def address(world: World, rest: str = "") -> str:
    return f"/courses/{world.enrolment_id}/{world.course_version_id}{rest}"


def row(page: str, title: str) -> str:
    """Return the list item of one activity."""
    return next(item for item in page.split('<li class="row">') if f">{title}</a>" in item).split("</li>")[0]


def test_an_activity_not_begun_says_its_worth_and_its_condition(world: World) -> None:
    page = world.client().get(address(world)).text
    assert "最多可认定 30 分钟" in row(page, "活动reading")
    assert "未开始" in row(page, "活动reading")
    assert "学完后认定" in row(page, "活动gated")
    assert "观看 90%后认定" in row(page, "活动film")


def test_a_quiz_and_an_answer_that_people_review_are_called_what_they_are(world: World) -> None:
    found = row(world.client().get(address(world)).text, "活动quiz")
    assert ("教学反思" in found, "答案通过审阅后认定" in found) == (True, True)
    key = AnswerKey(course_version_id=world.course_version_id, activity="quiz", document={"pass_percent": 60, "questions": {}})
    world.act(lambda session: session.add(key))
    found = row(world.client().get(address(world)).text, "活动quiz")
    assert ("测验" in found, "教学反思" in found, "通过后认定" in found) == (True, False, True)


def test_a_condition_that_is_met_is_no_longer_asked(world: World) -> None:
    subject = world.study("gated", 600)
    world.say(subject, v.COMPLETED)
    world.credit()
    found = row(world.client().get(address(world)).text, "活动gated")
    assert "学完" not in found
    assert "已认定 10 分钟 / 30 分钟" in found
    assert "条件已满足" in found
    assert "时长已满" not in found


def test_what_is_all_credited_says_so(world: World) -> None:
    world.study("reading", 1800)
    world.credit()
    found = row(world.client().get(address(world)).text, "活动reading")
    assert "已全部认定（30 分钟）" in found
    assert "时长已满" in found


def test_half_a_film_is_on_its_way_and_says_how_far(world: World) -> None:
    subject = world.study("film", 300)
    world.say(subject, v.PAUSED, {"extensions": {v.PLAYED_SEGMENTS: "0[.]300"}})
    world.credit()
    found = row(world.client().get(address(world)).text, "活动film")
    assert "已学时长 5 分钟，观看 90%后认定" in found
    assert "学习中" in found
    assert "50" in found


def test_the_button_leads_on_from_what_is_done(world: World) -> None:
    world.study("reading", 1800)
    world.credit()
    page = world.client().get(address(world)).text
    button = page.split('id="following"')[0].rsplit("<a", 1)[1]
    assert f"/learn/{world.enrolment_id}/{world.course_version_id}/gated" in button


def test_the_page_is_given_anew_only_where_the_evidence_has_changed(world: World) -> None:
    client = world.client()
    ask: Mapping[str, str] = {"HX-Request": "true"}
    seen = client.get(address(world)).text.split("?seen=")[1].split('"')[0]
    assert client.get(address(world, f"?seen={seen}"), headers=ask).status_code == 204
    world.study("gated", 600)  # nothing credited yet, but measured
    world.credit()
    fresh = client.get(address(world, f"?seen={seen}"), headers=ask)
    assert "已学时长 10 分钟" in fresh.text
    assert "<html" not in fresh.text


def test_the_players_part_is_sent_once_until_something_changes(world: World) -> None:
    client = world.client()
    first = client.get(address(world, "/reading/progress"))
    assert first.headers["Cache-Control"] == "private, no-cache"
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(address(world, "/reading/progress"), headers=known).status_code == 304
    assert client.get(address(world, "/gated/progress"), headers=known).status_code == 200
    with client.session_transaction() as cookie:
        cookie["locale"] = "en"
    assert "credited" in client.get(address(world, "/reading/progress"), headers=known).text
    world.study("reading", 60)
    world.credit()
    assert "1 min" in client.get(address(world, "/reading/progress"), headers=known).text


def test_the_players_part_says_what_the_requirement_has_come_to(world: World) -> None:
    world.study("reading", 1350)
    world.credit()
    assert "0.5 / 40" in world.client().get(address(world, "/reading/progress")).text


def test_an_unknown_activity_is_not_found(world: World) -> None:
    assert world.client().get(address(world, "/nowhere/progress")).status_code == 404


def test_a_course_that_the_class_does_not_study_is_not_found(world: World) -> None:
    assert world.client().get(f"/courses/{world.enrolment_id}/999").status_code == 404


def test_a_person_who_left_the_class_is_told_why_the_course_is_closed(world: World) -> None:
    def leave(session):  # type: ignore[no-untyped-def]
        session.get_one(Enrolment, world.enrolment_id).status = "withdrawn"

    world.act(leave)
    answer = world.client().get(address(world))
    assert answer.status_code == 403
    assert "班级工作人员" in answer.text
