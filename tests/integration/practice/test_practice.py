"""Do tasks and logs count once staff accept them, and only then?"""

import io
from datetime import date
from decimal import Decimal
from importlib import resources

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts.account_changes import By
from lms.accounts.models import OFFICE, STAFF, TEACHER, Organisation, Person
from lms.accounts.people import add_person
from lms.classes import setup
from lms.classes.models import Enrolment
from lms.classes.setup import ClassDetails
from lms.classes.staff import appoint
from lms.crediting.ripening import ripen
from lms.crediting.standing import of_enrolments
from lms.crediting.verify import verify
from lms.db import transaction
from lms.migrations import guards
from lms.practice.models import PracticeDecision, PracticeFile, PracticeTask, PracticeWork
from lms.programmes import store
from lms.storage import storage
from tests.access import form_token
from tests.factories import BEGIN, PUBLIC_URL, World, signed_in

JPEG = b"\xff\xd8\xff\xe0" + b"0" * 2000


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database: no SQL here differs."""
    return sqlite_url


class School:
    """A class of a programme, one teacher in it, and a tutor who runs it."""

    def __init__(self, world: World, programme: str, track: str) -> None:
        with world.app.extensions["db"].engine.begin() as connection:
            guards.install(connection)
        self.world = world
        self.class_id, self.enrolment_id = world.act(lambda session: self._build(session, programme, track))
        self.teacher, self.tutor = signed_in(world.app, "apprentice"), signed_in(world.app, "tutor")

    def _build(self, session: Session, programme: str, track: str) -> tuple[int, int]:
        text = (resources.files("lms.programmes") / "data" / f"{programme}-2020.toml").read_text(encoding="utf-8")
        version = store.import_toml(session, text, BEGIN).version
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        made = setup.create_class(session, version, ClassDetails("practice", "实践班", provider, date(2026, 3, 1), date(2026, 9, 30)))
        person = add_person(session, "apprentice", "李青", (TEACHER,), password=None)
        tutor = add_person(session, "tutor", "陈老师", (STAFF,), password=None)
        appoint(session, made.id, tutor, "tutor", By(None, BEGIN))
        add_person(session, "stranger", "外人", (OFFICE,), password=None)
        return made.id, setup.enrol(session, made, person, track, "in-training").id

    def post(self, client: FlaskClient, path: str, **fields: object) -> TestResponse:
        answer = client.post(path, data=fields, headers={"X-CSRFToken": form_token(client)})
        answer.request.environ["wsgi.input"].close()
        return answer

    def set_task(self, requirement: str = "tasks") -> int:
        self.post(self.tutor, f"/office/classes/{self.class_id}/tasks/new", title="听课记录", requirement=requirement, text="听三节课")
        found: int = self.world.act(lambda session: session.scalars(select(PracticeTask.id)).first())
        return found

    def hand_in(self, task: int, text: str = "做完了", **more: object) -> TestResponse:
        return self.post(self.teacher, f"/practice/{self.enrolment_id}/tasks/{task}", text=text, **more)

    def decide(self, what: str, comment: str = "", work: int | None = None) -> TestResponse:
        wanted = work or self.world.act(lambda session: session.scalars(select(PracticeWork.id).order_by(PracticeWork.id.desc())).first())
        answer = self.post(self.tutor, f"/office/classes/{self.class_id}/works/{wanted}", what=what, comment=comment)
        self.world.credit()
        return answer

    def earned(self, requirement: str) -> Decimal:
        (standing,) = self.world.act(lambda session: of_enrolments(session, [self.enrolment_id]))
        found: Decimal = next(line.earned for line in standing.requirements if line.key == requirement)
        return found

    def findings(self) -> list[str]:
        with self.world.app.app_context(), transaction() as session:
            return [one.problem for checked in verify(session, public_url=PUBLIC_URL) for one in checked.findings]


@pytest.fixture
def masters(world: World) -> School:
    """A class of the backbone programme, which asks for tasks."""
    return School(world, "backbone", "trainee")


@pytest.fixture
def lead(world: World) -> School:
    """A class of the rural-lead programme, which asks for months of practice."""
    return School(world, "rural-lead", "lead")


def test_nobody_accepts_work_of_their_own(masters: School) -> None:
    def colleague(session: Session) -> None:
        own = session.get_one(Person, session.get_one(Enrolment, masters.enrolment_id).person_id)
        appoint(session, masters.class_id, own, "tutor", By(None, BEGIN))

    task = masters.set_task()
    masters.world.act(colleague)
    masters.hand_in(task)
    other, masters.tutor = masters.tutor, masters.teacher
    refused = masters.decide("accepted")
    assert (refused.status_code, masters.earned("tasks")) == (422, 0)
    assert "任何人不得审核自己的作业" in refused.text
    masters.tutor = other
    assert masters.decide("accepted").status_code == 302
    assert masters.earned("tasks") == 1


def test_an_accepted_task_earns_and_a_returned_one_does_not(masters: School) -> None:
    task = masters.set_task()
    assert "听课记录" in masters.teacher.get("/practice/").text
    assert masters.hand_in(task).status_code == 302
    assert masters.earned("tasks") == 0
    assert masters.decide("returned").status_code == 422, "returned without a word"
    masters.decide("returned", "请补充第三节")
    assert masters.earned("tasks") == 0
    page = masters.teacher.get(f"/practice/{masters.enrolment_id}/tasks/{task}").text
    assert "请补充第三节" in page
    assert "做完了" in page
    masters.hand_in(task, "补好了")
    masters.decide("accepted")
    assert masters.earned("tasks") == 1
    assert masters.findings() == []
    assert masters.hand_in(task, "改一改").status_code == 422, "what was accepted stays as it is"


def test_an_acceptance_taken_back_takes_the_task_back_and_every_decision_is_kept(masters: School) -> None:
    masters.hand_in(masters.set_task())
    for _twice in range(2):
        masters.decide("accepted")
    assert masters.earned("tasks") == 1
    masters.decide("taken-back", "误点")
    assert masters.earned("tasks") == 0
    kept = masters.world.act(lambda session: [(one.what, one.comment) for one in session.scalars(select(PracticeDecision))])
    assert kept == [("accepted", ""), ("taken-back", "误点")]
    assert masters.findings() == []


def test_logs_make_months_once_they_have_passed(lead: School) -> None:
    for day in ("2026-03-02", "2026-03-01"):
        answer = lead.post(lead.teacher, f"/practice/{lead.enrolment_id}/logs/practice", on=day, text="上了一节公开课")
        assert answer.status_code == 302
        lead.decide("accepted")
    assert lead.earned("practice") == 0, "the month has not passed"
    lead.world.clock.advance(40 * 86400)
    lead.world.act(lambda session: ripen(session, lead.world.clock()))
    assert lead.earned("practice") == 1
    assert lead.findings() == []


@pytest.mark.parametrize("day", ["2026-04-01", "soon", ""])
def test_a_log_is_about_a_day_up_to_today(lead: School, day: str) -> None:
    answer = lead.post(lead.teacher, f"/practice/{lead.enrolment_id}/logs/practice", on=day, text="日志")
    assert answer.status_code == 422
    assert "日志" in answer.text


def test_a_photo_is_kept_shown_and_nobody_elses(masters: School) -> None:
    task = masters.set_task()
    masters.hand_in(task, "", files=(io.BytesIO(JPEG), "照片.jpg"))
    file = masters.world.act(lambda session: session.scalars(select(PracticeFile)).one())
    for client, path in (
        (masters.teacher, f"/practice/files/{file.id}"),
        (masters.tutor, f"/office/classes/{masters.class_id}/files/{file.id}"),
    ):
        answer = client.get(path)
        assert (answer.data, answer.mimetype) == (JPEG, "image/jpeg")
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert signed_in(masters.world.app, "teacher").get(f"/practice/files/{file.id}").status_code == 404
    assert signed_in(masters.world.app, "stranger").get(f"/office/classes/{masters.class_id}/files/{file.id}").status_code in {403, 404}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.svg", b"<svg onload=alert(1)>", "可提交照片"),
        ("a.jpg", b"", "有文件是空的"),
    ],
)
def test_a_file_that_is_not_taken_keeps_the_text_that_was_typed(masters: School, name: str, content: bytes, said: str) -> None:
    answer = masters.hand_in(masters.set_task(), "我写的", files=(io.BytesIO(content), name))
    assert answer.status_code == 422
    assert said in answer.text
    assert "我写的" in answer.text
    assert masters.world.act(lambda session: session.scalars(select(PracticeWork.id)).all()) == []


def test_nothing_in_it_and_too_much_are_told(masters: School) -> None:
    task = masters.set_task()
    assert "请写正文" in masters.hand_in(task, "  ").text
    assert "正文超过" in masters.hand_in(task, "字" * 20_001).text
    many = [(io.BytesIO(JPEG), f"{number}.jpg") for number in range(7)]
    assert "最多 6 个文件" in masters.hand_in(task, "图", files=many).text


def test_a_withdrawn_task_is_handed_in_no_more_and_what_was_accepted_stays(masters: School) -> None:
    task = masters.set_task()
    masters.hand_in(task)
    masters.decide("accepted")
    masters.post(masters.tutor, f"/office/classes/{masters.class_id}/tasks/{task}/withdraw")
    assert masters.earned("tasks") == 1
    assert masters.teacher.get(f"/practice/{masters.enrolment_id}/tasks/{task}").status_code == 404
    assert "听课记录" not in masters.teacher.get("/practice/").text


def test_somebody_elses_task_log_and_work_are_nowhere(masters: School) -> None:
    task = masters.set_task()
    masters.hand_in(task)
    other = signed_in(masters.world.app, "teacher")
    assert other.get(f"/practice/{masters.enrolment_id}/tasks/{task}").status_code == 404
    assert masters.post(other, f"/practice/{masters.enrolment_id}/tasks/{task}", text="x").status_code == 404
    work = masters.world.act(lambda session: session.scalars(select(PracticeWork.id)).one())
    assert masters.tutor.get(f"/office/classes/{masters.world.class_id}/works/{work}").status_code == 404


def test_the_queue_goes_on_with_the_next_that_waits(lead: School) -> None:
    for day in ("2026-03-01", "2026-03-02"):
        lead.post(lead.teacher, f"/practice/{lead.enrolment_id}/logs/practice", on=day, text=day)
    works = lead.world.act(lambda session: session.scalars(select(PracticeWork.id).order_by(PracticeWork.id)).all())
    assert "有 2 份待审核" in lead.tutor.get(f"/office/classes/{lead.class_id}/tasks").text
    assert lead.decide("accepted", work=works[0]).location.endswith(f"/works/{works[1]}")
    assert lead.decide("accepted", work=works[1]).location.endswith("/tasks")


def test_files_of_a_work_lie_in_the_store_under_names_of_ours(masters: School) -> None:
    masters.hand_in(masters.set_task(), "", files=(io.BytesIO(JPEG), "../../x.jpg"))
    file = masters.world.act(lambda session: session.scalars(select(PracticeFile)).one())
    assert file.name == "x.jpg"
    assert file.object_name.startswith(f"practice/{file.work_id}/")
    with masters.world.app.app_context():
        assert storage().get(file.object_name) == JPEG
