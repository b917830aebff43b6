"""A county with two schools in two cities, two classes, and several people of one name."""

import io
import zipfile
from dataclasses import dataclass
from datetime import date

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import OFFICE, TEACHER, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.classes import setup
from lms.classes.models import Enrolment, TrainingClass
from lms.jobs.models import Job
from lms.jobs.tasks import work
from lms.storage import storage
from tests.factories import World, signed_in


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The selection alone is tested on both databases."""
    return sqlite_url


@dataclass
class Bulk:
    """The world, with a provincial office (`clerk`), a county office (`county`), and seven teachers in two classes."""

    world: World
    second_class: int
    county_people: list[int]  # enrolments

    def everybody(self) -> list[int]:
        """Return all enrolments."""
        return list(self.world.act(lambda session: session.scalars(select(Enrolment.id).order_by(Enrolment.id)).all()))

    def turn(self) -> bool:
        """Let a worker take one turn."""
        with self.world.app.app_context():
            return bool(work.run())

    def finish(self) -> None:
        """Let workers work until nothing is left."""
        while self.turn():
            self.world.clock.advance(1)

    def job(self) -> Job:
        """Return the newest job."""
        found: Job = self.world.act(lambda session: session.scalars(select(Job).order_by(Job.id.desc())).first())
        return found

    def result(self) -> zipfile.ZipFile:
        """Return the file of the newest job."""
        with self.world.app.app_context():
            return zipfile.ZipFile(io.BytesIO(storage().get(self.job().result_object or "")))


def index_of(archive: zipfile.ZipFile, name: str = "索引.xlsx") -> list[dict[str, object]]:
    """Return the rows of the index sheet by their heads."""
    head, *rows = CalamineWorkbook.from_filelike(io.BytesIO(archive.read(name))).get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


@pytest.fixture
def bulk(world: World) -> Bulk:
    def add(session: Session) -> tuple[int, list[int]]:
        province = add_organisation(session, "province", "中原省教育厅", "office")
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        provider.parent_id, provider.path = province.id, f"{province.path}{provider.id}/"
        cities = [add_organisation(session, f"city{n}", f"第{n}市教育局", "office", province) for n in (1, 2)]
        schools = [add_organisation(session, f"school{n}", "中心学校", "school", city) for n, city in enumerate(cities)]
        odd = add_organisation(session, "odd", 'a/b: "CON" *', "school", cities[1])
        session.get_one(Person, world.person_id).organisation_id = schools[0].id
        add_person(session, "clerk", "周明", (OFFICE,), password=None, organisation=province)
        add_person(session, "county", "吴芳", (OFFICE,), password=None, organisation=cities[1])
        first = session.get_one(TrainingClass, world.class_id)
        run = setup.ClassDetails("k2", "第二班", provider, date(2026, 3, 1), date(2026, 6, 30))
        second = setup.create_class(session, setup.programme_version_of(session, first), run)
        county = []
        for number in range(6):
            school = (schools[0], schools[1], odd)[number % 3]
            person = add_person(session, f"1380000000{number}", "王秀兰", (TEACHER,), password=None, organisation=school)
            enrolled = setup.enrol(session, (first, second)[number % 2], person, "primary", "in-training")
            county += [enrolled.id] if school is not schools[0] else []
        return second.id, county

    world.study("reading", 1500)
    world.credit()
    return Bulk(world, *world.act(add))


@pytest.fixture
def clerk(bulk: Bulk):  # type: ignore[no-untyped-def]
    return signed_in(bulk.world.app, "clerk")
