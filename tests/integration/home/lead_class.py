"""A second class of the teacher's."""

from datetime import date
from decimal import Decimal
from importlib import resources

from lms.accounts.models import Organisation, Person
from lms.catalogue.models import CourseVersion
from lms.classes import setup
from lms.classes.models import AttendanceRecord, TrainingClass
from lms.crediting import noted
from lms.programmes import store as programmes
from tests.factories import BEGIN, PUBLIC_URL, World


def enrol_in_lead_class(world: World) -> int:
    """Enrol the teacher in a second class, of the programme with days and months, which studies the same course."""

    def work(session):  # type: ignore[no-untyped-def]
        text = (resources.files("lms.programmes") / "data" / "rural-lead-2020.toml").read_text(encoding="utf-8")
        provider = session.get_one(Organisation, session.get_one(TrainingClass, world.class_id).provider_id)
        version = programmes.import_toml(session, text, BEGIN).version
        run = setup.ClassDetails("lead", "首席教师 1 班", provider, date(2026, 3, 1), date(2026, 6, 30))
        lead = setup.create_class(session, version, run)
        setup.bind_course(session, lead, session.get_one(CourseVersion, world.course_version_id), "companion")
        enrolment = setup.enrol(session, lead, session.get_one(Person, world.person_id), "lead", "in-training")
        note = {"noted_on": date(2026, 3, 2), "created_at": BEGIN}
        session.add(AttendanceRecord(enrolment_id=enrolment.id, requirement="topics", quantity=Decimal("5.5"), **note))
        session.flush()
        noted.convert(session, [enrolment.id], PUBLIC_URL, BEGIN)
        return enrolment.id

    found: int = world.act(work)
    world.credit()
    return found
