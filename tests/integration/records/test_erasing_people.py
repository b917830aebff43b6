"""Is a person gone after the erasure, do their hours stay, and is it said what can no longer be shown?"""

import json
import uuid
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lms import vocabulary as v
from lms.accounts.account_changes import By
from lms.accounts.models import Person
from lms.classes import changes
from lms.classes.models import ClassChange, Enrolment
from lms.cli import main_group
from lms.crediting.drain import recredit
from lms.crediting.models import LedgerEntry, Observation
from lms.crediting.verify import verify
from lms.db import transaction
from lms.federation.importing.models import Import, StatementSetAside
from lms.federation.importing.source import Fetched
from lms.federation.importing.storing import ImportPolicy, take
from lms.hours import recompute_file
from lms.jobs import queue
from lms.jobs.models import Job
from lms.learning.models import Launch
from lms.learning.stating import store
from lms.migrations import guards
from lms.privacy.erasure import person as erasure
from lms.privacy.erasure.models import Erasure
from lms.privacy.erasure.tasks import go_on
from lms.storage import storage
from lms.transcripts.transcript import read
from tests import access
from tests.commands import json_of
from tests.factories import World, signed_in
from xapi import Credential
from xapi.errors import Erased
from xapi.storage.models import StatementRow

pytestmark = pytest.mark.usefixtures("guarded")


@pytest.fixture
def studied(world: World) -> World:
    """The world, in which the teacher has studied and got hours."""
    world.study("reading", 1200)
    world.study("film", 600)
    world.credit()
    assert world.credited()["c1:reading"] == 1200
    return world


def run(world: World, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main_group, words, input=typed, obj=ScriptInfo(create_app=lambda: world.app), prog_name="lms")


def count(world: World, model: type) -> int:
    found: int = world.act(lambda session: session.scalar(select(func.count()).select_from(model)))
    return found


def problems(world: World) -> tuple[list[str], list[int]]:
    def statement_filter(session: Any) -> tuple[list[str], list[int]]:
        checked = list(verify(session))
        return [one.problem for part in checked for one in part.findings], [one for part in checked for one in part.erased]

    found: tuple[list[str], list[int]] = world.act(statement_filter)
    return found


def entries(world: World) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = world.act(
        lambda session: [(row.number, row.hash) for row in session.scalars(select(LedgerEntry).order_by(LedgerEntry.number))]
    )
    return found


def test_a_preview_says_what_goes_and_what_stays_and_changes_nothing(studied: World) -> None:
    answer = run(studied, "user", "erase", "teacher", "--dry-run", "--json")
    said = json_of(answer)
    assert (said["username"], said["statements"], said["observations"], said["launches"]) == ("teacher", 2, 2, 2)
    assert (said["enrolments"], said["entries"], said["credited_seconds"]) == (1, len(entries(studied)), 1200)
    assert "stays:  1 enrolments under a number" in run(studied, "user", "erase", "teacher", "--dry-run").stdout
    assert (count(studied, StatementRow), count(studied, Observation), count(studied, Erasure)) == (2, 2, 0)


def test_an_erased_person_is_gone_and_their_hours_stand(studied: World) -> None:
    before, chain = studied.credited(), entries(studied)
    name = studied.act(lambda session: session.get(Person, studied.person_id).name)
    account = studied.act(lambda session: session.get(Person, studied.person_id).account)
    client = signed_in(studied.app, "teacher")
    answer = run(studied, "user", "erase", "teacher", "--yes", "--json")
    assert json_of(answer) == {"person_id": studied.person_id, "statements": 2, "documents": 0, "observations": 2}
    assert (count(studied, StatementRow), count(studied, Observation), count(studied, Launch)) == (0, 0, 0)
    assert client.get("/transcript/").status_code == 302, "signed out everywhere"
    person = studied.act(lambda session: session.get(Person, studied.person_id))
    assert (person.username, person.email, person.password, person.active) == (f"erased-{person.id}", None, None, False)
    assert name not in person.name
    assert person.account != account
    assert (studied.credited(), entries(studied)[: len(chain)]) == (before, chain)
    assert len(entries(studied)) == len(chain) + 1, "the chain says that its inputs are others now"


def test_the_ledger_still_verifies_and_says_whose_evidence_is_gone(studied: World) -> None:
    assert problems(studied) == ([], [])
    run(studied, "user", "erase", "teacher", "--yes")
    assert problems(studied) == ([], [studied.enrolment_id])
    told = run(studied, "ledger", "verify")
    assert told.exit_code == 0
    assert f"enrolment {studied.enrolment_id}: its evidence was erased on purpose" in told.stdout
    assert json_of(run(studied, "ledger", "verify", "--json"))["evidence_erased"] == [studied.enrolment_id]
    studied.act(lambda session: guards.remove(session.connection()))
    studied.act(lambda session: setattr(session.scalars(select(LedgerEntry)).first(), "amount", 9))
    assert len(problems(studied)[0]) > 0, "an edited entry is found all the same"


