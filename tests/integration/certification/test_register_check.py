"""Does `lms ledger verify` name every edit of the register, of a certificate, of its frozen evidence and of its account?"""

import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms import tables
from lms.audit.recorded import RECORDED
from lms.certification import register_check
from lms.certification.models import RegisterEntry
from lms.classes.models import Enrolment
from lms.crediting.drain import recredit
from lms.crediting.models import Certificate, LedgerEntry
from lms.crediting.verify import verify
from lms.db import database
from lms.privacy.erasure import person as erasure
from tests.factories import PUBLIC_URL
from tests.integration.certification.conftest import Office

NOT_READ = {"certificate": {"id": "its row's own number"}, "register_entry": {"id": "its row's own number; `position` is covered"}}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Edits are planted on one database: no SQL here differs."""
    return sqlite_url


@pytest.fixture
def certified(office: Office) -> Office:
    """A certificate with two versions, of which the first is superseded, and one of another person that is revoked."""
    [first] = office.certify().issued
    office.world.study("more", 1800)
    office.world.credit()
    office.supersede(first)
    return office


def edits() -> list[tuple[str, str]]:
    return [
        (name, column.name)
        for name in ("certificate", "register_entry")
        for column in tables.METADATA.tables[name].columns
        if column.name not in NOT_READ[name]
    ]


def other(value: Any) -> Any:
    """Return another value of the same kind."""
    if value is None:  # of a person
        return 7
    if isinstance(value, dict):
        return {**value, "planted": 1}
    if isinstance(value, bytes):
        return zlib.compress(zlib.decompress(value).replace(b"540", b"541", 1) + b" ")
    if isinstance(value, int):
        return value + 7
    if isinstance(value, str):
        return "revoked" if value in {"valid", "superseded", "issued"} else ("x" if not value or value[0] != "x" else "y") + value[1:]
    return value.replace(year=2001)


def test_an_edit_of_any_column_is_found(certified: Office) -> None:
    assert certified.findings() == []
    assert [edit for edit in edits() if not found_after(certified, partial(plant, edit))] == []


def plant(edit: tuple[str, str], session: Session) -> None:
    rows = tables.METADATA.tables[edit[0]]
    number = session.scalars(select(rows.c.id).order_by(rows.c.id)).first()
    value = session.scalars(select(rows.c[edit[1]]).where(rows.c.id == number)).one()
    changed = {"enrolment_id": OTHER, "by": 1, "proposed_by": 1}.get(edit[1]) or other(value)
    session.execute(update(rows).where(rows.c.id == number).values({edit[1]: changed}))


OTHER = 2  # the enrolment of the other teacher


def found_after(certified: Office, work: Callable[[Session], object]) -> list[str]:
    """Return what is found after an edit, which is then rolled back."""
    with certified.world.app.app_context(), database().writer() as session:
        try:
            work(session)
        except IntegrityError as error:
            return [f"refused by the database: {error.orig}"]
        found = [one for batch in verify(session, public_url=PUBLIC_URL, removals=RECORDED) for one in batch.findings]
        found += register_check.check(session, removals=RECORDED).findings
        session.rollback()
    return [str(one) for one in found]


FAULTS: dict[str, Callable[[Session], object]] = {
    "the last entry is cut off": lambda session: session.execute(delete(RegisterEntry).where(RegisterEntry.position == 3)),
    "an entry is taken out": lambda session: session.execute(delete(RegisterEntry).where(RegisterEntry.position == 2)),
    "a version is taken out": lambda session: session.execute(delete(Certificate).where(Certificate.version == 1)),
    "an account is thawed": lambda session: session.execute(update(Enrolment).where(Enrolment.id == 1).values(certified_at=None)),
    "a ledger entry is edited": lambda session: session.execute(update(LedgerEntry).where(LedgerEntry.number == 1).values(amount=36_060)),
    "the rules are edited": lambda session: session.execute(update(Certificate).values(rules={"live": {}, "programme_version": 1})),
    "personal data are deleted": lambda session: session.execute(update(Certificate).values(person=None, salt=None, bundle=None)),
}


def test_a_planted_fault_is_found(certified: Office) -> None:
    assert [name for name, fault in FAULTS.items() if not found_after(certified, fault)] == []
    assert certified.findings() == []


def test_hours_that_were_added_to_a_certified_account_are_named(certified: Office) -> None:
    """The chain itself is whole: only the certificate tells that the account has moved since."""

    def add(session: Session) -> None:
        enrolment = session.get_one(Enrolment, certified.enrolment_id)
        frozen, enrolment.certified_at = enrolment.certified_at, None
        session.flush()
        recredit(session, [enrolment.id], certified.world.clock())
        enrolment.certified_at = frozen

    certified.world.study("more", 1800)
    certified.world.credit()
    certified.world.act(add)
    found = certified.findings()
    assert len(found) == 1
    assert "its account was changed after it was certified" in found[0]


@pytest.mark.usefixtures("guarded")
def test_erasure_deletes_name_and_evidence_and_the_register_stays_whole(certified: Office) -> None:
    def erase(session: Session) -> None:
        erasure.begin(session, erasure.find(session, "teacher"), None, PUBLIC_URL, certified.world.clock())

    with certified.world.app.app_context():
        certified.world.act(erase)
    rows = certified.world.act(lambda session: session.execute(select(Certificate.person, Certificate.salt, Certificate.bundle)).all())
    assert {tuple(row) for row in rows} == {(None, None, None)}
    reasons = certified.world.act(lambda session: set(session.scalars(select(RegisterEntry.reason))))
    assert reasons == {""}
    assert certified.findings() == []


def test_certified_accounts_are_counted_and_not_compared_with_the_rules_of_today(certified: Office) -> None:
    with certified.world.app.app_context(), database().reader() as session:
        checked = next(iter(verify(session)))
    assert checked.certified == 1
    assert checked.findings == []
