"""Does time reported by another system count only between launch and receipt, and only from providers that the programme trusts?"""

import uuid
from datetime import timedelta
from importlib import resources
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

import xapi
import xapi.storage.keys
from lms import vocabulary as v
from lms.classes.models import TrainingClass
from lms.crediting.drain import recredit
from lms.crediting.verify import verify
from lms.db import database
from lms.learning.stating import Subject
from lms.programmes import store as programmes
from tests.factories import BEGIN, PUBLIC_URL, World
from xapi.storage.models import ApiKey

TRUSTED = "合作平台"
Key = tuple[str, str]


@pytest.fixture
def trusting(world: World) -> World:
    """The world with a programme that trusts one provider."""
    text = (resources.files("lms.programmes") / "data" / "online-teaching-2020.toml").read_text(encoding="utf-8")

    def trust(session: Session) -> None:
        document = text.replace("trusted_providers = []", f'trusted_providers = ["{TRUSTED}"]')
        version = programmes.import_toml(session, document, BEGIN).version
        session.get_one(TrainingClass, world.class_id).programme_version_id = version.id

    world.act(trust)
    return world


def key(world: World, name: str = TRUSTED, *, trusted: bool = True) -> Key:
    """A provider's key."""
    added: Key = world.act(
        lambda session: xapi.storage.keys.add_key(session, name, ("statements/write",), now=world.clock(), trusted=trusted)
    )
    return added


def report(subject: Subject, duration: str = "PT10M", **other: Any) -> dict[str, Any]:
    """A provider's report of the time that a learner spent."""
    whole = {
        "id": str(uuid.uuid4()),
        "actor": subject.actor,
        "verb": {"id": v.TERMINATED},
        "object": {"id": subject.iri},
        "result": {"duration": duration},
        "context": {"registration": str(subject.registration)},
    }
    return whole | other


def naming(subject: Subject, **extensions: Any) -> dict[str, Any]:
    """The context of a report with extensions."""
    return {"registration": str(subject.registration), "extensions": extensions}


def send(world: World, by: Key, statement: dict[str, Any]) -> TestResponse:
    """Send a report as the provider does, and process it."""
    answer = world.app.test_client().post("/xapi/statements", json=statement, auth=by, headers={"X-Experience-API-Version": "1.0.3"})
    assert answer.status_code == 200, answer.text
    world.credit()
    return answer


def seconds(world: World) -> int:
    """The teacher's credited seconds, after a check that the account matches its evidence."""
    with world.app.app_context(), database().reader() as session:
        assert [finding for checked in verify(session) for finding in checked.findings] == []
    return sum(world.credited().values())


def why(world: World) -> str:
    return world.client().get(f"/transcript/{world.enrolment_id}/why/c1:reading").text


@pytest.mark.parametrize(("duration", "counted"), [("PT5M", 300), ("PT12M", 720), ("PT10H", 720), ("P1D", 720), ("PT0S", 0), ("P1Y", 0)])
def test_a_report_counts_up_to_the_time_since_the_launch(trusting: World, duration: str, counted: int) -> None:
    subject = trusting.subject("reading")
    trusting.clock.advance(720)
    send(trusting, key(trusting), report(subject, duration))
    assert seconds(trusting) == counted


def test_a_report_counts_up_to_what_the_activity_is_worth_and_shows_on_the_transcript(trusting: World) -> None:
    subject = trusting.subject("reading")
    trusting.clock.advance(3600)
    send(trusting, key(trusting), report(subject, "PT1H"))
    assert trusting.credited() == {"c1:reading": 1800}
    assert "1:00:00" in why(trusting)


@pytest.mark.parametrize(("name", "trusted"), [(TRUSTED, False), ("另一平台", True), ("另一平台", False)])
def test_whom_office_and_programme_do_not_both_trust_reports_in_vain(trusting: World, name: str, *, trusted: bool) -> None:
    subject = trusting.subject("reading")
    trusting.clock.advance(720)
    send(trusting, key(trusting, name, trusted=trusted), report(subject))
    assert seconds(trusting) == 0
    assert "未认可的承训单位" in why(trusting)


def test_a_programme_that_trusts_nobody_counts_no_report(world: World) -> None:
    subject = world.subject("reading")
    world.clock.advance(720)
    send(world, key(world), report(subject))
    assert seconds(world) == 0


def test_the_learners_own_launch_cannot_report_time(trusting: World) -> None:
    key(trusting)
    subject = trusting.subject("reading")
    trusting.clock.advance(720)
    trusting.say(subject, v.TERMINATED, {"duration": "PT10M"})
    trusting.credit()
    assert seconds(trusting) == 0


def test_when_the_activity_was_opened_is_not_the_providers_to_say(trusting: World) -> None:
    subject = trusting.subject("reading")
    trusting.clock.advance(60)
    send(trusting, key(trusting), report(subject, "PT10M", context=naming(subject, **{v.OPENED: "2026-03-01T00:00:00Z"})))
    assert seconds(trusting) == 60


def test_nothing_counts_before_the_activity_is_opened_or_by_another_activitys_launch(trusting: World) -> None:
    registration = trusting.registration()
    subject = trusting.subject("gated")
    trusting.clock.advance(720)
    elsewhere = report(subject, object={"id": v.activity_iri(PUBLIC_URL, "c1", "reading")})
    assert subject.registration == registration
    send(trusting, key(trusting), elsewhere)
    assert seconds(trusting) == 0
    assert "没有打开过" in why(trusting)
    trusting.subject("reading")
    send(trusting, key(trusting), report(subject, object=elsewhere["object"]))
    assert seconds(trusting) == 0


