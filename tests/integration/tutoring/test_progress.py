"""Does class staff see who needs help, where and why?"""

import pytest

from lms.classes.models import TrainingClass
from tests.factories import World, signed_in
from tests.integration.learning.conftest import Page
from tests.integration.office.conftest import Desk
from tests.integration.tutoring.conftest import RIGHT, WRONG, submit

DAY = 86400


def course_page(desk: Desk, query: str = "") -> str:
    return desk.get(f"{desk.world.class_id}/progress/c1{query}")


def test_the_english_table_counts_those_who_have_finished_a_course(desk: Desk) -> None:
    address = f"/office/classes/{desk.world.class_id}/progress"
    page = desk.client.get(address, headers={"Accept-Language": "en"}).text
    assert ("<th" in page, page.count("Finished") >= 2, "Processed" in page) == (True, True, False)


def test_a_class_that_has_just_begun_needs_no_help(desk: Desk) -> None:
    assert "没有人需要帮助" in course_page(desk)


def test_who_opened_nothing_for_two_weeks_has_not_begun(world: World) -> None:
    world.clock.advance(14 * DAY)
    desk = Desk(world, signed_in(world.app, "tutor"))
    assert "在这门课程中什么也没有打开过" in course_page(desk)


def test_who_failed_twice_is_named_with_the_activity(desk: Desk, quiz: Page) -> None:
    submit(quiz, WRONG)
    assert "没有人需要帮助" in course_page(desk)
    submit(quiz, WRONG)
    assert "次数已用完" in course_page(desk)
    assert "做了 2 次，都没有通过" in course_page(desk)


def test_who_passed_in_the_end_is_not_named(desk: Desk, quiz: Page) -> None:
    submit(quiz, WRONG)
    submit(quiz, RIGHT)
    assert "没有人需要帮助" in course_page(desk)


def test_whose_time_waits_for_a_condition_is_named_with_the_condition(desk: Desk, quiz: Page) -> None:
    quiz.stay(1815)  # the quiz is worth thirty minutes
    quiz.beat(last=True)
    desk.world.credit()
    assert "条件未满足" in course_page(desk)
    submit(quiz, RIGHT)
    desk.world.credit()
    assert "没有人需要帮助" in course_page(desk)


def test_who_has_not_come_back_for_two_weeks_is_named_until_the_class_is_closed(world: World, quiz: Page) -> None:
    assert quiz.opened
    world.clock.advance(14 * DAY)
    desk = Desk(world, signed_in(world.app, "tutor"))
    assert "14 天没有学习" in course_page(desk)
    desk.world.act(lambda session: setattr(session.get(TrainingClass, desk.world.class_id), "closed_at", desk.world.clock()))
    assert "没有人需要帮助" in course_page(desk)


def test_the_list_is_filtered_by_reason_and_activity(desk: Desk, quiz: Page) -> None:
    submit(quiz, WRONG)
    submit(quiz, WRONG)
    assert "没有符合的人" not in course_page(desk, "?why=no-attempts&activity=quiz")
    assert "没有符合的人" in course_page(desk, "?why=quiet")
    assert "没有符合的人" in course_page(desk, "?activity=reading")


def test_the_class_page_counts_people_in_each_course(desk: Desk) -> None:
    page = desk.get(f"{desk.world.class_id}/progress")
    assert "课程c1" in page
    assert "0 / 1" in page


@pytest.mark.parametrize("path", ["progress", "progress/c1", "progress/c1/quiz", "progress/c1/quiz/questions.xlsx"])
def test_staff_and_offices_of_other_classes_see_nothing(world: World, path: str) -> None:
    for username in ("stranger", "elsewhere"):
        assert signed_in(world.app, username).get(f"/office/classes/{world.class_id}/{path}").status_code == 404
    assert signed_in(world.app, "clerk").get(f"/office/classes/{world.class_id}/{path}").status_code == 200


@pytest.mark.parametrize("path", ["progress/other", "progress/c1/other", "progress/c1/reading/questions.xlsx"])
def test_what_does_not_exist_is_not_found(desk: Desk, path: str) -> None:
    assert desk.client.get(f"/office/classes/{desk.world.class_id}/{path}").status_code == 404
