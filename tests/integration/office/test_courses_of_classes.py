"""Can a class of every programme study a course, toward a requirement only if one fits?"""

import re
from importlib import resources
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation, Person
from lms.catalogue import labels
from lms.catalogue.models import Course
from lms.classes import setup
from lms.classes.setup import courses_of
from lms.crediting.standing import of_person
from lms.crediting.verify import verify
from lms.db import transaction
from lms.programmes import store as programmes
from tests.factories import BEGIN, World
from tests.integration.office.conftest import Desk

PROGRAMMES = sorted(one.name for one in (resources.files("lms.programmes") / "data").iterdir() if one.name.endswith(".toml"))
RUN: dict[str, Any] = {"name": "新班", "intake": "", "starts_on": "2026-03-01", "ends_on": "2026-06-30", "courses": ["c1"]}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on SQLite alone."""
    return sqlite_url


def add_programme(world: World, name: str) -> tuple[str, list[str]]:
    text = (resources.files("lms.programmes") / "data" / name.removeprefix("apart/")).read_text(encoding="utf-8")
    if name.startswith("apart/"):  # the second track has a requirement of hours of its own
        first, second = text.split('key = "online"\n')[:2], text.split('key = "online"\n')[2:]
        text = 'key = "online"\n'.join(first) + 'key = "online-junior"\n' + 'key = "online"\n'.join(second)

    def add(session: Session) -> tuple[str, list[str]]:
        version = programmes.import_toml(session, text, BEGIN).version
        return version.programme.code, [one.key for one in programmes.document_of(version).tracks]

    found: tuple[str, list[str]] = world.act(add)
    return found


def opened(desk: Desk, name: str, **fields: object) -> int:
    code, tracks = add_programme(desk.world, name)
    provider = desk.world.act(lambda session: session.scalars(select(Organisation.id).where(Organisation.code == "p1")).one())
    answer = desk.post(f"new/{code}/2020", code="k9", provider=provider, **{"tracks": tracks, **RUN, **fields})
    assert answer.status_code == 302, answer.text
    found = desk.training_class("k9")
    assert found is not None
    return found.id


def studied(desk: Desk, class_id: int) -> list[tuple[str, str]]:
    return [(one.code, one.requirement) for one in desk.world.act(lambda session: courses_of(session, [class_id]))[class_id]]


@pytest.mark.parametrize("name", PROGRAMMES)
def test_a_class_of_every_programme_is_opened_with_a_course_from_its_page(desk: Desk, name: str) -> None:
    assert [code for code, _ in studied(desk, opened(desk, name))] == ["c1"]


def test_a_course_counts_toward_hours_only_where_the_programme_asks_for_hours(desk: Desk) -> None:
    class_id = opened(desk, "civics-2020.toml", courses=[])
    page = desk.get(f"{class_id}/courses")
    assert 'name="requirement"' not in page
    assert desk.post(f"{class_id}/courses", code="c1", compulsory="y").status_code == 302
    assert studied(desk, class_id) == [("c1", "")]
    assert "不归入学时要求" in desk.get(f"{class_id}/courses")


def test_a_course_without_a_requirement_of_hours_is_still_owed_by_the_teachers_of_the_class(desk: Desk) -> None:
    class_id, world = opened(desk, "civics-2020.toml"), desk.world

    def enrol(session: Session) -> None:
        setup.enrol(session, setup.locked_class(session, class_id), session.get_one(Person, world.person_id), "civics")

    world.act(enrol)
    standing = world.act(lambda session: of_person(session, world.person_id))[0]
    owed = next(one for one in standing.requirements if one.key == "general-courses")
    assert (owed.target, owed.earned, owed.done) == (1, 0, False)
    assert "课程c1" in world.client().get("/home").text
    with world.app.app_context(), transaction() as session:
        assert not any(checked.findings for checked in verify(session))


def test_only_what_the_tracks_of_a_class_ask_for_is_offered(desk: Desk) -> None:
    class_id = opened(desk, "backbone-2020.toml", tracks=["new-teacher"], courses=[])
    page = desk.get(f"{class_id}/courses")
    assert 'value="new-teacher"' in page
    assert 'value="companion"' not in page


def test_the_hours_of_a_course_that_is_added_count_toward_the_usual_requirement_unless_the_office_says_otherwise(desk: Desk) -> None:
    page = desk.get(f"{opened(desk, 'rural-lead-2020.toml', courses=[])}/courses")
    choices = page.partition('name="requirement"')[2].partition("</select>")[0]
    assert re.search(r'<option selected value="[a-z-]+">', choices), choices


def chosen(page: str) -> str:
    """Return the requirement that a page's form suggests."""
    found = re.search(r'<option selected value="([a-z-]*)">', page.partition('name="requirement"')[2].partition("</select>")[0])
    assert found, page
    return found[1]


def test_of_several_requirements_the_form_suggests_the_only_one_that_fits_the_course_by_its_subjects(desk: Desk) -> None:
    class_id = opened(desk, "apart/online-teaching-2020.toml", courses=[])
    for subjects, fits in ((["physics"], "online-junior"), (["mathematics"], "online"), ([], "online")):
        desk.world.act(lambda session, said=subjects: labels.state(session, session.scalars(select(Course)).one(), {"subject": said}))
        assert chosen(desk.get(f"{class_id}/courses?course=c1")) == fits, subjects
    desk.world.act(lambda session: labels.state(session, session.scalars(select(Course)).one(), {"subject": ["physics"]}))
    assert chosen(desk.get(f"{class_id}/courses?course=none")) == "online"
    assert desk.post(f"{class_id}/courses", code="c1", compulsory="y").status_code == 302
    assert studied(desk, class_id) == [("c1", "online-junior")]
