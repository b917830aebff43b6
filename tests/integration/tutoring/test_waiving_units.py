"""Can class staff waive a cmi5 unit with a reason that stays in the history, and does only measured time count then?"""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from courses.formats.cmi5_values import key_of
from lms.accounts.models import Person
from lms.classes.models import ClassChange
from lms.learning.models import Cmi5Progress
from tests.access import form_token
from tests.conformance.cmi5.structures import unit
from tests.conformance.cmi5.units import ID, MORE, UnitsOfClass, publish_units, verbs
from tests.factories import signed_in
from tests.integration.crediting.holding import findings
from tests.integration.office.conftest import Desk

UNIT = key_of(ID)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on SQLite alone."""
    return sqlite_url


@pytest.fixture
def units(desk: Desk, tmp_path: Path) -> UnitsOfClass:
    return publish_units(desk.world, tmp_path, unit(ID, more=MORE.format("Completed")))


def waive(client: FlaskClient, units: UnitsOfClass, **fields: object) -> TestResponse:
    plain = {"waived": units.world.enrolment_id, "ground": "Tested Out", "reason": "上学期考过了"}
    address = f"/office/classes/{units.world.class_id}/progress/{units.code}/{UNIT}/waive"
    return client.post(address, data={**plain, **fields}, headers={"X-CSRFToken": form_token(client)})


def waived(units: UnitsOfClass) -> int:
    return int(units.world.act(lambda session: session.scalar(select(func.count()).where(Cmi5Progress.waived_at.is_not(None)))))


def test_a_waived_unit_is_in_the_history_with_its_reason_and_adds_no_time(desk: Desk, units: UnitsOfClass) -> None:
    page = desk.get(f"{units.world.class_id}/progress/{units.code}/{UNIT}")
    assert "减免这个单元" in page
    assert waive(desk.client, units).status_code == 302
    assert waived(units) == 1
    units.world.credit()
    assert sum(units.world.credited().values()) == 0
    noted = units.world.act(lambda session: session.scalars(select(ClassChange).where(ClassChange.what == "unit-waived")).one())
    assert noted.after.endswith("上学期考过了")
    assert "上学期考过了" in signed_in(units.world.app, "clerk").get(f"/office/classes/{units.world.class_id}/settings").text
    assert waive(desk.client, units).status_code == 302
    assert "无需减免" in desk.get(f"{units.world.class_id}/progress/{units.code}/{UNIT}")
    assert units.world.act(lambda session: session.scalar(select(func.count()).where(ClassChange.what == "unit-waived"))) == 1


@pytest.mark.parametrize(
    "fields",
    [{"reason": " "}, {"reason": "x" * 201}, {"reason": "a\nb"}, {"ground": "Because"}, {"waived": "", "ground": "x"}, {"waived": 10**6}],
)
def test_a_waiver_without_a_person_or_a_reason_changes_nothing(desk: Desk, units: UnitsOfClass, fields: dict[str, object]) -> None:
    answer = waive(desk.client, units, **fields)
    assert answer.status_code == 422
    assert "未作免除" in answer.text
    assert str(fields.get("reason", "上学期考过了")).splitlines()[0] in answer.text, "what was typed is still there"
    assert waived(units) == 0


def test_nobody_waives_a_unit_for_themselves(desk: Desk, units: UnitsOfClass) -> None:
    def colleague(session: Session) -> None:
        session.get_one(Person, units.world.person_id).role_names = "teacher,office"

    units.world.act(colleague)
    refused = waive(signed_in(units.world.app, units.world.username), units)
    assert refused.status_code == 422
    assert "任何人不得为自己减免单元" in refused.text
    assert waived(units) == 0
    assert waive(desk.client, units).status_code == 302
    assert waived(units) == 1


def test_only_units_of_cmi5_packages_are_waived(desk: Desk) -> None:
    world = desk.world
    other = UnitsOfClass(world, world.course_version_id, world.course)
    assert "减免这个单元" not in desk.get(f"{world.class_id}/progress/{world.course}/reading")
    answer = desk.client.post(
        f"/office/classes/{world.class_id}/progress/{other.code}/reading/waive", headers={"X-CSRFToken": form_token(desk.client)}
    )
    assert answer.status_code == 404


def take_back(client: FlaskClient, units: UnitsOfClass, **fields: object) -> TestResponse:
    address = f"/office/classes/{units.world.class_id}/progress/{units.code}/{UNIT}/waive/back"
    plain = {"waived": units.world.enrolment_id, "reason": "看错了人"}
    return client.post(address, data={**plain, **fields}, headers={"X-CSRFToken": form_token(client)})


def studied(units: UnitsOfClass) -> str:
    """Stay in the unit for five minutes without completing it; return the registration."""
    played = units.launch().begin()
    played.stay(300)
    played.terminate()
    units.world.clock.advance(60)
    return played.registration


def credited(units: UnitsOfClass) -> int:
    units.world.credit()
    return sum(units.world.credited().values())


def test_a_waiver_is_taken_back_with_what_counted_only_because_of_it(desk: Desk, units: UnitsOfClass) -> None:
    registration = studied(units)
    page = f"{units.world.class_id}/progress/{units.code}/{UNIT}"
    assert "收回减免" not in desk.get(page), "nothing is waived"
    waive(desk.client, units)
    assert credited(units) == 300
    assert "收回减免" in desk.get(page)
    assert take_back(desk.client, units).status_code == 302
    assert credited(units) == 0
    assert (waived(units), verbs(units.world, registration).count("satisfied")) == (0, 1), "what was stated stays, and is void"
    assert findings(units.world) == []
    noted = units.world.act(lambda session: session.scalars(select(ClassChange).where(ClassChange.what == "unit-waiver-back")).one())
    assert noted.after.endswith("看错了人")
    assert "收回对单元的减免" in signed_in(units.world.app, "clerk").get(f"/office/classes/{units.world.class_id}/settings").text
    waive(desk.client, units)
    assert credited(units) == 300
    assert verbs(units.world, registration).count("satisfied") == 2, "it is satisfied again"


def test_what_the_learner_completed_themselves_stays_when_a_waiver_is_taken_back(desk: Desk, units: UnitsOfClass) -> None:
    waive(desk.client, units)
    played = units.launch().begin()
    played.stay(300)
    played.complete()
    played.terminate()
    units.world.clock.advance(60)
    take_back(desk.client, units)
    assert credited(units) == 300
    assert waived(units) == 0


@pytest.mark.parametrize("fields", [{"reason": " "}, {"waived": ""}, {"waived": 10**6}])
def test_a_waiver_stays_without_a_reason_or_a_person(desk: Desk, units: UnitsOfClass, fields: dict[str, object]) -> None:
    waive(desk.client, units)
    answer = take_back(desk.client, units, **fields)
    assert answer.status_code == 422
    assert "未撤回任何内容" in answer.text
    assert waived(units) == 1


def test_what_is_not_waived_cannot_be_taken_back(desk: Desk, units: UnitsOfClass) -> None:
    assert take_back(desk.client, units).status_code == 302
    assert "没有减免" in desk.get(f"{units.world.class_id}/progress/{units.code}/{UNIT}")
    assert units.world.act(lambda session: session.scalar(select(func.count()).where(ClassChange.what == "unit-waiver-back"))) == 0
