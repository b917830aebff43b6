"""Does `lms ledger verify --statements` find an edit of any column from which a verdict follows?

Tables and columns come from the models: a new one is edited here too, unless somebody adds the reason why no earning follows from it.
"""

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest
from sqlalchemy import Column, Table, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import xapi.storage.models
from lms import tables
from lms import vocabulary as v
from lms.accounts.account_changes import By
from lms.accounts.people import add_organisation, add_person
from lms.audit.recorded import RECORDED
from lms.classes import membership, setup
from lms.classes.changes import made, note
from lms.classes.models import AttendanceRecord, ClassSession, Enrolment, EnrolmentTransfer, SessionReplacement, TrainingClass
from lms.crediting.verify import verify
from lms.crediting.windows import go_on_somewhere
from lms.db import UtcDateTime, database
from lms.learning.stating import store
from lms.programmes import store as programmes
from tests.course_factories import add_course
from tests.factories import BEGIN, PUBLIC_URL, World
from xapi.storage.models import IdRow

SECOND = 2  # the enrolment of the second person, who has earned nothing: no chain follows from their rows
ALL = {one.name: one for metadata in (tables.METADATA, xapi.storage.models.Base.metadata) for one in metadata.sorted_tables}

READ = {
    *("enrolment", "training_class", "class_course", "class_change", "class_session", "attendance_record", "ledger_entry", "observation"),
    *("enrolment_transfer", "session_replacement", "xapi_statement", "xapi_statement_id", "xapi_statement_reference"),
    *("programme", "programme_version", "course", "course_version", "person", "organisation", "registration"),
}
NOT_READ = {  # table: why nothing that was earned follows from it
    **dict.fromkeys(("lifetime_rule", "elsewhere_hours", "elsewhere_decision"), "of all years; tests/integration/lifetime edits them"),
    "launch": "opened_at decides claims as they come in, which are kept as evidence",
    "attempt": "what is earned follows from the statement that the server wrote of it",
    **dict.fromkeys(("cmi5_session", "cmi5_progress", "check_progress"), "what is earned follows from statements"),
    "activity_state": "where somebody goes on, not what they did",
    "activity_restart": "how many attempts are left; what is earned follows from statements, which it leaves alone",
    "content_failure": "for trainers; where content did not show, nothing was measured",
    "upload": "files on their way to become courses",
    "course_label": "words under which the library finds a course",
    **dict.fromkeys(("draft", "draft_change", "draft_comment", "unit_preview", "made_once"), "how courses are made, and their tries"),
    **dict.fromkeys(("bank_question", "bank_tag"), "a published quiz holds its own copies"),
    **dict.fromkeys(("course_file", "workshop_file"), "how much room the files of courses and drafts take"),
    "h5p_library": "which files contents play with; what is earned follows from statements",
    "answer_key": "decides attempts as they come in",
    "class_staff": "who runs a class",
    "waiver": "what was proposed and decided; what it earns follows from the statement that it names",
    "attendance_mark": "what staff see; what it earns follows from the statement that it names",
    "meeting_name": "whom names in meetings mean; what was attended follows from statements",
    "check_in": "scans of a code; what they earn follows from the statements that they name",
    **dict.fromkeys(
        ("practice_task", "practice_work", "practice_file", "practice_decision"),
        "what was handed in and decided; what it earns follows from the statement of its acceptance",
    ),
    "login_session": "who is signed in",
    "account_change": "who may do what, and what organisations were called",
    **dict.fromkeys(("letterhead", "logo"), "what offices print on documents"),
    "job": "work that waits",
    **dict.fromkeys(
        ("certificate", "register_entry"), "what was certified; edits are planted in tests/integration/certification/test_register_check.py"
    ),
    **dict.fromkeys(("audit_export", "access_record"), "what left the site, and who looked at what"),
    "ledger_check": "results of checks of the ledger",
    "held_session": "a list for reviewers, compared with the evidence; edits are planted in test_holds",
    "appeal": "what was asked and answered; hours change only by evidence",
    "certificate_proposal": "who proposed; what was certified is in the register",
    "issued_file": "copies that were handed out",
    "signing_certificate": "with which documents were signed, after their hours were decided",
    "erasure": "what may be gone, looked at in test_verify",
    "removed_month": "what may be gone, looked at in test_verify",
    "removal": "who let months go",
    **dict.fromkeys(("forward", "forward_dead_letter"), "copies elsewhere"),
    "import": "what came in, which is judged as statements",
    "import_aside": "what did not come in",
    "worker_heartbeat": "whether a worker lives",
}
NOT_READ_OF = {  # table: {column: why nothing that was earned follows from it}
    "person": dict.fromkeys(
        ("username", "email", "password", "active", "fs_uniquifier", "locale", "role_names", "organisation_id"),
        "who signs in and where they belong, not what they earned",
    ),
    "organisation": dict.fromkeys(("code", "kind", "parent_id", "path"), "who may see what"),
    "course": {"organisation_id": "who may publish"}
    | dict.fromkeys(("shared", "archived_at", "newest_version_id", "search_text"), "who finds it and may give it to a class"),
    "course_version": dict.fromkeys(
        ("package_sha256", "listings", "source_sha256", "source_name", "bytes", "warnings", "published_at", "published_by"),
        "which files are shown and kept, what the check advised, and who published them",
    ),
    "registration": dict.fromkeys(("course_version_id", "alias_of"), "of which version it was first, not of which course"),
    "class_session": dict.fromkeys(("id", "title", "place", "link", "teacher", "practical"), "what staff see, not what attending it earns"),
    "programme_version": {"imported_at": "when it came in, not what it says"},
    "training_class": {"following_after": "how far the worker is"},
    "ledger_entry": {"id": "the order of writing across enrolments, which anchors look at"},
    "observation": {"id": "the order in which evidence came, which its running hash covers: a number that keeps the order says nothing"},
    "xapi_statement": dict.fromkeys(
        ("id", "refers", "voiding"), "a statement is found by xapi_statement_id, and what voids it by xapi_statement_reference"
    ),
    "xapi_statement_id": {"digest": "tells a statement that comes again from another one with its id"},
    "xapi_statement_reference": dict.fromkeys(("sid", "stored"), "where the statement that refers is, which is found by its id"),
}


