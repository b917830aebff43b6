"""Do staff and trainers see how questions were answered, and only those who may?"""

import io

from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import TRAINER, Organisation
from lms.accounts.people import add_person
from lms.catalogue.models import AnswerKey, Course, CourseVersion
from tests.factories import World, signed_in
from tests.integration.learning.conftest import KEY, Page
from tests.integration.office.conftest import Desk
from tests.integration.tutoring.conftest import RIGHT, WRONG, submit


def test_a_quiz_that_nobody_handed_in_says_so(desk: Desk) -> None:
    assert "还没有人作答" in desk.get(f"{desk.world.class_id}/progress/c1/quiz")


def test_staff_see_each_question_with_its_common_wrong_answer(desk: Desk, quiz: Page) -> None:
    submit(quiz, WRONG)
    submit(quiz, RIGHT)
    page = desk.get(f"{desk.world.class_id}/progress/c1/quiz")
    assert ">0%<" in page
    assert ">100%<" in page
    assert "× 1" in page


def test_the_spreadsheet_has_a_row_for_each_question_and_wrong_answer(desk: Desk, quiz: Page) -> None:
    submit(quiz, WRONG)
    answer = desk.client.get(f"/office/classes/{desk.world.class_id}/progress/c1/quiz/questions.xlsx")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="c1-quiz.xlsx"')
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    questions, wrong = (book.get_sheet_by_index(number).to_python()[1:] for number in (0, 1))
    assert questions == [["q1", 1, 0, 0, 0, 0], ["q2", 1, 1, 100, 1, 100]]
    assert wrong == [["q1", "a", 1]]


def test_attempts_at_other_questions_of_an_earlier_version_are_left_out_and_counted(desk: Desk, quiz: Page) -> None:
    submit(quiz, WRONG)

    def correct(session: Session) -> None:
        key = session.get_one(AnswerKey, (quiz.world.course_version_id, "quiz"))
        version = session.get_one(CourseVersion, quiz.world.course_version_id)
        own = {
            name: getattr(version, name) for name in ("document", "document_sha256", "package_sha256", "title_zh", "title_en", "minutes")
        }
        later = CourseVersion(**own, course_id=version.course_id, number=2, published_at=version.published_at)
        session.add(later)
        session.flush()
        changed = {**key.document, "questions": {**KEY["questions"], "q2": {"correct": ["a"]}}}
        session.add(AnswerKey(course_version_id=later.id, activity="quiz", document=changed))

    desk.world.act(correct)
    trainer_of(desk.world)
    page = signed_in(desk.world.app, "maker").get("/catalogue/courses/c1/questions/quiz").text
    assert "还没有人作答" in page
    assert "× 1" in desk.get(f"{desk.world.class_id}/progress/c1/quiz")


def trainer_of(world: World) -> None:
    def add(session: Session) -> None:
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        session.scalars(select(Course).where(Course.code == "c1")).one().organisation_id = provider.id
        add_person(session, "maker", "课程师", (TRAINER,), password=None, organisation=provider)
        other = session.scalars(select(Organisation).where(Organisation.code == "x")).one()
        add_person(session, "rival", "别家", (TRAINER,), password=None, organisation=other)

    world.act(add)


def test_a_trainer_sees_all_classes_together_without_names(world: World, quiz: Page) -> None:
    trainer_of(world)
    submit(quiz, WRONG)
    page = signed_in(world.app, "maker").get("/catalogue/courses/c1/questions/quiz")
    assert "× 1" in page.text
    assert signed_in(world.app, "maker").get("/catalogue/courses/c1/questions/quiz/questions.xlsx").status_code == 200


def test_another_organisations_trainer_sees_nothing(world: World, quiz: Page) -> None:
    trainer_of(world)
    submit(quiz, WRONG)
    for path in ("quiz", "quiz/questions.xlsx"):
        assert signed_in(world.app, "rival").get(f"/catalogue/courses/c1/questions/{path}").status_code == 404
