"""Are old months removed at night and on request, is the requester recorded, and do two simultaneous runs do no harm?"""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import xapi
from lms.crediting.verify import verify
from lms.db import database, transaction
from lms.federation.forwarding.filters import Filter
from lms.federation.forwarding.models import DeadLetter, Forward
from lms.federation.importing.models import Import
from lms.federation.importing.source import Fetched
from lms.federation.importing.storing import ImportPolicy, take
from lms.jobs.models import Job
from lms.privacy.retention.models import NIGHTLY, OFFICE, Removal
from lms.privacy.retention.plan import Hold, ready
from lms.privacy.retention.removal_run import LEASE_TIMEOUT, begin, claim
from lms.privacy.retention.tasks import nightly, see_through
from lms.privacy.retention.words import hold_words
from lms.records.models import RemovedMonth
from tests.access import form_token
from tests.factories import BEGIN, PUBLIC_URL, World
from tests.integration.records.imports import IMPORT, said
from xapi.storage.models import StatementRow

LATER = datetime(2027, 4, 1, 19, 0, tzinfo=UTC)  # three in the morning in China, thirteen months after
PLACE = "/records/retention"


@pytest.fixture
def old(offices: World) -> World:
    """The world a year after the teacher studied and got hours, keeping statements for twelve months."""
    offices.app.extensions["settings"] = replace(offices.app.extensions["settings"], statements_kept_months=12)
    with offices.app.app_context(), database().writing() as connection:
        xapi.storage.partitions.prepare(connection, BEGIN)
    offices.study("reading", 1200)
    offices.credit()
    offices.clock.at = LATER
    return offices


def count(world: World, model: type) -> int:
    found: int = world.act(lambda session: session.scalar(select(func.count()).select_from(model)))
    return found


def last(world: World) -> Removal:
    found: Removal = world.act(lambda session: session.scalars(select(Removal).order_by(Removal.id.desc())).first())
    return found


def work(world: World) -> bool:
    """Do the worker's step here; return whether there was a run without a worker."""
    with world.app.app_context():
        with transaction() as session:
            taken = claim(session, world.clock())
        if taken is not None:
            see_through(*taken)
    return taken is not None


def ask_nightly(world: World) -> bool:
    with world.app.app_context():
        return bool(nightly.run())


