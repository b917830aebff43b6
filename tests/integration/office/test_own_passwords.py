"""Can a county give its own teacher, who is trained elsewhere, a new password, recorded with its author, and is everybody else told whom to ask?"""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import OFFICE, TEACHER, AccountChange, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from tests.access import form_token
from tests.factories import World, signed_in


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on SQLite alone."""
    return sqlite_url


@pytest.fixture
def county(world: World) -> FlaskClient:
    """A county whose teacher is trained by the world's provider, which is not below it."""

    def add(session: Session) -> None:
        office = add_organisation(session, "county", "清溪县教育局", "office")
        school = add_organisation(session, "s1", "柳河镇中心学校", "school", office)
        session.get_one(Person, world.person_id).organisation_id = school.id
        add_person(session, "clerk", "周明", (OFFICE,), password=None, organisation=office)
        add_person(session, "both", "吴强", (TEACHER, OFFICE), password=None, organisation=school)
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        add_person(session, "runner", "李静", (OFFICE,), password=None, organisation=provider)
        add_person(session, "stranger", "外县教师", (TEACHER,), password=None, organisation=provider)

    world.act(add)
    return signed_in(world.app, "clerk")


def send(client: FlaskClient, address: str) -> tuple[int, str]:
    answer = client.post(address, headers={"X-CSRFToken": form_token(client)}, follow_redirects=True)
    return answer.status_code, answer.text


def number(world: World, username: str) -> int:
    found: int = world.act(lambda session: session.scalars(select(Person.id).where(Person.username == username)).one())
    return found


def recorded(world: World) -> list[tuple[str, int | None, int | None]]:
    query = select(AccountChange.what, AccountChange.person_id, AccountChange.by).order_by(AccountChange.id)
    rows: list[tuple[str, int | None, int | None]] = world.act(lambda session: [tuple(row) for row in session.execute(query)])
    return rows


def test_a_county_gives_its_own_teacher_a_new_password_wherever_they_are_trained_and_it_is_recorded(
    county: FlaskClient, world: World
) -> None:
    teacher, place = world.client(), f"/office/people/{world.person_id}"
    assert f"{place}/password" in county.get(place).text
    status, sheet = send(county, f"{place}/password")
    assert status == 200
    shown = re.search(r"<code>(\w{4}-\w{4}-\w{4})</code>", sheet)
    assert shown is not None
    assert teacher.get("/home").status_code == 302, "signed out everywhere"
    assert shown[1] not in county.get(place).text, "it is shown once"
    clerk = number(world, "clerk")
    assert recorded(world) == [("password", world.person_id, clerk)]
    history = county.get(place).text
    assert "周明" in history
    again = signed_in(world.app, "teacher")
    assert again.get("/password").status_code == 200
    assert send(county, f"{place}/sign-out")[0] == 200
    assert again.get("/password").status_code == 302
    assert recorded(world)[1:] == [("signed-out", world.person_id, clerk)]


@pytest.mark.parametrize("step", ["password", "sign-out"])
def test_nobody_s_account_is_taken_over_by_an_office_that_it_does_not_belong_to_or_that_has_more_roles(
    county: FlaskClient, world: World, step: str
) -> None:
    assert send(county, f"/office/people/{number(world, 'stranger')}/{step}")[0] == 404
    status, page = send(county, f"/office/people/{number(world, 'both')}/{step}")
    assert status == 200
    assert "吴强 还有其他角色" in page
    assert send(county, "/office/people/999/password")[0] == 404
    assert recorded(world) == []


@pytest.mark.parametrize("step", ["password", "sign-out"])
def test_the_provider_of_the_class_is_told_whose_teacher_it_is_and_who_can_help(county: FlaskClient, world: World, step: str) -> None:
    runner, place = signed_in(world.app, "runner"), f"/office/classes/{world.class_id}/teachers/{world.enrolment_id}"
    assert "王秀兰 属于柳河镇中心学校" in runner.get(place).text, "before anybody tries"
    _status, page = send(runner, f"{place}/{step}")
    assert "王秀兰 属于柳河镇中心学校" in page
    assert "本单位教师" in page
    assert recorded(world) == []
