"""Does a unit's session run on both databases, from its launch to the statement that all is satisfied?"""

from pathlib import Path

from lms.learning.runtimes.cmi5.sweeping import abandon_overdue
from tests.conformance.cmi5.structures import block, unit
from tests.conformance.cmi5.units import publish_units, verbs
from tests.factories import World
from tests.integration.learning.conftest import sweep_now


def test_a_session_runs_on_both_databases(world: World, tmp_path: Path) -> None:
    course = publish_units(world, tmp_path, block("https://school.example/block", unit(more='moveOn="CompletedOrPassed"')))
    played = course.launch().begin()
    assert played.state("bookmark", "PUT", {"page": 2}).status_code == 204
    again = course.launch().begin()
    assert again.state("bookmark").get_json() == {"page": 2}
    assert [again.passed().status_code, again.passed().status_code, again.terminate().status_code] == [200, 403, 200]
    expected = ["launched", "initialized", "abandoned", "launched", "initialized", "passed", "satisfied", "satisfied", "terminated"]
    assert verbs(world, played.registration) == expected


def test_a_session_is_abandoned_when_its_launch_has_ended(world: World, tmp_path: Path) -> None:
    course = publish_units(world, tmp_path, unit(more='moveOn="Completed"'))
    played = course.launch().begin()
    world.clock.advance(13 * 3600)  # silent for longer than a launch lasts
    sweep_now(world)
    with world.app.app_context():
        assert [abandon_overdue.run(), abandon_overdue.run()] == [1, 0]
    assert verbs(world, played.registration)[-1] == "abandoned"
    assert played.complete().status_code == 401