def test_at_night_what_may_go_goes_once_however_many_clocks_ask(old: World) -> None:
    asked: list[bool] = []
    threads = [threading.Thread(target=lambda: asked.append(ask_nightly(old))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(asked), count(old, Removal)) == ([False, False, False, True], 1)
    assert (work(old), work(old)) == (True, False)
    assert (count(old, StatementRow), last(old).by, bool(last(old).finished_at)) == (0, NIGHTLY, True)
    assert not ask_nightly(old), "not twice in a night"
    old.clock.at = LATER + timedelta(days=1)
    assert ask_nightly(old)


@pytest.mark.parametrize("what", ["day", "no setting"])
def test_by_day_and_without_the_setting_nothing_begins(old: World, what: str) -> None:
    if what == "day":
        old.clock.at = LATER + timedelta(hours=3)
    else:
        old.app.extensions["settings"] = replace(old.app.extensions["settings"], statements_kept_months=0)
    assert not ask_nightly(old)
    assert count(old, Removal) == 0


def send(client: FlaskClient, **form: object) -> str:
    return client.post(f"{PLACE}/remove", data={"csrf_token": form_token(client), **form}, follow_redirects=True).text


def test_an_office_sees_the_plan_types_the_number_and_stands_in_the_history(old: World, province: FlaskClient) -> None:
    page = province.get(PLACE).text
    assert "记录保留 12 个月" in page
    assert "2026-03" in page
    assert "可以清理" in page
    assert "没有清理任何记录" in send(province, typed="11")
    assert count(old, Removal) == 0
    assert "正在清理旧记录" in send(province, typed="12")
    send(province, typed="12")
    assert count(old, Removal) == 1, "asked for twice it is one run"
    assert work(old)
    page = province.get(PLACE).text
    assert "办公室 province" in page
    assert "没有超过 12 个月的记录" in page
    assert (last(old).by, count(old, StatementRow)) == (OFFICE, 0)
    assert old.act(lambda session: [one.problem for part in verify(session) for one in part.findings]) == []


def test_no_other_office_sees_or_removes_anything(old: World, office: FlaskClient, elsewhere: FlaskClient) -> None:
    for client in (office, elsewhere):
        assert client.get(PLACE).status_code == 403
        assert "403" in send(client, typed="12") or count(old, Removal) == 0
    assert count(old, Removal) == 0


def test_without_the_setting_the_page_says_that_statements_are_kept(offices: World, province: FlaskClient) -> None:
    assert "记录永久保留" in province.get(PLACE).text
    assert "没有清理任何记录" in send(province, typed="0")


def test_a_run_whose_worker_died_is_taken_up_by_another_and_the_first_does_nothing_more(old: World) -> None:
    old.act(lambda session: begin(session, NIGHTLY, 12))
    dead = old.act(lambda session: claim(session, old.clock()))
    assert old.act(lambda session: claim(session, old.clock())) is None
    old.clock.at = LATER + LEASE_TIMEOUT + timedelta(seconds=1)
    assert work(old)
    assert (count(old, StatementRow), bool(last(old).finished_at)) == (0, True)
    with old.app.app_context():
        see_through(*dead)
    assert count(old, RemovedMonth) == 1


def letter(world: World) -> None:
    def add(session: Session) -> None:
        seen = session.scalars(select(StatementRow)).first()
        own = {"name": "n", "endpoint": "https://lrs.example", "key": "k", "secret": "s", "filter": Filter().stored, "created_at": LATER}
        forward = Forward(next_at=LATER, touched_at=LATER, place_stored=seen.stored + timedelta(days=1), place_sid=1, **own)
        session.add(forward)
        session.flush()
        session.add(DeadLetter(forward_id=forward.id, statement_id=seen.id, reason="no", refused_at=LATER))

    world.act(add)


def test_a_refusal_holds_its_month_until_an_office_discards_it(old: World, province: FlaskClient) -> None:
    letter(old)
    assert "拒收了 1 条记录" in province.get(PLACE).text
    old.act(lambda session: begin(session, NIGHTLY, 12))
    work(old)
    assert count(old, StatementRow) == 1
    forward = "/records/forwarding/1"
    assert "放弃转发这条记录？" in province.get(forward).text
    statement = str(old.act(lambda session: session.scalars(select(DeadLetter.statement_id)).one()))
    form = {"csrf_token": form_token(province), "statement": statement}
    assert "已放弃" in province.post(f"{forward}/discard", data=form, follow_redirects=True).text
    assert "已经不在" in province.post(f"{forward}/discard", data=form, follow_redirects=True).text
    assert old.act(lambda session: session.scalars(select(Forward.discarded)).one()) == 1
    old.act(lambda session: begin(session, NIGHTLY, 12))
    work(old)
    assert count(old, StatementRow) == 0


def test_an_export_that_is_being_made_holds_everything_until_it_is_done(old: World, province: FlaskClient) -> None:
    job = Job(kind="statements", owner_id=old.person_id, params={}, created_at=LATER, touched_at=LATER)
    old.act(lambda session: session.add(job))
    assert old.act(lambda session: ready(session, LATER, 12)) == []
    assert "正在生成导出文件" in province.get(PLACE).text
    old.act(lambda session: setattr(session.scalars(select(Job)).one(), "state", "done"))
    assert len(old.act(lambda session: ready(session, LATER, 12))) == 1


def test_an_office_that_could_see_a_removed_statement_is_told_when_it_was_removed_and_that_its_evidence_stays(
    old: World, province: FlaskClient, office: FlaskClient, elsewhere: FlaskClient
) -> None:
    address = f"/records/statements/{old.act(lambda session: session.scalars(select(StatementRow.id)).one())}"
    why = f"/transcript/{old.enrolment_id}/why/c1:reading"
    assert (office.get(address).status_code, "已清理" in office.get(why).text) == (200, False)
    assert "较早的学习记录已清理" not in office.get("/records/statements").text
    old.act(lambda session: begin(session, NIGHTLY, 12))
    work(old)
    assert "较早的学习记录已清理" in office.get("/records/statements").text
    for client in (province, office):
        answer = client.get(address)
        assert (answer.status_code, "12 个月" in answer.text, "学时依据仍然保留" in answer.text) == (410, True, True), answer.text
    assert elsewhere.get(address).status_code == 404
    assert province.get(f"/records/statements/{said(9)['id']}").status_code == 404
    assert "学时依据保留，学时不变" in office.get(why).text


def test_while_an_import_stores_a_page_nothing_is_lost_of_either(old: World) -> None:
    """The removal of a month and the import of a page meet: the removal waits, and the imported statements stay."""
    at = old.clock()
    own = Import(endpoint="https://lrs.example", key="k", page_size=1, begun_at=at, touched_at=at)
    old.act(lambda session: session.add(own))
    old.act(lambda session: begin(session, NIGHTLY, 12))
    page = Fetched([repr(said(1)).replace("'", '"').encode()])
    with old.app.app_context(), transaction() as session:
        row = session.scalars(select(Import).with_for_update()).one()
        assert take(session, row, page, ImportPolicy(IMPORT, PUBLIC_URL)).new == 1
        remover = threading.Thread(target=work, args=(old,))
        remover.start()
        time.sleep(0.4)
    remover.join(60)
    kept = old.act(lambda session: session.scalars(select(StatementRow.id)).all())
    assert [str(one) for one in kept] == [said(1)["id"]]
    assert last(old).held == []


def test_everything_that_can_hold_a_month_back_is_said_with_what_to_do(offices: World) -> None:
    with offices.app.test_request_context("/"):
        for reason in ("waiting", "parked", "not-sent", "refused", "studying", "export", "busy"):
            assert hold_words(Hold(reason, 2, "省平台")) != reason
