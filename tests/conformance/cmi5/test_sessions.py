"""Does a unit's session run as cmi5 says: launch, documents, order, results, what follows from them, and its end?"""

import uuid
from pathlib import Path
from typing import Any

import pytest

from lms.learning.models import Launch
from lms.learning.runtimes.cmi5 import access, ending, launching
from lms.learning.runtimes.cmi5 import vocabulary as c
from tests.conformance.cmi5.structures import block, unit
from tests.conformance.cmi5.units import ID, MORE, PlayedUnit, UnitsOfClass, publish_units, stored, verbs
from tests.factories import PUBLIC_URL, World


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Rules do not depend on the database; `test_databases.py` has what does."""
    return sqlite_url


def test_a_launch_url_has_what_a_unit_needs_beside_its_own_parameters(world: World, tmp_path: Path) -> None:
    inside = "<launchParameters>a=1</launchParameters><entitlementKey>key</entitlementKey>"
    made = publish_units(world, tmp_path, unit(url="unit/index.html?a=1&amp;b=2#x", more=MORE.format("Passed"), inside=inside))
    launched = made.launch()
    address, _, rest = launched.url.partition("?")
    assert address.endswith("/unit/index.html")
    assert rest.startswith("a=1&b=2&endpoint=")
    assert rest.endswith("#x")
    assert launched.activity == f"{PUBLIC_URL}/id/course/{made.code}/activity/{launched.activity.rpartition('/')[2]}"
    assert launched.activity != ID  # 8.1.5.0-3
    assert launched.actor["account"]["homePage"] == PUBLIC_URL
    launched.fetch()
    data = launched.state().get_json()
    assert (data["launchMode"], data["moveOn"], data["masteryScore"], data["launchParameters"]) == ("Normal", "Passed", 0.8, "a=1")
    assert data["entitlementKey"] == {"courseStructure": "key"}
    assert [one["id"] for one in data["contextTemplate"]["contextActivities"]["grouping"]] == [ID]
    (statement,) = stored(world, launched.registration)
    said = statement["context"]["extensions"]
    assert said[c.LAUNCH_URL] == address + "?a=1&b=2#x"
    assert (said[c.MASTERY_SCORE], said[c.LAUNCH_MODE], said[c.MOVE_ON_SAID], said[c.LAUNCH_PARAMETERS]) == (0.8, "Normal", "Passed", "a=1")
    assert said[c.SESSION_ID] == data["contextTemplate"]["extensions"][c.SESSION_ID]


def test_the_token_is_fetched_once(course: UnitsOfClass) -> None:
    launched = course.launch()
    assert launched.state().status_code == 401  # before it was fetched
    assert launched.fetch().keys() == {"auth-token"}
    assert launched.fetch()["error-code"] == "1"
    assert launched.client.post(launched.fetch_url + "x").get_json()["error-code"] == "3"
    assert launched.client.options(launched.fetch_url).status_code == 204
    assert launched.state().status_code == 200  # the second request changed nothing


def test_launch_data_and_preferences_are_read_before_initialized(course: UnitsOfClass) -> None:
    launched = course.launch()
    launched.fetch()
    launched.data = launched.state().get_json()
    assert launched.say(c.INITIALIZED).status_code == 403
    assert launched.preferences().get_json() == {"languagePreference": "zh-CN", "audioPreference": "on"}
    assert launched.say("http://adlnet.gov/expapi/verbs/experienced", defined=False).status_code == 403  # not before initialized
    assert launched.say(c.INITIALIZED).status_code == 200
    assert launched.say("http://adlnet.gov/expapi/verbs/experienced", defined=False).status_code == 200
    assert launched.say(c.INITIALIZED).status_code == 403


def test_completed_and_passed_satisfy_the_block_and_the_course_at_once(world: World, played: PlayedUnit) -> None:
    assert played.passed(0.8).status_code == 200
    assert played.complete().status_code == 200
    assert verbs(world, played.registration) == ["launched", "initialized", "passed", "completed", "satisfied", "satisfied"]
    of_block, of_course = stored(world, played.registration)[-2:]
    assert [one["object"]["definition"]["type"] for one in (of_block, of_course)] == [c.BLOCK_TYPE, c.COURSE_TYPE]
    publishers = [one["context"]["contextActivities"]["grouping"][0]["id"] for one in (of_block, of_course)]
    assert publishers == ["https://school.example/block", "https://school.example/course"]
    assert not {of_block["object"]["id"], of_course["object"]["id"]} & set(publishers)
    session = played.data["contextTemplate"]["extensions"][c.SESSION_ID]
    assert all(one["context"]["extensions"][c.SESSION_ID] == session for one in (of_block, of_course))
    assert played.terminate().status_code == 200
    assert verbs(world, played.registration).count("satisfied") == 2


@pytest.mark.parametrize(
    ("move_on", "completes", "passes", "satisfied"),
    [
        ("Completed", True, False, True),
        ("Completed", False, True, False),
        ("Passed", False, True, True),
        ("Passed", True, False, False),
        ("CompletedOrPassed", True, False, True),
        ("CompletedOrPassed", False, True, True),
        ("CompletedAndPassed", True, False, False),
    ],
)
def test_move_on_decides_what_is_satisfied_and_what_counts(
    world: World, tmp_path: Path, move_on: str, completes: bool, passes: bool, satisfied: bool
) -> None:
    course = publish_units(world, tmp_path, unit(more=MORE.format(move_on)))
    played = course.launch().begin()
    played.stay(300)
    if completes:
        assert played.complete().status_code == 200
    if passes:
        assert played.passed().status_code == 200
    assert ("satisfied" in verbs(world, played.registration)) is satisfied
    world.clock.advance(60)
    world.credit()
    assert bool(world.credited()) is satisfied


def test_a_unit_that_asks_for_nothing_is_satisfied_before_it_is_launched(world: World, tmp_path: Path) -> None:
    """9.6.1.1-3."""
    made = publish_units(world, tmp_path, block("https://school.example/b", unit()))
    launched = made.launch()
    assert verbs(world, launched.registration) == ["satisfied", "satisfied", "launched"]
    made.launch()
    assert verbs(world, launched.registration).count("satisfied") == 2


def test_a_block_waits_for_all_its_units_and_the_course_for_all_blocks(world: World, tmp_path: Path) -> None:
    two = unit("https://school.example/2", more='moveOn="Completed"')
    inner = block("https://school.example/inner", unit(more='moveOn="Completed"'))
    made = publish_units(world, tmp_path, block("https://school.example/outer", inner, two))
    first = made.launch().begin()
    first.complete()
    assert [_publisher(one) for one in _satisfied(world, first)] == ["https://school.example/inner"]
    second = made.launch("https://school.example/2").begin()
    second.complete()
    assert [_publisher(one).rpartition("/")[2] for one in _satisfied(world, second)] == ["inner", "outer", "course"]


def test_results_come_once_in_a_registration(world: World, course: UnitsOfClass, played: PlayedUnit) -> None:
    assert played.complete().status_code == 200
    assert played.complete().status_code == 403
    played.terminate()
    again = course.launch().begin()
    assert again.activity == played.activity  # 8.1.5.0-4
    assert again.registration == played.registration
    assert again.complete().status_code == 403
    assert again.passed().status_code == 200
    assert again.failed().status_code == 403


def test_a_session_ends_with_terminated_and_its_token_with_it(world: World, played: PlayedUnit) -> None:
    before = played.statement("http://adlnet.gov/expapi/verbs/experienced", defined=False)
    assert [played.send(before).status_code, played.send(before).status_code] == [200, 200]
    last = played.statement(c.TERMINATED, {"duration": "PT9S"})
    assert played.send(last).status_code == 200
    assert played.say("http://adlnet.gov/expapi/verbs/experienced", defined=False).status_code == 403
    assert played.send(before).status_code == 403
    assert played.state("bookmark").status_code == 403
    assert played.send(last).status_code == 200  # its answer may have been lost: the same statement again changes nothing
    world.clock.advance(61)
    assert played.send(last).status_code == 401
    assert verbs(world, played.registration).count("terminated") == 1


def test_a_new_session_abandons_the_one_before(world: World, course: UnitsOfClass, played: PlayedUnit) -> None:
    world.clock.advance(40)
    played.say("http://adlnet.gov/expapi/verbs/experienced", defined=False)
    world.clock.advance(500)
    again = course.launch()
    assert verbs(world, played.registration)[-2:] == ["abandoned", "launched"]
    statement = stored(world, played.registration)[-2]
    assert statement["result"]["duration"] == "PT40S"
    assert statement["context"]["extensions"][c.SESSION_ID] == played.data["contextTemplate"]["extensions"][c.SESSION_ID]
    assert statement["object"]["id"] == played.activity
    assert played.complete().status_code == 403
    assert played.state("x").status_code == 403
    again.begin()
    course.launch()
    assert verbs(world, played.registration).count("abandoned") == 2


def test_a_unit_keeps_its_place_over_sessions(course: UnitsOfClass, played: PlayedUnit) -> None:
    assert played.state("bookmark", "PUT", {"page": 7}).status_code == 204
    played.terminate()
    again = course.launch().begin()
    assert again.state("bookmark").get_json() == {"page": 7}


def test_a_unit_that_was_completed_and_passed_opens_for_review(course: UnitsOfClass, played: PlayedUnit) -> None:
    played.complete()
    played.passed(1.0)
    played.terminate()
    again = course.launch().begin()
    assert again.data["launchMode"] == "Review"
    assert [again.complete().status_code, again.passed().status_code, again.failed().status_code] == [403, 403, 403]
    assert again.terminate().status_code == 200


@pytest.mark.parametrize("mode", ["Browse", "Review"])
def test_no_results_are_taken_unless_the_mode_is_normal(world: World, course: UnitsOfClass, mode: str) -> None:
    launched = course.launch()
    with world.app.app_context():
        begun = world.act(lambda session: _in_mode(session, launched, mode))
    found = PlayedUnit(world, begun, launched.opened).begin()
    assert found.data["launchMode"] == mode
    assert [found.complete().status_code, found.passed().status_code, found.failed().status_code] == [403, 403, 403]
    assert found.terminate().status_code == 200


def test_a_waived_unit_is_satisfied_and_its_time_counts(world: World, course: UnitsOfClass, played: PlayedUnit) -> None:
    played.stay(300)
    played.terminate()

    def waive(session: Any) -> list[bool]:
        of = launching.unit_of(session, _launch(session, played), PUBLIC_URL)
        assert of is not None
        return [ending.waive(session, of, "Tested Out", world.clock()), ending.waive(session, of, "again", world.clock())]

    assert world.act(waive) == [True, False]
    waived, of_block, of_course = stored(world, played.registration)[-3:]
    assert waived["verb"]["id"] == c.WAIVED
    assert waived["result"] == {"success": True, "completion": True, "extensions": {c.REASON: "Tested Out"}}
    assert [one["id"] for one in waived["context"]["contextActivities"]["category"]] == [c.CMI5, c.MOVE_ON]
    sessions = {one["context"]["extensions"][c.SESSION_ID] for one in (waived, of_block, of_course)}
    assert len(sessions) == 1
    assert sessions != {played.data["contextTemplate"]["extensions"][c.SESSION_ID]}
    world.clock.advance(60)
    world.credit()
    assert sum(world.credited().values()) == 300


def test_a_refused_batch_stores_nothing_of_it(world: World, played: PlayedUnit) -> None:
    good = played.statement(c.COMPLETED, {"completion": True, "duration": "PT1S"})
    bad = {**played.statement(c.VOIDED, defined=False), "object": {"objectType": "StatementRef", "id": str(uuid.uuid4())}}
    answer = played.send(good, bad)
    assert answer.status_code == 403
    assert answer.get_json()["path"] == "statements[1]"
    assert verbs(world, played.registration) == ["launched", "initialized"]
    assert played.send(good).status_code == 200


def _satisfied(world: World, played: PlayedUnit) -> list[dict[str, Any]]:
    return [one for one in stored(world, played.registration) if one["verb"]["id"] == c.SATISFIED]


def _publisher(statement: dict[str, Any]) -> str:
    found: str = statement["context"]["contextActivities"]["grouping"][0]["id"]
    return found


def _launch(session: Any, played: PlayedUnit) -> Launch:
    found = session.query(Launch).filter(Launch.registration_id == uuid.UUID(played.registration)).first()
    assert isinstance(found, Launch)
    return found


def _in_mode(session: Any, played: PlayedUnit, mode: str) -> str:
    launch = _launch(session, played)
    of = launching.unit_of(session, launch, PUBLIC_URL)
    assert of is not None
    site = launching.UnitSite(played.url.partition("?")[0], played.endpoint, f"{PUBLIC_URL}/cmi5/returned", "zh-CN")
    begun = launching.start(session, launch, of, site, launch.opened_at, mode=mode)
    fetch = f"{played.endpoint.removesuffix('/xapi')}/cmi5/fetch/{access.tokens().issue(access.FETCH, begun.id)}"
    return launching.launch_url(of, site, fetch)


def test_no_refusal_opens_the_browsers_window_for_a_password_over_content(played: PlayedUnit) -> None:
    played.token = "bm9ib2R5Om5vdGhpbmc="
    refused = played.state()
    assert refused.status_code == 401
    assert refused.headers.getlist("WWW-Authenticate") == ['Bearer realm="xAPI"']
