"""Does everything, and nothing else, arrive at another store in order and under the same ids?"""

import hashlib
import itertools
import json
import threading
from datetime import timedelta

import pytest
from flask import Flask

import xapi.storage.store
from lms.db import database
from lms.federation.forwarding import office
from lms.federation.forwarding.filters import Filter
from tests.factories import DrivenClock
from tests.integration.records.forwards import HOST, Here
from tests.integration.records.otherstore import OtherStore
from tests.integration.xapi.conftest import ACTIVITY, ANNA, BO, VERB, statement, voiding
from xapi.rules.indexing import Usage
from xapi.storage.consistency import announce
from xapi.storage.models import AttachmentLink


@pytest.fixture
def here(app: Flask, clock: DrivenClock, other: OtherStore) -> Here:
    """This installation."""
    return Here(app, clock, other)


def test_everything_arrives_once_in_order_and_word_for_word(here: Here, other: OtherStore) -> None:
    odd = statement(result={"duration": "PT1.23456789S", "extensions": {"https://x.example/e": 1.10, "https://x.example/null": None}})
    second = statement(context={"contextAgents": [{"objectType": "contextAgent", "agent": BO, "relevantTypes": ["https://x.example/t"]}]})
    ids = [
        *here.store(*[statement(verb={"id": VERB, "display": {"zh-CN": f"学过{n}"}}) for n in range(120)]),
        *here.store(odd),
        *here.store(second, version="2.0.0"),
        *here.store(statement()),
    ]
    here.add()
    assert here.standing.backlog == len(ids)
    here.forward()
    assert other.ids() == ids
    assert (here.standing.backlog, here.row.sent, here.row.there, here.row.detail) == (0, len(ids), 0, "")
    sent = b"".join(other.posts).decode()
    assert [one for one, text in here.texts(ids).items() if text not in sent] == []
    here.forward()
    assert here.row.sent == len(ids), "nothing is sent twice"


def test_what_was_voided_arrives_with_what_voided_it(here: Here, other: OtherStore) -> None:
    (target,) = here.store(statement())
    (word,) = here.store(voiding(target))
    here.add()
    here.forward()
    assert other.ids() == [target, word]
    assert other.store.ids() == [word]
    assert other.store.get(voidedStatementId=target).status_code == 200


def test_the_data_of_attachments_arrives(here: Here, other: OtherStore) -> None:
    data = bytes(range(256)) * 9_000  # more than one piece
    sha2 = hashlib.sha256(data).hexdigest()
    attachment = {
        "usageType": "https://x.example/u",
        "display": {"zh-CN": "作业"},
        "contentType": "image/png",
        "length": len(data),
        "sha2": sha2,
    }
    bare = {**attachment, "sha2": "ab" * 32, "fileUrl": "https://files.example/a"}
    both = [statement(attachments=[attachment]), statement(attachments=[bare])]
    body = (
        b"--x\r\nContent-Type: application/json\r\n\r\n" + json.dumps(both).encode()
        + f"\r\n--x\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: {sha2}\r\n\r\n".encode()
        + data + b"\r\n--x--\r\n"
    )  # fmt: skip
    with here.app.app_context(), database().writer() as session:
        key, secret = xapi.storage.keys.add_key(session, "player", ("all",), now=here.clock())
        session.commit()
    headers = {"X-Experience-API-Version": "1.0.3"}
    taken = here.app.test_client().post(
        "/xapi/statements", data=body, content_type="multipart/mixed; boundary=x", auth=(key, secret), headers=headers
    )
    assert taken.status_code == 200, taken.text
    here.add()
    here.forward()
    assert other.ids() == taken.json
    answer = other.store.get(statementId=both[0]["id"], attachments=True)
    assert data in answer.data
    assert other.store.count(AttachmentLink) == 1


def test_a_statement_that_is_committed_late_is_not_passed_by(here: Here, other: OtherStore) -> None:
    here.add()
    with here.app.app_context():
        slow = database().writer()
        late = statement()
        announce(slow, here.clock())
        xapi.storage.store.store_statements(slow, [late], HOST, version="1.0.3", now=here.clock.advance(1))
        if slow.get_bind().dialect.name == "postgresql":  # on SQLite there is one writer at a time
            later = here.store(statement())
            here.forward()
            assert other.ids() == [], "the later one waits for what may yet come before it"
        else:
            later = []
        slow.commit()
        slow.close()
    here.forward()
    assert other.ids() == [late["id"], *later]


MATCHES = list(itertools.product([True, False], repeat=3))
OTHERS = {"verb": "https://x.example/verbs/else", "activity": "https://x.example/else"}