def test_every_table_is_read_or_has_a_reason() -> None:
    own = {name for name in ALL if not name.startswith("xapi_")}
    assert own == (READ | NOT_READ.keys()) & own
    for name, columns in NOT_READ_OF.items():
        assert columns.keys() <= set(ALL[name].c.keys())


@pytest.fixture
def lived(world: World) -> World:
    """A world in which every kind of row is there, and a second one of what rows refer to."""
    by = By(world.person_id, world.clock())

    def begin(session: Session) -> None:
        one = session.get_one(TrainingClass, world.class_id)
        note(session, one.id, made("opened", by, after="online-teaching 2020"))
        note(session, one.id, made("name", by, before="a", after=one.name))
        second_of_all(session, one)

    world.act(begin)
    film, quiz = world.subject("film"), world.subject("quiz")
    first = world.study("reading", 300)
    world.clock.advance(700)
    world.say(film, v.PAUSED, {"extensions": {v.PLAYED_SEGMENTS: "0[.]300"}})
    world.say(quiz, v.COMPLETED, {"completion": True})
    world.credit()
    world.study("reading", 60, subject=first)
    world.credit()
    statement = world.act(lambda session: session.scalars(select(IdRow.id).order_by(IdRow.sid)).first())
    voiding = {
        "actor": v.lms_authority(PUBLIC_URL),
        "verb": {"id": v.VOIDED},
        "object": {"objectType": "StatementRef", "id": str(statement)},
    }
    world.act(lambda session: store(session, [voiding], PUBLIC_URL, world.clock()))
    world.credit()
    world.act(lambda session: membership.move(session, membership.locked(session, world.enrolment_id), "junior", by))
    world.act(lambda session: session.add(attended(world)))
    world.act(lambda session: session.add(planned(world)))
    world.act(lambda session: moved_about(session, world))
    while world.act(lambda session: go_on_somewhere(session, world.clock())):
        pass
    return world


def planned(world: World) -> ClassSession:
    return ClassSession(
        class_id=world.class_id,
        key="live-1",
        title="直播课",
        requirement="online",
        starts_at=BEGIN,
        ends_at=BEGIN + timedelta(hours=1),
        half_days=0,
    )


def moved_about(session: Session, world: World) -> None:
    """Let the teacher have come from another class, and a session be moved online for them."""
    other = session.scalars(select(TrainingClass.id).where(TrainingClass.code == "k9")).one()
    moved = {"from_class_id": other, "to_class_id": world.class_id, "day": date(2026, 3, 2), "made_at": BEGIN, "made_by": world.person_id}
    session.add(EnrolmentTransfer(enrolment_id=world.enrolment_id, **moved))
    session.get_one(Enrolment, world.enrolment_id).transferred = True
    online = {"key": "r1", "sessions": ["live-1"], "course_version_id": world.course_version_id, "people": [world.enrolment_id]}
    session.add(SessionReplacement(class_id=world.class_id, **online, reason="停电", made_at=BEGIN, made_by=world.person_id))


def attended(world: World) -> AttendanceRecord:
    return AttendanceRecord(
        enrolment_id=world.enrolment_id,
        requirement="online",
        quantity=Decimal(1),
        noted_on=date(2026, 3, 2),
        noted_by=world.person_id,
        note="",
        created_at=BEGIN,
    )


