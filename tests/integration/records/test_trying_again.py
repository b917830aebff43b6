"""Does a retried statement count once: retried by several at once, or by a process that dies; and does the ledger verify?"""

import threading

import pytest
from flask.testing import FlaskClient

import xapi.outbox
from lms.crediting import drain as draining
from lms.crediting import evidence_intake
from lms.crediting.verify import verify
from lms.db import database
from tests.access import form_token
from tests.factories import PUBLIC_URL, World, signed_in
from tests.integration.crediting.poison import parked

RETRY = "/records/attention/retry"


@pytest.fixture
def aside(offices: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two stretches of presence that a fault, now fixed, had set aside."""

    def broken(*_: object) -> None:
        raise ValueError("planted")

    offices.study("reading", 300)
    offices.study("reading", 300)
    with monkeypatch.context() as patch:
        patch.setattr(evidence_intake, "observe", broken)
        offices.credit()
    assert len(parked(offices)) == 2
    return offices


def is_clean(world: World) -> bool:
    with world.app.app_context(), database().reader() as session:
        return not any(checked.findings for checked in verify(session))


def test_several_who_try_at_once_credit_once(aside: World) -> None:
    clients = [signed_in(aside.app, "office") for _ in range(4)]
    answers: list[int] = []
    start = threading.Barrier(len(clients))

    def go(client: FlaskClient) -> None:
        token = form_token(client)
        start.wait()
        answers.append(client.post(RETRY, data={"csrf_token": token, "reason": "ValueError"}).status_code)

    threads = [threading.Thread(target=go, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302] * 4
    assert aside.credited() == {"c1:reading": 600}
    assert parked(aside) == []
    assert is_clean(aside)


def test_one_who_tries_and_dies_leaves_all_set_aside(aside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = parked(aside)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(xapi.outbox, "done", dies)
        with aside.app.app_context(), pytest.raises(KeyboardInterrupt):
            draining.retry(database(), PUBLIC_URL, aside.clock(), [one.id for one in before])
    assert parked(aside) == before
    assert aside.credited() == {}
    assert is_clean(aside)


def test_what_failed_again_says_since_when_it_first_failed(aside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    since = {one.since for one in parked(aside)}
    aside.clock.advance(3600)

    def broken(*_: object) -> None:
        raise KeyError("planted")

    with monkeypatch.context() as patch:
        patch.setattr(evidence_intake, "observe", broken)
        with aside.app.app_context():
            tried = draining.retry(database(), PUBLIC_URL, aside.clock(), [one.id for one in parked(aside)])
    assert tried == draining.Retried(done=0, failed=2)
    assert {(one.since, one.attempts, one.reason) for one in parked(aside)} == {(at, 2, "KeyError") for at in since}
