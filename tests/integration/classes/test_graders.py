"""Do earlier results count after a class moves to a version of its course that another side grades, and is the office told?"""

import pytest
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.catalogue.models import AnswerKey
from lms.cli import main_group
from lms.crediting import course_results
from lms.crediting.course_previews import preview
from lms.crediting.verify import verify
from lms.db import database
from lms.jobs.tasks import work
from lms.learning.stating import store
from lms.office import administration
from tests.factories import PUBLIC_URL, DrivenClock, World, signed_in
from tests.integration.classes.next_versions import RIGHT, WRONG, add_office, move, publish_next
from tests.integration.learning.conftest import KEY
from tests.worlds import world_of
from xapi.queries import AnyOf, StatementFilter, latest
from xapi.statements import Usage, iri_key

BY_CONTENT = {**RIGHT, "quiz": {"minutes": 10, "grading": "content", "requires": {"passed": True}}}


@pytest.fixture
def world(app: Flask, clock: DrivenClock) -> World:
    """A class with a course whose quiz the server grades."""
    built = world_of(app, clock, WRONG)
    built.act(lambda session: session.add(AnswerKey(course_version_id=built.course_version_id, activity="quiz", document=KEY)))
    return built


def reports_a_pass(world: World) -> None:
    world.say(world.study("quiz", 300), v.PASSED, {"success": True})
    world.credit()


def all_sound(world: World) -> bool:
    """Say whether the statements agree with the evidence, too."""
    with world.app.app_context(), database().reader() as session:
        return not [one for checked in verify(session, public_url=PUBLIC_URL) for one in checked.findings]


def test_what_content_reported_counts_after_a_move_to_a_version_that_lets_it_grade_and_the_office_is_told(world: World) -> None:
    reports_a_pass(world)
    assert world.credited() == {}, "the server grades this version"
    publish_next(world, BY_CONTENT, KEY)
    add_office(world)
    client, address = signed_in(world.app, "office"), f"/office/classes/{world.class_id}/courses/c1"
    page = client.get(f"{address}?to=2").text
    assert "活动quiz" in page
    assert "1 名教师的学时有变化" in page, "the preview knows how much more will count"
    assert "合计增加 0.1 学时（5 分钟）" in page
    assert "有 1 条目前不算的学习结果" in page
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = client.post(address, data={"to": "2", "csrf_token": token})
    assert answer.location == "/jobs/"
    with world.app.app_context():
        while work():
            pass
    world.credit()
    assert world.credited() == {"c1:quiz": 300}
    assert all_sound(world)
    result = client.get("/jobs/1/download").text
    assert "1" in result, "one earlier result counts now"


def test_the_preview_says_that_more_may_count_where_it_cannot_read_everything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reports_a_pass(world)
    publish_next(world, BY_CONTENT, KEY)
    add_office(world)
    monkeypatch.setattr(course_results, "MOST_READ", 0)
    page = signed_in(world.app, "office").get(f"/office/classes/{world.class_id}/courses/c1?to=2").text
    assert "改用后会全部读取，可能还有更多结果有效" in page


def test_the_preview_counts_what_a_closed_gate_kept_back_and_nothing_that_was_voided(world: World) -> None:
    page = world.study("quiz", 300)
    world.say(page, v.PASSED, {"success": True})
    world.credit()
    publish_next(world, BY_CONTENT, KEY)
    assert previewed(world) == (1, 300)
    void_all(world, v.PASSED)
    assert previewed(world) == (0, 0)


def void_all(world: World, verb: str) -> None:
    def void(session: Session) -> None:
        found = latest(session, StatementFilter([AnyOf(Usage.VERB, [iri_key(verb)])]), 10)
        voiding = [
            {"actor": v.lms_authority(PUBLIC_URL), "verb": {"id": v.VOIDED}, "object": {"objectType": "StatementRef", "id": str(one.id)}}
            for one in found
        ]
        store(session, voiding, PUBLIC_URL, world.clock.advance(60))

    world.act(void)


def previewed(world: World) -> tuple[int, int]:
    """Return the number of results that a move would let count, and the seconds that it would give."""
    to = 2

    def look(session: Session) -> tuple[int, int]:
        version = administration.version_of(session, "c1", to)
        found = preview(session, world.class_id, world.course_version_id, version, PUBLIC_URL)
        return found.results, sum(one.after_s - one.before_s for one in found.changes)

    result: tuple[int, int] = world.act(look)
    return result


def test_the_command_reads_earlier_results_again_and_says_so(world: World) -> None:
    reports_a_pass(world)
    publish_next(world, BY_CONTENT, KEY)
    arguments = ["class", "switch", "k1", "c1"]
    runner, whole = world.app.test_cli_runner(), ScriptInfo(create_app=lambda: world.app)
    assert "will be read again after the move: 1 count" in runner.invoke(main_group, [*arguments, "--dry-run"], obj=whole).stdout
    assert "1 count now" in runner.invoke(main_group, arguments, obj=whole).stdout
    world.credit()
    assert world.credited() == {"c1:quiz": 300}


def test_what_was_passed_before_stays_passed_where_the_server_grades_the_next_version_and_is_not_a_finding(world: World) -> None:
    publish_next(world, BY_CONTENT, KEY)
    move(world)
    reports_a_pass(world)
    assert world.credited() == {"c1:quiz": 300}
    move(world, 1)
    assert world.credited() == {"c1:quiz": 300}
    assert all_sound(world)
    reports_a_pass(world)
    assert all_sound(world), "from now on only the server passes it"