def test_new_rules_take_nothing_from_an_account_whose_evidence_is_gone(studied: World) -> None:
    before = studied.credited()
    run(studied, "user", "erase", "teacher", "--yes")
    assert studied.act(lambda session: recredit(session, [studied.enrolment_id], studied.clock())) == 0
    assert studied.credited() == before


def test_a_transcript_and_its_bundle_say_that_the_evidence_was_erased(studied: World) -> None:
    run(studied, "user", "erase", "teacher", "--yes")
    transcript = studied.act(lambda session: read(session, studied.enrolment_id, studied.clock()))
    assert (transcript.erased_at, transcript.is_behind) == (studied.clock(), False)
    assert sum(chapter.credited_seconds for chapter in transcript.chapters) == 1200
    result, said = recompute_file(transcript.bundle)
    assert result is None
    assert said == ["$.evidence_erased: the evidence was erased on purpose: these hours can be verified in the ledger, but not recomputed"]


def test_a_statement_that_comes_again_earns_nothing_and_is_not_stored(studied: World, app: Flask) -> None:
    subject = studied.subject("reading")
    studied.study("reading", 60, subject=subject)
    studied.credit()
    before = studied.credited()
    text = studied.act(lambda session: session.scalars(select(StatementRow.text).order_by(StatementRow.sid.desc())).first())
    run(studied, "user", "erase", "teacher", "--yes")
    again = json.loads(text)
    with pytest.raises(Erased, match="was erased here and cannot be stored again"):
        studied.act(lambda session: _store(session, again, studied))
    again["id"] = str(uuid.uuid4())  # and as another, from elsewhere
    with pytest.raises(Erased, match="about somebody who was erased here"):
        studied.act(lambda session: _store(session, again, studied))
    studied.credit()
    assert (studied.credited(), count(studied, Observation), count(studied, StatementRow)) == (before, 0, 0)


def test_what_is_credited_while_somebody_is_erased_leaves_no_evidence(studied: World) -> None:
    """The worker read whose statement it is before the person was anonymous; it gets the account's lock afterwards."""
    before, kept = studied.credited(), count(studied, Observation)
    studied.study("reading", 60)
    studied.act(lambda session: setattr(session.get(Enrolment, studied.enrolment_id), "evidence_erased_at", studied.clock()))
    assert studied.credit() == 1
    assert (studied.credited(), count(studied, Observation)) == (before, kept)


def test_an_import_brings_nothing_back_not_even_among_what_is_put_aside(studied: World) -> None:
    account, text = studied.act(
        lambda session: (session.get(Person, studied.person_id).account, session.scalars(select(StatementRow.text)).first())
    )

    def put_aside(session: Any) -> None:
        own = Import(endpoint="https://lrs.example", key="k", page_size=1, begun_at=studied.clock(), touched_at=studied.clock())
        session.add(own)
        session.flush()
        for one in (account, "somebody-else"):
            kept = {"sha256": one.ljust(64, "0"), "reason": "broken", "text": f'{{"actor":"{one}"}}', "at": studied.clock()}
            session.add(StatementSetAside(import_id=own.id, **kept))

    studied.act(put_aside)
    run(studied, "user", "erase", "teacher", "--yes")
    policy = ImportPolicy(Credential("import", v.lms_authority("http://lrs.example"), frozenset({"all"})), "http://localhost")
    taken = studied.act(lambda session: take(session, session.scalars(select(Import)).one(), Fetched([text.encode()]), policy))
    kept = studied.act(lambda session: session.scalars(select(StatementSetAside.text).order_by(StatementSetAside.id)).all())
    assert (taken.new, kept) == (0, ['{"actor":"somebody-else"}', f'{{"id":"{json.loads(text)["id"]}"}}'])
    assert count(studied, StatementRow) == 0


def _store(session: Any, statement: dict[str, Any], world: World) -> None:
    store(session, [statement], "http://localhost", world.clock.advance(1))


def test_erased_twice_it_is_one_erasure(studied: World) -> None:
    run(studied, "user", "erase", "teacher", "--yes")
    again = run(studied, "user", "erase", str(studied.person_id), "--yes", "--json")
    assert json_of(again)["statements"] == 2
    assert count(studied, Erasure) == 1
    assert run(studied, "user", "erase", "teacher", "--yes").exit_code == 2