def test_a_report_may_name_the_launch_it_is_about_and_else_means_the_last(trusting: World) -> None:
    first = trusting.subject("reading")
    trusting.clock.advance(600)
    second = trusting.subject("reading")
    trusting.clock.advance(60)
    provider = key(trusting)
    send(trusting, provider, report(second, "PT1H"))
    assert seconds(trusting) == 60
    send(trusting, provider, report(second, "PT1H", context=naming(second, **{v.LAUNCH: str(uuid.uuid4())})))
    send(trusting, provider, report(second, "PT1H", context=naming(second, **{v.LAUNCH: 7})))
    assert seconds(trusting) == 60
    send(trusting, provider, report(second, "PT1H", context=naming(second, **{v.LAUNCH: str(first.launch_id)})))
    assert seconds(trusting) == 660


def test_a_report_sent_twice_or_beside_presence_counts_once(trusting: World) -> None:
    subject = trusting.study("reading", 300)
    trusting.clock.advance(300)
    said, provider = report(subject, "PT10M"), key(trusting)
    for _ in range(2):
        send(trusting, provider, said)
    send(trusting, provider, report(subject, "PT10M"))
    assert seconds(trusting) == 600


def test_voiding_a_report_takes_back_what_rested_on_it(trusting: World) -> None:
    subject = trusting.study("reading", 300)
    trusting.clock.advance(300)
    said, provider = report(subject, "PT10M"), key(trusting)
    send(trusting, provider, said)
    assert seconds(trusting) == 600
    void = {"verb": {"id": v.VOIDED}, "object": {"objectType": "StatementRef", "id": said["id"]}, "actor": subject.actor}
    send(trusting, provider, void)
    assert seconds(trusting) == 300


def test_a_report_of_somebody_else_in_ones_registration_counts_for_nobody(trusting: World) -> None:
    subject = trusting.subject("reading")
    trusting.clock.advance(720)
    send(trusting, key(trusting), report(subject, actor=v.actor_of(PUBLIC_URL, "somebody-else")))
    assert seconds(trusting) == 0


def test_a_token_of_the_key_reports_as_the_key_does(trusting: World) -> None:
    subject = trusting.subject("reading")
    trusting.clock.advance(720)
    client = trusting.app.test_client()
    token = client.post("/xapi/oauth/token", data={"grant_type": "client_credentials"}, auth=key(trusting)).json["access_token"]
    headers = {"X-Experience-API-Version": "1.0.3", "Authorization": f"Bearer {token}"}
    assert client.post("/xapi/statements", json=report(subject), headers=headers).status_code == 200
    trusting.credit()
    assert seconds(trusting) == 600


def test_what_a_key_reported_before_it_was_revoked_still_counts(trusting: World) -> None:
    subject, provider = trusting.subject("reading"), key(trusting)
    trusting.clock.advance(720)
    answer = trusting.app.test_client().post(
        "/xapi/statements", json=report(subject), auth=provider, headers={"X-Experience-API-Version": "1.0.3"}
    )
    assert answer.status_code == 200
    trusting.act(lambda session: xapi.storage.keys.revoke_key(session, provider[0], trusting.clock()))
    trusting.credit()
    assert seconds(trusting) == 600


def test_the_same_account_at_another_site_is_somebody_else(trusting: World) -> None:
    subject, provider = trusting.subject("reading"), key(trusting)
    trusting.clock.advance(720)
    authority = {"objectType": "Agent", "account": {"homePage": "https://elsewhere.example", "name": provider[0]}}
    credential = xapi.Credential(name="imported", authority=authority, scopes=frozenset({"statements/write"}))
    trusting.act(
        lambda session: xapi.storage.store.store_statements(session, [report(subject)], credential, version="1.0.3", now=trusting.clock())
    )
    trusting.credit()
    assert seconds(trusting) == 0


def test_late_reports_count_whatever_order_they_come_in(trusting: World) -> None:
    subject, provider = trusting.subject("reading"), key(trusting)
    trusting.clock.at += timedelta(minutes=10)
    send(trusting, provider, report(subject, "PT2M"))
    trusting.clock.at += timedelta(minutes=10)
    send(trusting, provider, report(subject, "PT2M"))
    assert seconds(trusting) == 240


@pytest.mark.parametrize("lost", ["key", "programme"])
def test_a_report_taken_in_while_its_provider_was_trusted_is_not_a_finding_once_it_is_trusted_no_more(trusting: World, lost: str) -> None:
    subject = trusting.subject("reading")
    trusting.clock.advance(720)
    send(trusting, key(trusting), report(subject))

    def lose(session: Session) -> None:
        if lost == "key":
            session.execute(update(ApiKey).values(trusted=False))
            return
        text = (resources.files("lms.programmes") / "data" / "online-teaching-2020.toml").read_text(encoding="utf-8")
        version = programmes.import_toml(session, text, BEGIN).version
        session.get_one(TrainingClass, trusting.class_id).programme_version_id = version.id

    trusting.act(lose)
    if lost == "programme":
        trusting.act(lambda session: recredit(session, [trusting.enrolment_id], trusting.clock()))
    assert compared(trusting) == []
    send(trusting, key(trusting, trusted=False), report(subject))
    assert sum(trusting.credited().values()) == 600, "what comes now is not trusted"
    assert compared(trusting) == []


def test_evidence_of_a_report_under_another_name_than_the_provider_s_is_a_finding(trusting: World) -> None:
    subject = trusting.subject("reading")
    trusting.clock.advance(720)
    added = key(trusting)
    send(trusting, added, report(subject))
    trusting.act(lambda session: session.execute(update(ApiKey).where(ApiKey.key == added[0]).values(name="somebody else")))
    assert compared(trusting) != []


def compared(world: World) -> list[str]:
    with world.app.app_context(), database().reader() as session:
        return [finding.problem for checked in verify(session, public_url=PUBLIC_URL) for finding in checked.findings]
