"""Is the demo loaded once, and is every hour in it explained by evidence?"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import resources
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask_security import verify_password
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.app import create_app
from lms.attendance.models import AttendanceMark
from lms.attendance.own_page import is_live
from lms.catalogue import publish
from lms.classes import timetable
from lms.classes.models import ClassSession, Enrolment, TrainingClass
from lms.crediting import ledger
from lms.crediting.chain import problems
from lms.crediting.models import LedgerEntry, Observation
from lms.crediting.standing import of_enrolments
from lms.db import database, session
from lms.demo.load import PASSWORD, DemoSite, load
from lms.i18n import local_time
from lms.learning.live import LiveAdmission, admit_to_live
from lms.learning.models import Launch
from lms.programmes.models import Programme, ProgrammeVersion
from lms.storage import storage
from lms.workshop import draft_search, reviewing
from lms.workshop.models import REVIEW, Draft, DraftComment
from lms.workshop.outcome import faults_of
from tests import factories, servers
from tests.integration.demo import attacks

NOW = datetime(2026, 3, 25, 9, tzinfo=UTC)
SIZES = {
    "demo-rural-lead-1": 50,
    "demo-online-teaching-1": 16,
    "demo-rural-lead-0": 15,
    **dict.fromkeys(("demo-rural-backbone-1", "demo-backbone-1", "demo-county-1", "demo-civics-1"), 6),
    **dict.fromkeys(("demo-boarding-life-1", "demo-boarding-psych-1"), 6),
}
DOCUMENTS = [one.name for one in (resources.files("lms.programmes") / "data").iterdir() if one.name.endswith(".toml")]
COUNTED = (Person, Draft, DraftComment, TrainingClass, Enrolment, Launch, Observation, LedgerEntry, AttendanceMark)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A loaded demo, which takes long to make: no test changes it."""
    folder = tmp_path_factory.mktemp("demo")
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), folder / 'lms.sqlite3')}"
    else:
        url = request.getfixturevalue("postgres").create(servers.TEMPLATE)
    app = create_app(factories.settings_for(url, folder), clock=factories.DrivenClock())
    with app.app_context():
        load(_site(NOW))
    yield app
    app.extensions["db"].dispose()


def _site(now: datetime) -> DemoSite:
    return DemoSite(database(), storage(), attacks.ADDRESS, now, lambda _line: None)


def _counts() -> list[int]:
    return [session().scalar(select(func.count()).select_from(model)) or 0 for model in COUNTED]


def test_loading_again_changes_nothing(loaded: Flask) -> None:
    with loaded.app_context():
        before = _counts()
    publish._outlines._kept.clear()  # as in a process of its own, which has read no course yet
    with loaded.app_context():
        load(_site(datetime(2026, 4, 2, 9, tzinfo=UTC)))
        assert _counts() == before


def test_every_ledger_is_whole_and_every_entry_names_its_evidence(loaded: Flask) -> None:
    with loaded.app_context():
        for enrolment in session().scalars(select(Enrolment)):
            entries = ledger.entries_of(session(), enrolment.id)
            assert list(problems(entries, length=enrolment.ledger_length, head=enrolment.ledger_head)) == []
            assert all(entry.evidence for entry, _ in entries if entry.amount)
            measured = sum(
                one.at - (one.since or 0)
                for one in session().scalars(
                    select(Observation).where(Observation.enrolment_id == enrolment.id, Observation.kind.in_(("present", "attended")))
                )
            )
            assert 0 <= enrolment.credited_seconds <= measured


def test_the_class_is_at_various_stages_and_the_teacher_is_half_way(loaded: Flask) -> None:
    with loaded.app_context():
        sizes = session().execute(select(TrainingClass.code, func.count()).join(Enrolment).group_by(TrainingClass.code)).all()
        assert dict(sizes) == SIZES
        fifty = select(Enrolment.credited_seconds).join(TrainingClass).where(TrainingClass.code == "demo-rural-lead-1")
        credited = session().scalars(fifty.order_by(Enrolment.credited_seconds)).all()
        assert credited[0] == 0
        assert len(set(credited)) > 10
        own = session().scalars(select(Enrolment).join(Person).where(Person.username == "teacher")).one()
        assert 0 < own.credited_seconds < credited[-1]
        attended = {one.key: float(one.earned) for one in of_enrolments(session(), [own.id])[0].requirements if one.kind == "days"}
        assert attended == {"diagnosis": 2, "topics": 5.5, "school-visit": 0}


