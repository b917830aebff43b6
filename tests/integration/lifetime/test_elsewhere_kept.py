"""Do hours earned elsewhere stay as they were approved, and is every change found?"""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation, Person
from lms.accounts.people import add_person
from lms.audit.elsewhere_check import differences
from lms.db import database
from lms.errors import InvalidInput
from lms.lifetime import elsewhere
from lms.lifetime.models import ElsewhereDecision, ElsewhereHours
from lms.migrations import guards
from lms.privacy.erasure import person as erasure
from lms.privacy.erasure.commands import erase_whole
from lms.storage import storage
from tests.factories import PUBLIC_URL, World, signed_in
from tests.integration.lifetime.entering import PDF, decide, enter, found_wrong, hours


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (update(ElsewhereHours).values(amount=99), "is not what statement"),
        (update(ElsewhereHours).values(person_id=3), "is about somebody else"),
        (update(ElsewhereHours).values(statement_sha256="0" * 64), "was changed after it was stored"),
        (update(ElsewhereHours).values(state="withdrawn"), "its state is not its last decision"),
        (update(ElsewhereHours).values(statement_id=None), "approval and statement do not belong together"),
        (update(ElsewhereHours).values(entered_by=3), "entered it"),
        (update(ElsewhereDecision).values(what="returned"), "nobody approved it"),
    ],
)
def test_the_check_finds_an_edit_in_the_database(offices: World, change: Any, said: str) -> None:
    enter(signed_in(offices.app, "first"), offices)
    decide(signed_in(offices.app, "second"), offices, "approved")
    offices.act(lambda session: session.execute(change))
    assert any(said in line for line in found_wrong(offices)), found_wrong(offices)


def test_the_check_finds_a_decision_that_was_given_to_somebody_else(offices: World) -> None:
    enter(signed_in(offices.app, "first"), offices)
    decide(signed_in(offices.app, "second"), offices, "approved")
    stranger = offices.act(lambda session: erasure.find(session, "stranger").id)
    offices.act(lambda session: session.execute(update(ElsewhereDecision).values(by=stranger)))
    assert any("another person approved it than its statement says" in line for line in found_wrong(offices))


def test_the_check_finds_an_entry_that_was_deleted_with_its_decisions(offices: World) -> None:
    first, second = signed_in(offices.app, "first"), signed_in(offices.app, "second")
    enter(first, offices)
    decide(second, offices, "approved")
    enter(first, offices, title="另一培训", amount="1", content=b"%PDF-1.7 another")
    decide(second, offices, "approved", entry=2)
    decide(first, offices, "withdrawn", "误登", entry=2)
    assert found_wrong(offices) == []

    def remove(session: Session) -> None:
        session.execute(delete(ElsewhereDecision))
        session.execute(delete(ElsewhereHours))

    offices.act(remove)
    [line] = found_wrong(offices)
    assert "states an approval, and no entry has it" in line


def document_name(world: World, person_id: int | None = None) -> str:
    return elsewhere.document_object(person_id or world.person_id, hashlib.sha256(PDF).hexdigest())


def test_the_check_finds_a_document_that_was_changed_or_lost(offices: World) -> None:
    enter(signed_in(offices.app, "first"), offices)
    offices.act(lambda _session: storage().put(document_name(offices), b"%PDF-1.7 another"))
    assert any("its document was changed" in line for line in found_wrong(offices))
    offices.act(lambda _session: storage().delete(document_name(offices)))
    assert any("its document is not in the file store" in line for line in found_wrong(offices))


def test_what_has_lost_its_document_is_not_approved(offices: World) -> None:
    enter(signed_in(offices.app, "first"), offices)
    second = signed_in(offices.app, "second")
    offices.act(lambda _session: storage().delete(document_name(offices)))
    refused = decide(second, offices, "approved")
    assert refused.status_code == 422
    assert "材料已不在文件存储中" in refused.text
    assert hours(offices) == ("0", 0)
    assert decide(second, offices, "returned", "请重新上传").status_code == 302


def erase(world: World, username: str) -> None:
    """Erase a person, on a database with its guards."""

    def whom(session: Session) -> int:
        return erasure.find(session, username).id

    with world.app.app_context():
        with database().engine.begin() as connection:
            guards.install(connection)
        erase_whole(world.act(whom), None)


def test_erasing_a_person_takes_entries_and_documents_and_leaves_those_of_others(offices: World) -> None:
    def add(session: Session) -> int:
        own = session.query(Organisation).filter_by(code="p1").one()
        return add_person(session, "mate", "同事", ("teacher",), password=None, organisation=own).id

    mate = offices.act(add)
    first, second = signed_in(offices.app, "first"), signed_in(offices.app, "second")
    for whose in (offices, replace(offices, person_id=mate)):
        assert enter(first, whose).status_code == 302
    decide(second, offices, "approved")
    assert decide(second, replace(offices, person_id=mate), "approved", entry=2).status_code == 302
    erase(offices, "teacher")
    assert offices.act(lambda session: session.scalars(select(ElsewhereHours.person_id)).all()) == [mate]
    assert offices.act(lambda _session: storage().size(document_name(offices))) is None
    assert offices.act(lambda _session: storage().size(document_name(offices, mate))) == len(PDF)
    assert found_wrong(offices) == []


def test_an_erasure_that_fails_keeps_the_documents(offices: World) -> None:
    enter(signed_in(offices.app, "first"), offices)

    def fail(session: Session) -> None:
        erasure.begin(session, session.get_one(Person, offices.person_id), None, PUBLIC_URL, offices.clock())
        raise InvalidInput("the connection was lost")

    with pytest.raises(InvalidInput):
        offices.act(fail)
    assert offices.act(lambda _session: storage().size(document_name(offices))) == len(PDF)
    assert found_wrong(offices) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE elsewhere_hours SET amount = 99",
        "UPDATE elsewhere_hours SET person_id = 2",
        "UPDATE elsewhere_hours SET state = 'proposed'",
        "UPDATE elsewhere_hours SET state = 'withdrawn', statement_sha256 = 'x'",
        "DELETE FROM elsewhere_hours",
        "UPDATE elsewhere_decision SET reason = 'x'",
        'UPDATE elsewhere_decision SET "by" = 1',
        "DELETE FROM elsewhere_decision",
        "UPDATE lifetime_rule SET document = '{}'",
        "DELETE FROM lifetime_rule",
    ],
)
def test_the_database_refuses_to_change_what_was_approved(offices: World, change: str) -> None:
    with offices.app.app_context(), database().engine.begin() as connection:
        guards.install(connection)
    first, second = signed_in(offices.app, "first"), signed_in(offices.app, "second")
    enter(first, offices)
    assert decide(second, offices, "approved").status_code == 302
    with pytest.raises(DBAPIError, match="never changed or deleted"):
        offices.act(lambda session: session.execute(text(change)))
    assert decide(first, offices, "withdrawn", "重复登记").status_code == 302
    assert found_wrong(offices) == []


def test_an_erasure_during_the_check_is_no_finding(offices: World) -> None:
    enter(signed_in(offices.app, "first"), offices)
    decide(signed_in(offices.app, "second"), offices, "approved")

    def erase(_number: int) -> bool:
        erase_whole(offices.person_id, None)
        return True

    with offices.app.app_context(), database().reader() as old_state:
        assert list(differences(old_state, storage(), PUBLIC_URL, erase)) == []
        assert list(storage().listed(elsewhere.folder_of(offices.person_id))) == [], "the document was deleted before it was read"
