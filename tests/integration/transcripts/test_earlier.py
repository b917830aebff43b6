"""Can the fingerprint on a printed transcript still be checked when more was earned since?"""

import hashlib
import io
import re

import pypdf
import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lms import vocabulary as v
from lms.accounts.models import Person
from lms.accounts.people import add_person
from lms.classes import setup
from lms.classes.models import Enrolment, TrainingClass
from lms.crediting import policy
from lms.crediting.activity_rules import EARLIER_RULES, RuleOf
from lms.crediting.models import Observation
from lms.hours import recompute_file
from lms.learning.stating import store
from tests.course_factories import add_course
from tests.factories import PUBLIC_URL, World, signed_in


def issue(world: World) -> tuple[str, str]:
    """Issue a PDF; return the time and the fingerprint of the bundle, as they are printed."""
    content = world.client().get(f"/transcript/{world.enrolment_id}.pdf").data
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    at, printed = re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text), re.search(r"[0-9a-f]{64}", re.sub(r"\s", "", text))
    assert at is not None
    assert printed is not None
    return at[0], printed[0]


def ask(world: World, at: str, printed: str = "") -> TestResponse:
    return world.client().get(f"/transcript/{world.enrolment_id}.json", query_string={"at": at, "sha256": printed})


def fingerprint(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.text
    return hashlib.sha256(answer.data).hexdigest()


@pytest.fixture
def issued(world: World) -> tuple[World, str, str]:
    """Return a world in which a PDF was issued, and more was earned since."""
    world.study("reading", 600)
    world.credit()
    world.clock.advance(5)
    at, printed = issue(world)
    world.clock.advance(60)
    world.study("reading", 900)
    world.study("gated", 600)
    world.credit()
    return world, at, printed


def test_the_bundle_of_an_issued_pdf_has_the_printed_fingerprint_and_gives_its_hours(issued: tuple[World, str, str]) -> None:
    world, at, printed = issued
    assert issue(world)[1] != printed
    for answer in (ask(world, at), ask(world, at, printed.upper())):
        assert fingerprint(answer) == printed
        result, problems = recompute_file(answer.text)
        assert problems == []
        assert result is not None
        assert result["activities"]["c1:reading"]["credited_seconds"] == 600


def test_evidence_that_moved_no_hours_is_in_the_bundles_issued_after_it_only(world: World) -> None:
    world.study("reading", 1800)  # all that it can earn
    world.credit()
    seen = [issue(world)]
    for _ in range(3):
        world.clock.advance(5)
        world.study("reading", 120)
        world.credit()
        world.clock.advance(5)
        seen.append(issue(world))
    assert len({printed for _, printed in seen}) == 4
    assert [fingerprint(ask(world, at)) for at, _ in seen] == [printed for _, printed in seen]


def test_a_statement_that_waited_when_the_pdf_was_issued_is_told_by_the_fingerprint(world: World) -> None:
    world.study("reading", 1800)
    world.credit()
    world.study("reading", 120)
    at, printed = issue(world)  # received, and not kept yet
    world.credit()
    assert fingerprint(ask(world, at)) != printed
    assert fingerprint(ask(world, at, printed)) == printed


def test_what_was_voided_since_was_valid_then(issued: tuple[World, str, str]) -> None:
    world, at, printed = issued
    first = world.act(lambda session: str(session.scalars(select(Observation.statement_id).order_by(Observation.id)).first()))
    voiding = {"actor": v.lms_authority(PUBLIC_URL), "verb": {"id": v.VOIDED}, "object": {"objectType": "StatementRef", "id": first}}
    world.act(lambda session: store(session, [voiding], PUBLIC_URL, world.clock.advance(60)))
    world.credit()
    assert world.credited()["c1:reading"] < 1500
    assert fingerprint(ask(world, at, printed)) == printed


@pytest.mark.parametrize("rule", EARLIER_RULES, ids=lambda one: one.__name__)
def test_a_fingerprint_printed_under_an_earlier_rule_for_films_can_still_be_checked(
    world: World, monkeypatch: pytest.MonkeyPatch, rule: RuleOf
) -> None:
    """A film of 4 s was worth a minute, then 4 s, and is worth 3 s now."""
    film = {"format": "video", "minutes": 1, "media_seconds": 4, "requires": {"coverage": 1}}
    world.act(
        lambda session: setup.bind_course(
            session, session.get_one(TrainingClass, world.class_id), add_course(session, "c2", {"film": film}), "online"
        )
    )
    world.study("reading", 600)
    with monkeypatch.context() as earlier:
        earlier.setattr(policy, "_known", {})
        earlier.setattr(policy._make, "__defaults__", (None, rule))
        world.credit()
        at, printed = issue(world)
    assert issue(world)[1] != printed
    assert fingerprint(ask(world, at, printed)) == printed


def test_a_fingerprint_that_is_not_of_that_moment_is_refused_with_what_to_do(issued: tuple[World, str, str]) -> None:
    world, at, printed = issued
    for answer in (ask(world, at, "0" * 64), ask(world, "2026-01-01T00:00:00Z", printed)):
        assert (answer.status_code, "台账" in answer.text or "流水" in answer.text) == (409, True)


def test_a_changed_name_is_not_silently_put_into_an_earlier_bundle(issued: tuple[World, str, str]) -> None:
    world, at, printed = issued
    world.act(lambda session: session.execute(update(Person).where(Person.id == world.person_id).values(name="王兰")))
    assert ask(world, at, printed).status_code == 409


@pytest.mark.parametrize(
    "at", ["gestern", "2026-03-02", "2026-03-02T02:17:40", "9" * 5000, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"]
)
def test_a_time_that_cannot_be_read_is_refused(world: World, at: str) -> None:
    assert ask(world, at).status_code == 400


@pytest.mark.parametrize("printed", ["x", "0" * 63, "0" * 5000])
def test_a_text_that_is_no_fingerprint_is_refused(world: World, printed: str) -> None:
    assert ask(world, "2026-03-02T02:17:40Z", printed).status_code == 400


def test_after_erasure_no_earlier_bundle_can_be_had_and_the_answer_says_so(issued: tuple[World, str, str]) -> None:
    world, at, printed = issued
    world.act(lambda session: session.execute(update(Enrolment).values(evidence_erased_at=world.clock())))
    answer = ask(world, at, printed)
    assert (answer.status_code, "证据" in answer.text) == (410, True)
    assert 'name="sha256"' not in world.client().get(f"/transcript/{world.enrolment_id}").text


def test_the_page_asks_for_time_and_fingerprint_and_strangers_get_nothing(issued: tuple[World, str, str], app_person: str) -> None:
    world, at, printed = issued
    assert 'name="at"' in world.client().get(f"/transcript/{world.enrolment_id}").text
    stranger = signed_in(world.app, app_person)
    assert stranger.get(f"/transcript/{world.enrolment_id}.json", query_string={"at": at, "sha256": printed}).status_code == 404


@pytest.fixture
def app_person(world: World) -> str:
    """Return the user name of a teacher who is not in the class."""
    world.act(lambda session: add_person(session, "stranger", "路人", ("teacher",), password=None))
    return "stranger"