def test_in_the_class_that_has_ended_some_met_everything_and_each_of_the_others_lacks_one_thing(loaded: Flask) -> None:
    with loaded.app_context():
        ended = select(Enrolment).join(TrainingClass).where(TrainingClass.code == "demo-rural-lead-0").order_by(Enrolment.id)
        people = session().scalars(ended).all()
        standings = of_enrolments(session(), [one.id for one in people])
        missing = [[line.key for line in one.requirements if not line.done] for one in standings]
        assert missing[:10] == [[]] * 10
        assert missing[10:] == [["companion"], ["topics"], ["school-visit"], ["practice"], ["companion", "general-courses"]]
        assert [one.verdict for one in people] == ["met"] * 10 + ["short"] * 5
        hours = [next(line.earned for line in one.requirements if line.key == "companion") for one in standings]
        assert min(hours[:10]) >= 30


def test_every_programme_has_a_class_and_one_has_a_session_on_the_day_of_loading(loaded: Flask) -> None:
    with loaded.app_context():
        codes = set(session().scalars(select(Programme.code).join(ProgrammeVersion).join(TrainingClass)))
        assert codes == {f.removesuffix("-2020.toml") for f in DOCUMENTS}
        days = {local_time(one).date() for one in session().scalars(select(ClassSession.starts_at))}
        assert local_time(NOW).date() in days


def test_the_teacher_has_a_live_session_on_the_day_of_loading_and_its_link_leads_nowhere(loaded: Flask) -> None:
    with loaded.app_context():
        own = select(ClassSession).join(TrainingClass).join(Enrolment).join(Person).where(Person.username == "teacher")
        today = [one for one in session().scalars(own) if local_time(one.starts_at).date() == local_time(NOW).date()]
        (live,) = [one for one in today if is_live(one)]
        assert f"{local_time(live.starts_at):%H:%M}" == "17:30", "at once after the afternoon's session, which runs at the moment"
        assert str(urlsplit(live.link).hostname).endswith(".example")
        assert len(today) == 3, "the class is in its room in the morning and in the afternoon"
        person_id = session().scalars(select(Person.id).where(Person.username == "teacher")).one()
        assert isinstance(admit_to_live(session(), person_id, live.id), LiveAdmission)


def test_only_the_sign_ins_of_the_demo_can_sign_in(loaded: Flask) -> None:
    with loaded.app_context():
        able = {one.username: one for one in session().scalars(select(Person).where(Person.password.is_not(None)))}
        assert set(able) == {"teacher", "trainer", "reviewer", "office", "staff", "county"}
        assert all(verify_password(PASSWORD, one.password) for one in able.values())


def test_a_draft_with_comments_waits_for_the_second_trainer(loaded: Flask) -> None:
    with loaded.app_context():
        reviewer = session().scalars(select(Person).where(Person.username == "reviewer")).one()
        (draft,) = draft_search.search(session(), reviewer).drafts
        assert (draft.state, draft.reviewer_id) == (REVIEW, reviewer.id)
        assert {author.username for _, author in reviewing.comments_of(session(), draft)} == {"trainer"}
        assert faults_of(session(), draft) == []
        reviewing.decide(draft, reviewer, draft.revision, agreed=True)
        session().rollback()


def test_nothing_in_the_demo_happens_in_the_future(loaded: Flask) -> None:
    with loaded.app_context():
        assert (session().scalar(select(func.max(Launch.ended_at))) or NOW) < NOW
        assert (session().scalar(select(func.max(AttendanceMark.noted_at))) or NOW) <= NOW


def test_every_attack_that_once_passed_is_named_by_verify(loaded: Flask) -> None:
    with loaded.app_context():
        assert attacks.missed(database().writer) == []


def test_no_teacher_of_the_demo_teaches_twice_at_once(loaded: Flask) -> None:
    with loaded.app_context():
        for training_class in session().scalars(select(TrainingClass)):
            planned = [timetable.planned_of(one) for one in timetable.sessions_of(session(), training_class.id)]
            assert timetable.teacher_clashes(session(), training_class.id, planned) == []
