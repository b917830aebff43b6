"""Does a county office see its own teachers, wherever they are trained, and nothing else?"""

import io
import re
import zipfile

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import OFFICE, TEACHER, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.classes import setup
from lms.classes.models import TrainingClass
from lms.jobs.models import Job
from lms.jobs.tasks import work
from lms.storage import storage
from tests.access import form_token
from tests.factories import World, signed_in


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on SQLite alone."""
    return sqlite_url


@pytest.fixture
def county(world: World) -> FlaskClient:
    """A county whose teacher is trained by the world's provider, which belongs to another county; and a colleague in no class."""

    def add(session: Session) -> None:
        office = add_organisation(session, "county", "清溪县教育局", "office")
        school = add_organisation(session, "s1", "柳河镇中心学校", "school", office)
        session.get_one(Person, world.person_id).organisation_id = school.id
        add_person(session, "00123", "孙雅琴", (TEACHER,), password=None, organisation=school)
        add_person(session, "clerk", "周明", (OFFICE,), password=None, organisation=office)
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        other = add_person(session, "other", "外县教师", (TEACHER,), password=None, organisation=provider)
        setup.enrol(session, session.get_one(TrainingClass, world.class_id), other, "primary")

    world.study("reading", 900)
    world.credit()
    world.act(add)
    return signed_in(world.app, "clerk")


def links(page: str) -> list[str]:
    return [one for one in re.findall(r'href="(/[^"#?]*)', page) if not one.startswith("/static")]


def test_a_county_office_finds_its_teachers_by_name_user_name_and_school(county: FlaskClient) -> None:
    everybody = county.get("/office/people/").text
    assert ("王秀兰" in everybody, "孙雅琴" in everybody, "外县教师" in everybody) == (True, True, False)
    for query, found in (
        ("q=雅琴", "孙雅琴"),
        ("q=00123", "孙雅琴"),
        ("placed=waiting", "孙雅琴"),
        ("placed=trained", "王秀兰"),
        ("placed=missing", "王秀兰"),
    ):
        page = county.get(f"/office/people/?{query}").text
        assert [name for name in ("王秀兰", "孙雅琴") if name in page] == [found], query
    assert "王秀兰" in county.get("/office/people/?q=柳河").text
    assert "没有符合的人" in county.get("/office/people/?placed=reached").text
    assert "没有符合的人" in county.get("/office/people/?q=nobody").text


def test_their_classes_and_transcripts_are_read_and_nothing_else_of_the_class_is_open(county: FlaskClient, world: World) -> None:
    page = county.get(f"/office/people/{world.person_id}").text
    assert "示范培训机构" in page
    assert f"/transcript/{world.enrolment_id}" in page
    assert county.get(f"/transcript/{world.enrolment_id}.pdf").status_code == 200
    for closed in (f"/office/classes/{world.class_id}", f"/office/classes/{world.class_id}/teachers/{world.enrolment_id}"):
        assert county.get(closed).status_code == 404
    other = world.act(lambda session: session.scalars(select(Person.id).where(Person.username == "other")).one())
    assert county.get(f"/office/people/{other}").status_code == 404


def test_no_link_of_a_county_office_leads_anywhere_forbidden(county: FlaskClient, world: World) -> None:
    """Every linked page, starting from the first one, opens."""
    seen, waiting = set(), ["/"]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = county.get(address)
        assert answer.status_code in {200, 302}, address
        if answer.mimetype == "text/html":
            waiting += [answer.location] if answer.location else links(answer.text)
    assert f"/transcript/{world.enrolment_id}" in seen


def test_an_office_without_classes_is_told_what_it_can_do(county: FlaskClient) -> None:
    for first in ("/office/classes", county.get("/").location):
        page = county.get(first).text
        assert "本单位没有下属的承训单位" in page, first
        assert "/office/people/" in page
        assert "/office/classes/new" not in page, first


def exported(county: FlaskClient, world: World, **fields: str) -> bytes:
    answer = county.post("/office/people/export", data=fields, headers={"X-CSRFToken": form_token(county)})
    assert answer.location == "/jobs/"
    with world.app.app_context():
        while work.run():
            pass
        name = world.act(lambda session: session.scalars(select(Job.result_object).order_by(Job.id.desc())).first())
        return storage().get(name)


def test_our_teachers_are_taken_away_as_text_cells_with_what_is_missing(county: FlaskClient, world: World) -> None:
    content = exported(county, world, format="xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0][:4] == ["姓名", "用户名", "学校", "班"]
    found = {row[1]: row for row in rows[1:]}
    assert set(found) == {"teacher", "00123"}
    assert found["teacher"][4] == "示范培训机构"
    assert found["teacher"][11] == "0.3"
    assert "39.7 学时；" in found["teacher"][12]
    assert found["00123"][3] == ""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert 'orientation="landscape"' in book.read("xl/worksheets/sheet1.xml").decode()


def test_exactly_what_the_list_shows_is_taken_away_as_csv(county: FlaskClient, world: World) -> None:
    lines = exported(county, world, format="csv", placed="waiting").decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("孙雅琴,00123,柳河镇中心学校,")