@pytest.mark.parametrize("asked", MATCHES, ids=str)
def test_a_filter_carries_what_passes_all_its_parts_and_nothing_else(here: Here, other: OtherStore, asked: tuple[bool, ...]) -> None:
    made = {
        has: here.store(
            statement(
                verb={"id": VERB if has[0] else OTHERS["verb"]},
                object={"id": ACTIVITY if has[1] else OTHERS["activity"]},
                actor=ANNA if has[2] else BO,
            )
        )[0]
        for has in MATCHES
    }
    chosen = Filter(
        (VERB, "https://x.example/verbs/never") if asked[0] else (),
        (ACTIVITY,) if asked[1] else (),
        (json.dumps(ANNA),) if asked[2] else (),
    )
    here.add(chosen)
    expected = [one for has, one in made.items() if all(has[part] or not asked[part] for part in range(3))]
    assert here.standing.backlog == len(expected)
    here.forward()
    assert other.ids() == expected
    assert here.standing.backlog == 0


def test_a_course_carries_what_lies_within_it(here: Here, other: OtherStore) -> None:
    within = {"contextActivities": {"parent": [{"id": ACTIVITY}]}}
    wanted = here.store(statement(object={"id": OTHERS["activity"]}, context=within))
    here.store(statement(object={"id": OTHERS["activity"]}))
    here.add(Filter(activities=(ACTIVITY,)))
    here.forward()
    assert other.ids() == wanted


def test_voiding_goes_with_what_passes_the_filter_whichever_came_first(here: Here, other: OtherStore) -> None:
    first, second = statement(), statement()
    foreign = statement(verb={"id": OTHERS["verb"]})
    early = here.store(voiding(second["id"], actor=BO))
    here.add(Filter(verbs=(VERB,)))
    here.forward()
    here.store(first, second, foreign)
    late = here.store(voiding(first["id"], actor=BO))
    here.store(voiding(foreign["id"], actor=BO))
    here.forward()
    assert sorted(other.ids()) == sorted([first["id"], second["id"], *early, *late])
    assert [other.store.get(statementId=one["id"]).status_code for one in (first, second)] == [404, 404]


def test_a_filter_that_matches_nearly_nothing_gets_on(here: Here, other: OtherStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xapi.storage.forward_scan.LOOKED_AT", 7)
    here.store(*[statement(actor=BO) for _ in range(40)])
    wanted = here.store(statement())
    here.add(Filter(agents=(json.dumps(ANNA),)))
    here.forward()
    assert other.ids() == wanted
    assert here.standing.backlog == 0


def test_from_now_leaves_out_what_is_stored_already(here: Here, other: OtherStore) -> None:
    here.store(statement())
    here.add(from_now=True)
    assert here.standing.backlog == 0
    wanted = here.store(statement())
    here.forward()
    assert other.ids() == wanted


def test_two_workers_are_never_at_one_forward(here: Here, other: OtherStore) -> None:
    ids = here.store(*[statement() for _ in range(300)])
    here.add()
    here.clock.advance(60)
    threads = [threading.Thread(target=here.turn) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    here.forward()
    assert other.ids() == ids
    assert (here.row.sent, len(other.posts)) == (300, 3), "each statement went once"


def test_a_worker_given_up_for_lost_notes_nothing_more(here: Here, other: OtherStore) -> None:
    ids = here.store(statement())
    here.add()
    here.clock.advance(60)

    def lose(_environ: object, _body: bytes) -> None:
        other.weather = lambda _environ, _body: None
        here.clock.advance(timedelta(minutes=6).total_seconds())
        here.turn()  # another worker takes over

    other.weather = lose
    here.turn()
    assert other.ids() == ids
    assert here.row.sent == 1, "the first one's answer came after its turn was over"


def test_a_pause_ends_a_turn_that_is_under_way_and_resuming_goes_on(here: Here, other: OtherStore) -> None:
    ids = here.store(*[statement() for _ in range(250)])
    here.add()
    here.clock.advance(60)

    def pause(_environ: object, _body: bytes) -> None:
        here.work(lambda _session, one: office.pause(one))

    other.weather = pause
    here.turn()
    assert (here.row.state, here.row.reason, len(other.ids()), here.row.sent) == ("paused", "by-hand", 100, 0)
    other.weather = lambda _environ, _body: None
    here.forward()
    assert len(other.ids()) == 100
    here.resume()
    here.forward()
    assert other.ids() == ids


def test_several_forwards_do_not_know_of_each_other(here: Here, other: OtherStore) -> None:
    ids = here.store(statement(), statement(actor=BO))
    here.add(name="closed", endpoint="http://127.0.0.1:9/xapi")
    here.add(Filter(agents=(json.dumps(BO),)))
    here.forward()
    assert other.ids() == ids[1:]


def test_the_usages_that_filters_look_at_are_those_of_the_store() -> None:
    statement_filter = Filter((VERB,), (ACTIVITY,), (json.dumps(ANNA),)).statement_filter()
    assert [one.usage for one in statement_filter.filters] == [Usage.AGENT, Usage.ANY_ACTIVITY, Usage.VERB]
