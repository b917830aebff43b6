"""Is nothing of a person found any more, does it stay so, and does everybody else's data stay as it was?"""

import json
import uuid
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.integration.xapi.attached_data import with_data
from tests.integration.xapi.conftest import ACTIVITY, ANNA, BO, VERB, Store, about, statement, voiding
from xapi.rules.actor import key_of
from xapi.storage.erasure import erase_rest, erase_some, foreseen
from xapi.storage.models import AttachmentPiece, AttachmentRow, DocumentRow, IdRow, KeyRow, OutboxRow, StatementRow

AGENTS = [key for one in (ANNA,) if (key := key_of(one))]
STATE = {"activityId": ACTIVITY, "agent": json.dumps(ANNA), "stateId": "s"}


def erase(store: Store, limit: int = 3) -> int:
    """Erase everything of Anna, a few statements in each transaction; return how many statements."""
    total, more = 0, True
    while more:
        with store.sessions() as session:
            count = erase_some(session, AGENTS, store.clock(), limit)
            session.commit()
        total, more = total + count, bool(count)
    with store.sessions() as session:
        erase_rest(session, AGENTS)
        session.commit()
    return total


def test_nothing_of_a_person_is_found_by_any_query(store: Store) -> None:
    registration = str(uuid.uuid4())
    group = {"objectType": "Group", "member": [BO, ANNA]}
    hers = [
        statement(context={"registration": registration}),
        statement(actor=group),
        statement(actor=BO, object={"objectType": "Agent", **ANNA}),
        *[statement() for _ in range(7)],
    ]
    his = [statement(actor=BO), statement(actor=BO, context={"instructor": ANNA})]
    store.stored(*hers, *his)
    comment = statement(actor=BO, object=about(hers[0]["id"]))
    second = statement(actor=BO, object=about(comment["id"]))
    her_comment = statement(object=about(his[0]["id"]))
    store.stored(comment, second, her_comment)
    assert set(store.ids(registration=registration)) == {one["id"] for one in (hers[0], comment, second)}
    with store.sessions() as session:
        assert foreseen(session, AGENTS) == (11, 1, 0, 0)
    assert erase(store) == 11
    left = {one["id"] for one in (*his, comment, second)}
    assert set(store.ids()) == left
    assert store.ids(agent=ANNA) == []
    assert store.ids(agent=ANNA, related_agents=True) == [his[1]["id"]], "his own, in which she teaches"
    assert store.ids(registration=registration) == []
    assert set(store.ids(verb=VERB)) == left
    assert set(store.ids(agent=BO)) == left
    for one in (*hers, her_comment):
        assert store.get(statementId=one["id"]).status_code == 404
        assert store.get(voidedStatementId=one["id"]).status_code == 404
    with store.sessions() as session:
        there = {tuple(row) for row in session.execute(select(StatementRow.stored, StatementRow.sid))}
        keyed = {tuple(row) for row in session.execute(select(KeyRow.stored, KeyRow.sid))}
        origins = set(session.scalars(select(KeyRow.origin)))
        assert keyed == there, "not even a key is left of what was erased"
        assert origins == {sid for _, sid in there}
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == len(left)
        assert foreseen(session, AGENTS) == (0, 1, 0, 0)


def test_what_was_erased_cannot_be_stored_again(store: Store) -> None:
    one, other = statement(), statement(actor=BO)
    store.stored(one)
    erase(store)
    for again in ([one], [other, one], [{**one, "actor": BO}]):
        answer = store.post(again)
        assert (answer.status_code, "was erased here and cannot be stored again" in answer.text) == (409, True)
    assert store.put(one["id"], one).status_code == 409
    assert store.ids() == [], "nor was anything stored beside it"
    with store.sessions() as session:
        assert [row.digest for row in session.scalars(select(IdRow))] == [""]


def test_erasing_again_erases_only_statements_that_arrived_since(store: Store) -> None:
    store.stored(*[statement() for _ in range(4)])
    assert (erase(store), erase(store)) == (4, 0)
    store.stored(statement(), statement(actor=BO))
    assert (erase(store), len(store.ids())) == (1, 1)


def test_half_way_what_is_left_is_whole_and_the_rest_follows(store: Store) -> None:
    target = statement()
    store.stored(*[statement() for _ in range(5)], target, voiding(target["id"], actor=BO))
    with store.sessions() as session:
        assert erase_some(session, AGENTS, store.clock(), 2) == 2
        session.rollback()  # killed
    assert len(store.ids(agent=ANNA)) == 6
    with store.sessions() as session:
        erase_some(session, AGENTS, store.clock(), 2)
        session.commit()
    assert store.count(StatementRow) == 5
    assert erase(store) == 4
    assert len(store.ids()) == 1, "his voiding, of something that is no longer there"


def test_a_persons_documents_and_names_go_and_others_stay(store: Store) -> None:
    named = {**ANNA, "name": "安娜"}
    store.stored(statement(actor=named))
    others = {**STATE, "agent": json.dumps(BO)}
    for place in (STATE, others):
        assert store.ask("PUT", "activities/state", query_string=place, data=b"x", content_type="text/plain").status_code == 204
    with store.sessions() as session:
        assert foreseen(session, AGENTS) == (1, 0, 1, 1)
    erase(store)
    assert store.ask("GET", "activities/state", query_string=STATE).status_code == 404
    assert store.ask("GET", "activities/state", query_string=others).data == b"x"
    assert store.count(DocumentRow) == 1
    with store.sessions() as session:
        assert foreseen(session, AGENTS) == (0, 0, 0, 0)


def test_the_data_of_attachments_goes_unless_somebody_else_sent_it_too(store: Store) -> None:
    for data, whose in ((b"hers", ANNA), (b"both", ANNA), (b"both", BO)):
        one, part = with_data(data, actor=whose)
        body = b"--x\r\nContent-Type: application/json\r\n\r\n" + json.dumps(one).encode() + b"\r\n" + part + b"--x--\r\n"
        assert store.ask("POST", data=body, content_type="multipart/mixed; boundary=x").status_code == 200
    assert store.count(AttachmentRow) == 2
    erase(store)
    assert (store.count(AttachmentRow), store.count(AttachmentPiece)) == (1, 1)
    assert b"both" in store.get(attachments=True).data


@pytest.mark.parametrize("pins", [{}, {"registration": uuid.uuid4()}, {"activity": "https://courses.example"}], ids=["none", "reg", "act"])
def test_what_was_written_on_somebodys_behalf_leaves_no_trace_of_that(store: Store, pins: dict[str, Any]) -> None:
    token = store.token("t", actor=ANNA, **pins)
    store.stored(statement(), by=token)
    assert len(store.ids(by=token)) == 1
    erase(store)
    assert store.count(KeyRow) == 0
