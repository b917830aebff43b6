"""Is a transcript's account decided once, in every form of it? An office prints 70,000 of them, and two decisions might differ."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from flask_babel import force_locale

from lms.db import session as reading
from lms.hours.decide import decide
from lms.transcripts.export import write
from tests.factories import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def decisions(work: Callable[[], object]) -> int:
    """Return how often the core decided while something was done."""
    count = 0

    def note(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call" and frame.f_code is decide.__code__

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.fixture
def studied(world: World) -> World:
    world.study("reading", 600)
    world.study("gated", 300)
    world.credit()
    return world


@pytest.mark.parametrize(("form", "times"), [("pdf", 1), ("xlsx", 1), ("json", 0)])  # the bundle is the evidence alone
def test_a_file_of_a_transcript_decides_its_account_at_most_once(studied: World, form: str, times: int) -> None:
    with studied.app.app_context(), force_locale("zh_Hans_CN"):
        assert decisions(lambda: write(reading(), studied.enrolment_id, form, studied.clock())) == times


def test_the_page_of_a_transcript_decides_its_account_once(studied: World) -> None:
    client = studied.client()
    assert decisions(lambda: client.get(f"/transcript/{studied.enrolment_id}")) == 1
