"""Are failures of content counted for its trainer, by activity, reason and browser, and never by person?"""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.catalogue.models import CourseVersion
from lms.learning import failures
from lms.learning.models import ContentFailure
from tests.factories import CONTENT_URL, World
from tests.integration.learning.conftest import Page

PHONE = "Mozilla/5.0 (Linux; Android 14; wv) Mobile MicroMessenger/8.0"


def kept(world: World) -> list[tuple[str, str, str, str, int]]:
    columns = (ContentFailure.activity, ContentFailure.reason, ContentFailure.browser, ContentFailure.detail, ContentFailure.count)
    rows: list[tuple[str, str, str, str, int]] = world.act(
        lambda session: [tuple(one) for one in session.execute(select(*columns).order_by(ContentFailure.id))]
    )
    return rows


def test_the_same_failure_in_the_same_kind_of_browser_is_one_row(player: Page) -> None:
    for detail in ("a.js", "b\0.js"):
        said = player.send("/learn/failed", headers={"User-Agent": PHONE}, json={"reason": "missing", "detail": detail})
        assert said.status_code == 204, said.text
    player.send("/learn/failed", {"reason": "blank"})
    assert kept(player.world) == [("reading", "missing", "phone/WeChat/Android", "b .js", 2), ("reading", "blank", "pc//", "", 1)]


def test_what_the_player_left_out_of_statements_is_told_apart_from_what_did_not_show(player: Page) -> None:
    for detail in ("result.score.raw", "context.extensions"):
        player.send("/learn/failed", {"reason": "cleaned", "detail": detail})
    player.send("/learn/failed", {"reason": "blank"})

    def told(session: Session) -> tuple[list[tuple[str, str, int]], list[str]]:
        course_id = session.scalars(select(CourseVersion.course_id).join(ContentFailure)).first() or 0
        left_out = [(one.activity, one.detail, one.count) for one, _ in failures.cleaned_of_course(session, course_id)]
        return left_out, [one.reason for one, _ in failures.of_course(session, course_id)]

    assert player.world.act(told) == ([("reading", "context.extensions", 2)], ["blank"])


@pytest.mark.parametrize("body", [{"reason": "network"}, {"reason": "blank", "detail": "x" * 301}, {"detail": "x"}, {"reason": 7}])
def test_a_report_that_cannot_be_read_is_refused_and_keeps_nothing(player: Page, body: dict[str, object]) -> None:
    assert player.send("/learn/failed", body).status_code == 400
    assert kept(player.world) == []


def test_a_frame_can_tell_a_file_that_is_missing_from_a_network_that_is_down(world: World) -> None:
    answer = world.app.test_client().get(f"/content/{'ab' * 32}/gone.js", base_url=CONTENT_URL)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (404, "*")
