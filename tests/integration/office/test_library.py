"""Does an office find the courses that it may give to its classes, and no others?"""

import pytest
from sqlalchemy.orm import Session

from lms.accounts.people import add_organisation
from lms.catalogue.models import OWN
from lms.office.views import opening
from tests.course_factories import add_course
from tests.factories import World
from tests.integration.office.conftest import Desk


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on SQLite alone; tests/integration/catalogue searches on both."""
    return sqlite_url


@pytest.fixture
def library(world: World) -> World:
    """Two courses of another organisation: one shared with everybody, one with nobody."""

    def fill(session: Session) -> None:
        other = add_organisation(session, "far", "远方学院", "provider")
        for code in ("open", "closed"):
            course = add_course(session, code, {"page": {}}).course
            course.organisation_id = other.id
            if code == "closed":
                course.shared = OWN

    world.act(fill)
    return world


def test_an_office_finds_a_course_in_the_library_and_gives_it_to_its_class(
    library: World, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "MOST_COURSES", 1)  # a library may hold more than a list offers
    here = f"{library.class_id}/courses"
    assert f"/catalogue/?class={library.class_id}" in desk.get(here)
    found = desk.client.get(f"/catalogue/?q=课程&class={library.class_id}").text
    assert "课程open" in found
    assert "课程closed" not in found
    assert "上传课程" not in found
    course = desk.client.get(f"/catalogue/courses/open?class={library.class_id}").text
    assert f"/office/classes/{here}?course=open#code" in course
    assert "编辑为草稿" not in course
    library.act(lambda session: add_course(session, "latest", {"page": {}}))
    assert '<option selected value="open">' in desk.get(f"{here}?course=open")
    assert desk.post(f"{here}?course=open", code="open", requirement="online").status_code == 302
    assert "课程open" in desk.get(here)


@pytest.mark.parametrize("code", ["closed", "moon", "x" * 65])
def test_a_course_that_is_not_shared_with_an_office_is_not_theirs_to_give(library: World, desk: Desk, code: str) -> None:
    assert desk.client.get(f"/catalogue/courses/{code}?class={library.class_id}").status_code == 404
    assert desk.post(f"{library.class_id}/courses?course={code}", code=code, requirement="online").status_code == 422


def test_archiving_and_restoring_stay_with_trainers(library: World, desk: Desk) -> None:
    assert "归档</button>" not in desk.client.get("/catalogue/courses/c1").text
    assert desk.client.get("/catalogue/courses/c1/library").status_code == 403