def second_of_all(session: Session, one: TrainingClass) -> None:
    """Add one more row of each table that others refer to, so that each reference can be changed to another row."""
    provider = add_organisation(session, "p2", "另一机构", "provider")
    person = add_person(session, "second", "李强", ("teacher",), password=None, organisation=provider)
    text_ = (resources.files("lms.programmes") / "data" / "rural-lead-2020.toml").read_text(encoding="utf-8")
    version = programmes.import_toml(session, text_, BEGIN).version
    add_course(session, "c9", {"page": {"minutes": 30}})
    other = setup.create_class(session, version, setup.ClassDetails("k9", "九班", provider, one.starts_on, one.ends_on))
    setup.enrol(session, other, person, "lead", "in-training")


def columns() -> Iterator[Column[Any]]:
    for name in sorted(READ):
        yield from (column for column in ALL[name].c if column.name not in NOT_READ_OF.get(name, {}))


def edited(session: Session, column: Column[Any], row: Any) -> Any:
    """Return another value that the column can hold."""
    value = getattr(row, column.name)
    if column.foreign_keys:
        parent = next(iter(column.foreign_keys)).column
        return session.execute(select(parent).where(parent.is_distinct_from(value)).limit(1)).scalar_one()
    if value is None:
        return BEGIN if isinstance(column.type, UtcDateTime) else {str: "0" * 64, bytes: b"x"}.get(column.type.python_type, 1)
    changes: dict[type, Any] = {
        bool: lambda: not value,
        int: lambda: value + 1000,
        float: lambda: value / 2,
        Decimal: lambda: value + 1,
        str: lambda: ("x" + value)[: getattr(column.type, "length", None)],
        bytes: lambda: b"x" + value,
        datetime: lambda: value + timedelta(days=1),
        date: lambda: value + timedelta(days=1),
        uuid.UUID: uuid.uuid4,
        dict: lambda: {**value, "x": 1},
        list: lambda: [*value, "x"],
    }
    return changes[type(value)]()


def found(session: Session) -> list[str]:
    session.expire_all()
    return [str(one) for checked in verify(session, public_url=PUBLIC_URL, removals=RECORDED) for one in checked.findings]


def survives(session: Session, column: Column[Any]) -> bool:
    """Say whether an edit of the first or the last row's value is not found."""
    table: Table = column.table
    rows = session.execute(select(*table.c).order_by(*table.primary_key)).all()
    assert rows, f"no {table.name} to edit"
    missed = 0
    for row in rows:
        same = [key == getattr(row, key.name) for key in table.primary_key]
        try:
            with session.begin_nested() as savepoint:
                session.execute(update(table).where(*same).values({column: edited(session, column, row)}))
                session.execute(text("SET CONSTRAINTS ALL IMMEDIATE")) if session.get_bind().dialect.name == "postgresql" else None
                missed += not found(session) and not is_about_nobody(column.table.name, row, column.name)
                savepoint.rollback()
        except IntegrityError:
            pass  # the database itself refuses it
    return missed > 0


def is_about_nobody(table: str, row: Any, column: str = "") -> bool:
    """Say whether a row was added only as the target of references: nobody earns anything by it.

    It is the same for the flag that a voiding statement is itself void: that cannot be.
    """
    if table == "xapi_statement" and column == "voided" and row.voiding:
        return True
    mine = {"organisation": "code", "person": "username", "course": "code", "programme": "code", "training_class": "code"}
    if table in mine:
        return getattr(row, mine[table]) in {"p2", "second", "c9", "rural-lead", "k9"}
    if table == "class_change":  # that they were enrolled, which only a chain of theirs would cover
        return row.what == "enrolled" and row.enrolment_id == SECOND
    return (table, row[0]) in {("course_version", 2), ("programme_version", 2), ("enrolment", SECOND)}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # both are read with the same queries (test_verify.py)
def test_an_edit_of_every_column_is_found(lived: World) -> None:
    missed = []
    with lived.app.app_context(), database().writer() as session, session.begin() as transaction:
        assert found(session) == []
        for column in columns():
            if survives(session, column):
                missed.append(f"{column.table.name}.{column.name}")
        assert found(session) == []
        transaction.rollback()
    assert missed == []


def test_a_row_that_is_taken_away_or_added_is_found(lived: World) -> None:
    missed = []
    gone = ("attendance_record", "class_change", "class_course", "ledger_entry", "observation", "xapi_statement", "xapi_statement_id")
    with lived.app.app_context(), database().writer() as session, session.begin() as transaction:
        for name in (*gone, "registration", "xapi_statement_reference"):
            table = ALL[name]
            for row in session.execute(select(*table.c)).all():
                with session.begin_nested() as savepoint:
                    if name == "registration":
                        session.execute(text("DELETE FROM launch"))
                    session.execute(table.delete().where(*(key == getattr(row, key.name) for key in table.primary_key)))
                    missed += [] if found(session) or is_about_nobody(name, row) else [f"{name} {row[0]}"]
                    savepoint.rollback()
        transaction.rollback()
    assert missed == []
