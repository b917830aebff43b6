"""Does every line of a transcript give its reasons: what counted, what did not, what was only claimed?"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

import xapi
import xapi.storage.store
from lms import vocabulary as v
from lms.classes.models import Enrolment
from lms.crediting.models import LedgerEntry, Observation
from lms.hours import recompute_file
from lms.transcripts.stretches import Day
from lms.transcripts.transcript import Transcript, read
from tests.factories import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def transcript_of(world: World) -> Transcript:
    with world.app.test_request_context():
        found: Transcript = world.act(lambda session: read(session, world.enrolment_id, world.clock()))
    return found


def days_of(world: World, activity: str) -> Sequence[Day]:
    transcript = transcript_of(world)
    return transcript.days_of(transcript.line(f"c1:{activity}"))


def why(world: World, activity: str) -> str:
    answer = world.client().get(f"/transcript/{world.enrolment_id}/why/c1:{activity}")
    assert answer.status_code == 200
    return answer.text


def uncounted(world: World, activity: str) -> str:
    """Return what follows the heading of what did not count."""
    _, heading, rest = why(world, activity).partition("未认定时长及原因")
    return rest if heading else ""


def test_what_stands_on_the_account_is_what_the_bundle_recomputes_to(world: World) -> None:
    world.study("reading", 2400)
    film = world.study("film", 700)
    world.say(film, v.PAUSED, {"extensions": {v.PLAYED_SEGMENTS: "0[.]590"}})
    quiz = world.study("gated", 300)
    world.say(quiz, v.COMPLETED)
    world.credit()
    transcript = transcript_of(world)
    answer, problems = recompute_file(transcript.bundle)
    assert answer is not None, problems
    account = {line.name: line.credited_seconds for chapter in transcript.chapters for line in chapter.lines}
    assert account == {name: one["credited_seconds"] for name, one in answer["activities"].items()}
    assert sum(account.values()) == sum(entry.amount for entry, _ in transcript.entries) == answer["credited_seconds"] == 1800 + 590 + 300
    assert str(transcript.hours) == answer["hours"]
    assert not transcript.is_behind


def test_the_bundle_does_not_depend_on_the_order_in_which_evidence_came_in(world: World) -> None:
    world.study("reading", 300)
    world.study("gated", 300)
    world.credit()
    one = transcript_of(world)
    turned = replace(one.case, observations=one.case.observations[::-1])
    other = Transcript(one.standing, turned, one.decision, one.chapters, one.entries, one.issued_at, one.about, one.belongs)
    assert other.case != one.case
    assert other.bundle_sha256 == one.bundle_sha256


def test_evidence_that_is_not_in_the_ledger_yet_is_announced(world: World) -> None:
    world.study("reading", 600)
    world.credit()
    address = f"/transcript/{world.enrolment_id}"
    assert "正在认定" not in world.client().get(address).text
    world.act(lambda session: session.execute(delete(LedgerEntry)))
    assert "正在认定" in world.client().get(address).text
    assert "正在认定" in why(world, "reading")


def test_a_claimed_duration_is_shown_and_earns_nothing(world: World) -> None:
    subject = world.study("reading", 120)
    world.say(subject, v.TERMINATED, {"duration": "PT1000H"})
    world.credit()
    assert world.credited() == {"c1:reading": 120}
    assert "60000 分钟" in uncounted(world, "reading")
    assert "页面自报的时长不计" in uncounted(world, "reading")


def test_presence_and_passing_said_by_a_page_are_shown_and_earn_nothing(world: World) -> None:
    subject = world.subject("quiz")
    world.say(subject, v.PRESENT)
    world.say(subject, v.PASSED, {"success": True})
    world.credit()
    assert "在学时间只能由服务器测得" in uncounted(world, "quiz")
    assert "须由服务器评分" in uncounted(world, "quiz")
    assert world.credited() == {}


def test_a_claim_of_a_provider_that_is_not_trusted_is_shown_with_its_statement(world: World) -> None:
    subject = world.subject("reading")
    statement = {
        "id": str(uuid.uuid4()),
        "actor": subject.actor,
        "verb": {"id": v.TERMINATED},
        "object": {"id": subject.iri},
        "result": {"duration": "PT45M"},
        "context": {"registration": str(subject.registration)},
    }
    provider = {"objectType": "Agent", "account": {"homePage": "https://provider.example", "name": "elsewhere"}}
    credential = xapi.Credential(name="elsewhere", authority=provider, scopes=frozenset({"statements/write"}))
    world.act(lambda session: xapi.storage.store.store_statements(session, [statement], credential, version="1.0.3", now=world.clock()))
    world.credit()
    assert "45 分钟" in uncounted(world, "reading")
    assert "未认可的承训单位" in uncounted(world, "reading")
    assert statement["id"] in uncounted(world, "reading")


def test_what_content_says_in_passing_is_not_called_a_claim(world: World) -> None:
    subject = world.study("gated", 300)
    world.say(subject, v.COMPLETED)
    world.say(subject, v.ANSWERED)
    world.credit()
    assert uncounted(world, "gated") == ""


def test_time_outside_the_window_is_named(world: World) -> None:
    world.study("reading", 600)
    cut = world.clock() - timedelta(seconds=240)
    world.act(lambda session: session.execute(update(Enrolment).values(window_to=cut)))
    world.credit()
    assert "4 分钟" in uncounted(world, "reading")
    assert world.credited() == {"c1:reading": 360}


def test_time_in_two_activities_counts_once_and_is_drawn_once(world: World) -> None:
    began = world.clock()
    world.study("reading", 600)
    world.clock.at = began
    world.say(world.study("gated", 600), v.COMPLETED)
    world.credit()
    assert sum(world.credited().values()) == 600
    drawn = [stretch.kind for name in ("reading", "gated") for day in days_of(world, name) for stretch in day.stretches]
    assert sorted(drawn) == ["counted", "refused"]
    lost = "reading" if "c1:gated" in world.credited() else "gated"
    assert "活动" in uncounted(world, lost)


def test_statements_and_ledger_entries_are_named(world: World) -> None:
    world.study("reading", 600)
    world.credit()
    entry, digest = transcript_of(world).entries[0]
    shown = why(world, "reading")
    for part in (entry.evidence[0], digest[:16], "+600", entry.policy_sha256[:12]):
        assert part in shown


def test_voided_evidence_stays_in_sight(world: World) -> None:
    def void(session: Session) -> None:
        session.execute(update(Observation).values(voided=True))

    world.study("reading", 600)
    world.credit()
    assert "作废" not in why(world, "reading")
    world.act(void)
    assert "作废" in why(world, "reading")


def test_an_activity_that_is_not_on_the_transcript_is_not_there(world: World) -> None:
    for name in ("c1:nothing", "c2:reading", "reading"):
        assert world.client().get(f"/transcript/{world.enrolment_id}/why/{name}").status_code == 404


@pytest.mark.parametrize("activity", ["reading", "gated", "quiz", "film"])
def test_an_activity_nobody_was_in_says_so(world: World, activity: str) -> None:
    assert "还没有" in why(world, activity)
