"""Are failures of content counted for its trainer, by activity, reason and browser, and never by person?"""

import pytest
from sqlalchemy import select

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


@pytest.mark.parametrize("body", [{"reason": "network"}, {"reason": "blank", "detail": "x" * 301}, {"detail": "x"}, {"reason": 7}])
def test_a_report_that_cannot_be_read_is_refused_and_keeps_nothing(player: Page, body: dict[str, object]) -> None:
    assert player.send("/learn/failed", body).status_code == 400
    assert kept(player.world) == []


def test_a_frame_can_tell_a_file_that_is_missing_from_a_network_that_is_down(world: World) -> None:
    answer = world.app.test_client().get(f"/content/{'ab' * 32}/gone.js", base_url=CONTENT_URL)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (404, "*")