def test_killed_half_way_it_goes_on_where_it_was(studied: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        studied.study("quiz", 30)
    with studied.app.app_context():
        with transaction() as session:
            person = session.get_one(Person, studied.person_id)
            begun = erasure.begin(session, person, None, "http://localhost", studied.clock())
        monkeypatch.setattr("xapi.storage.erasure.erase_some.__defaults__", (2,))
        with transaction() as session:
            assert erasure.go_on(session, begun.id, studied.clock(), storage())
    assert count(studied, StatementRow) == 3
    assert signed_in_name(studied) == f"erased-{studied.person_id}", "nobody from the first moment on"
    assert run(studied, "user", "erase", str(studied.person_id), "--yes").exit_code == 0
    assert (count(studied, StatementRow), problems(studied)) == (0, ([], [studied.enrolment_id]))


def signed_in_name(world: World) -> str:
    name: str = world.act(lambda session: session.get(Person, world.person_id).username)
    return name


def test_their_own_exports_go_and_everybody_elses_data_stay(studied: World, app: Flask) -> None:
    place = access.build(studied)
    with app.app_context(), transaction() as session:
        job = queue.enqueue(session, "transcripts", studied.person_id, {"class_id": 1}, studied.clock())
        job.state, job.result_object = "done", "jobs/own.zip"
        storage().put("jobs/own.zip", b"PK")
    jobs, people = count(studied, Job), count(studied, Person)
    run(studied, "user", "erase", "teacher", "--yes")
    with app.app_context():
        assert storage().size("jobs/own.zip") is None
    assert (count(studied, Job), count(studied, Person)) == (jobs - 1, people)
    assert place.client("office").get(f"/office/classes/{studied.class_id}").status_code == 200
    assert studied.act(lambda session: session.get(Enrolment, studied.enrolment_id).status) == "withdrawn"


@pytest.mark.parametrize(("typed", "code"), [("teacher\n", 0), ("yes\n", 1), ("\n", 1)])
def test_only_who_types_the_name_erases(studied: World, typed: str, code: int) -> None:
    answer = run(studied, "user", "erase", "teacher", typed=typed)
    assert answer.exit_code == code
    assert (count(studied, Erasure) == 1) == (code == 0)


def test_whom_nobody_knows_nobody_erases(studied: World) -> None:
    answer = run(studied, "user", "erase", "nobody", "--yes")
    assert (answer.exit_code, answer.stderr) == (2, "person: nobody has the user name or id 'nobody'\n")


PLACE = "/records/erasure"


def send(client: FlaskClient, path: str, **form: object) -> TestResponse:
    return client.post(path, data={"csrf_token": access.form_token(client), **form}, follow_redirects=True)


def test_the_office_of_the_whole_site_sees_what_goes_and_types_the_name(studied: World, province: FlaskClient) -> None:
    page = province.get(f"{PLACE}?who=teacher").text
    assert "学习记录" in page
    assert "不再能重新计算" in page
    assert "没有人使用这个用户名" in province.get(f"{PLACE}?who=nobody").text
    assert "没有注销任何人" in send(province, f"{PLACE}/{studied.person_id}", typed="teachers").text
    assert count(studied, Erasure) == 0
    assert "1 条正在参训" in page
    done = send(province, f"{PLACE}/{studied.person_id}", typed="teacher").text
    assert "已删除" in done
    assert f"人员 {studied.person_id} 已于" in done
    assert ('id="erase"' in page, 'id="erase"' in done) == (True, False), "nothing more is offered"
    assert "进行中" in done
    assert signed_in_name(studied) == f"erased-{studied.person_id}"
    with studied.app.app_context():
        go_on.run()
        assert not go_on.run()
    assert (count(studied, StatementRow), problems(studied)) == (0, ([], [studied.enrolment_id]))
    assert send(province, f"{PLACE}/99999", typed="x").status_code == 404
    listed = province.get(PLACE).text
    assert "已注销人员" in listed
    assert "人员编号" in listed  # not the number of a line
    assert ("进行中" in listed, "办公室 province" in listed, "王秀兰" in listed) == (False, True, False)


def test_no_other_office_erases_and_nobody_erases_themselves(
    studied: World, office: FlaskClient, province: FlaskClient, elsewhere: FlaskClient
) -> None:
    for client in (office, elsewhere):
        assert client.get(f"{PLACE}?who=teacher").status_code == 403
        assert send(client, f"{PLACE}/{studied.person_id}", typed="teacher").status_code == 403
    own = studied.act(lambda session: session.scalars(select(Person.id).where(Person.username == "province")).one())
    assert send(province, f"{PLACE}/{own}", typed="province").status_code == 403
    assert count(studied, Erasure) == 0


def test_of_a_name_that_was_changed_nothing_stays_in_the_history_of_the_class(studied: World) -> None:
    def rename(session: Any) -> None:
        note = changes.made("renamed", By(None, studied.clock()), "王秀蓝", "王秀兰")
        changes.note_of(session, session.get_one(Enrolment, studied.enrolment_id), note)

    studied.act(rename)
    run(studied, "user", "erase", "teacher", "--yes")
    told = studied.act(lambda session: [(one.what, one.before, one.after) for one in session.scalars(select(ClassChange))])
    assert ("renamed", "", "") in told
