"""Does `lms db upgrade` make exactly the tables that the code knows, on both databases, and undo them again?"""

import json
import uuid
from datetime import UTC, datetime

import alembic.command
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, select, text
from sqlalchemy.orm import Session

import xapi
import xapi.storage.models
from lms import tables
from lms.crediting import ledger
from lms.crediting.chain import Entry, hash_of
from lms.learning.models import ActivityState, Attempt, Registration
from lms.migrations import migrating, schema


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def empty(request: pytest.FixtureRequest, tmp_path):  # type: ignore[no-untyped-def]
    url = f"sqlite:///{tmp_path}/empty.sqlite3" if request.param == "sqlite" else request.getfixturevalue("empty_postgres_url")
    engine = create_engine(url)
    yield engine
    engine.dispose()


def test_an_upgraded_database_has_what_the_models_say(empty: Engine) -> None:
    migrating.upgrade(empty)
    with empty.connect() as connection:
        parts = {one.name for one in xapi.storage.partitions.listed(connection)}  # PostgreSQL's own tables below ours
        options = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or name not in parts}
        found = MigrationContext.configure(connection, opts=options)
        differences = compare_metadata(found, [tables.METADATA, xapi.storage.models.Base.metadata])  # type: ignore[arg-type]
        assert differences == []
        assert schema.missing(connection) is None


def test_an_empty_database_is_told_apart_and_a_second_upgrade_does_nothing(empty: Engine) -> None:
    with empty.connect() as connection:
        assert "lms db upgrade" in (schema.missing(connection) or "")
    migrating.upgrade(empty)
    migrating.upgrade(empty)


def test_the_versions_are_those_that_alembic_knows() -> None:
    known = [one.revision for one in ScriptDirectory.from_config(migrating.config()).walk_revisions()]
    assert list(schema.revisions()) == known[::-1]


def test_a_database_of_a_newer_program_is_told_apart(empty: Engine) -> None:
    migrating.upgrade(empty)
    with empty.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        assert "newer than this program" in (schema.missing(connection) or "")


def test_the_way_back_leaves_nothing(empty: Engine) -> None:
    migrating.upgrade(empty)
    config = migrating.config()
    with empty.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.downgrade(config, "base")
    assert inspect(empty).get_table_names() == ["alembic_version"]


def test_statements_of_the_time_before_partitions_are_all_there_afterwards(empty: Engine) -> None:
    config = migrating.config()
    columns = "sid, id, stored, digest, refers, voiding, voided, text"
    with empty.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0007")
        on_sqlite = connection.dialect.name == "sqlite"
        for sid, month in ((1, 1), (2, 1), (3, 12)):
            instant = datetime(2026, month, 3, 4, 5, 6, 789, tzinfo=UTC)
            row = {
                "sid": sid,
                "id": uuid.UUID(int=sid),
                "stored": instant,
                "digest": f"d{sid}",
                "refers": uuid.UUID(int=1) if sid == 2 else None,
            }
            values = {**row, "stored": int(instant.timestamp()) * 10**6 + 789} if on_sqlite else row
            values |= {"id": values["id"].hex, "refers": values["refers"].hex if values["refers"] else None} if on_sqlite else {}  # type: ignore[attr-defined]
            connection.execute(
                text(f"INSERT INTO xapi_statement ({columns}) VALUES (:sid, :id, :stored, :digest, :refers, false, false, 'x')"), values
            )
        before = connection.execute(text(f"SELECT {columns} FROM xapi_statement ORDER BY sid")).all()
    migrating.upgrade(empty)
    with empty.begin() as connection:
        joined = "SELECT s.sid, s.id, s.stored, i.digest, s.refers, s.voiding, s.voided, s.text FROM xapi_statement s JOIN xapi_statement_id i USING (sid, stored)"
        assert connection.execute(text(f"{joined} ORDER BY s.sid")).all() == before
        assert connection.execute(text("SELECT count(*) FROM xapi_statement_reference")).scalar() == 1
        parts = [one.name for one in xapi.storage.partitions.listed(connection) if one.name.startswith("xapi_statement_2")]
        assert parts == ([] if on_sqlite else ["xapi_statement_2026_01", "xapi_statement_2026_12"])
        config.attributes["connection"] = connection
        alembic.command.downgrade(config, "0007")
        assert connection.execute(text(f"SELECT {columns} FROM xapi_statement ORDER BY sid")).all() == before


def test_people_erased_before_marks_existed_are_marked(empty: Engine) -> None:
    config = migrating.config()
    first, second = uuid.uuid4(), uuid.uuid4()
    with empty.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0018")
        person = (
            "INSERT INTO person (id, account, username, name, active, fs_uniquifier, role_names) VALUES (1, 'a', 'u', 'n', false, 'f', 't')"
        )
        connection.execute(text(person))
        at = datetime(2026, 3, 1, tzinfo=UTC)
        row = {
            "agents": json.dumps([first.hex, second.hex]),
            "at": at if connection.dialect.name == "postgresql" else "2026-03-01 00:00:00.000000",
        }
        columns = "person_id, agents, begun_at, statements, documents, observations"
        connection.execute(text(f"INSERT INTO erasure ({columns}) VALUES (1, :agents, :at, 0, 0, 0)"), row)
    migrating.upgrade(empty)
    with Session(empty) as session:
        rows = session.scalars(select(xapi.storage.models.ErasedAgent)).all()
        assert {(row.key, row.since) for row in rows} == {(first, at), (second, at)}


def test_entries_of_format_1_stay_as_they_are_and_their_class_waits_for_a_baseline(empty: Engine) -> None:
    config = migrating.config()
    on_postgresql = empty.dialect.name == "postgresql"
    at = datetime(2026, 3, 2, 2, tzinfo=UTC)
    when = at if on_postgresql else "2026-03-02 02:00:00.000000"
    entry = Entry(1, 1, "c1:reading", 300, "credit", 1, "a" * 64, ("x",), at, "0" * 64, format=1)
    with empty.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0021")
        for line in (
            "INSERT INTO organisation (id, code, name, kind, path) VALUES (1, 'o', 'o', 'provider', '/1/')",
            "INSERT INTO person (id, account, username, name, active, fs_uniquifier, role_names) VALUES (1, 'a', 'u', 'n', false, 'f', 't')",
            "INSERT INTO programme (id, code, year) VALUES (1, 'p', 2026)",
            "INSERT INTO programme_version (id, programme_id, number, document, sha256, effective_from, imported_at)"
            " VALUES (1, 1, 1, '{}', 'x', '2026-01-01', :at)",
            "INSERT INTO training_class (id, code, name, intake, programme_version_id, provider_id, starts_on, ends_on)"
            " VALUES (1, 'k', 'k', '', 1, 1, '2026-03-01', '2026-06-30'), (2, 'l', 'l', '', 1, 1, '2026-03-01', '2026-06-30')",
            "INSERT INTO enrolment (id, class_id, person_id, track, status, ledger_length, ledger_head, credited_seconds)"
            " VALUES (1, 1, 1, 't', 'in-training', 1, :hash, 300), (2, 2, 1, 't', 'in-training', 0, NULL, 0)",
            "INSERT INTO ledger_entry (id, enrolment_id, number, activity, seconds, reason, programme_version_id, policy_sha256, evidence,"
            " recorded_at, previous_hash, hash) VALUES (1, 1, 1, 'c1:reading', 300, 'credit', 1, :policy, '[\"x\"]', :at, :genesis, :hash)",
        ):
            values = {"at": when, "hash": hash_of(entry), "policy": "a" * 64, "genesis": "0" * 64}
            connection.execute(text(line), {name: value for name, value in values.items() if f":{name}" in line})
    migrating.upgrade(empty)
    with Session(empty) as session:
        assert ledger.entries_of(session, 1) == [(entry, hash_of(entry))]
        assert ledger.sums(session, [1, 2]) == {1: {ledger.Account("c1:reading"): 300}, 2: {}}
        assert session.execute(text("SELECT following_after FROM training_class ORDER BY id")).scalars().all() == [0, None]


def test_registrations_of_two_versions_become_one_of_the_course_and_an_alias(empty: Engine) -> None:
    config = migrating.config()
    first, second, launch = uuid.UUID(int=2), uuid.UUID(int=1), uuid.UUID(int=3)
    on_postgresql = empty.dialect.name == "postgresql"

    def instant(hour: int) -> object:
        return datetime(2026, 3, 1, hour, tzinfo=UTC) if on_postgresql else f"2026-03-01 0{hour}:00:00.000000"

    values = {
        **{name: one if on_postgresql else one.hex for name, one in (("first", first), ("second", second), ("launch", launch))},
        **{"early": instant(1), "late": instant(2)},
    }
    version = "INSERT INTO course_version (id, course_id, number, document, document_sha256, package_sha256, title_zh, title_en, minutes, published_at)"
    attempt = "INSERT INTO attempt (id, registration_id, activity, number, launch_id, answers, score, score_max, passed, at)"
    with empty.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0040")
        for line in (
            "INSERT INTO organisation (id, code, name, kind, path) VALUES (1, 'o', 'o', 'provider', '/1/')",
            "INSERT INTO person (id, account, username, name, active, fs_uniquifier, role_names) VALUES (1, 'a', 'u', 'n', false, 'f', 't')",
            "INSERT INTO programme (id, code, year) VALUES (1, 'p', 2026)",
            "INSERT INTO programme_version (id, programme_id, number, document, sha256, effective_from, imported_at)"
            " VALUES (1, 1, 1, '{}', 'x', '2026-01-01', :early)",
            "INSERT INTO training_class (id, code, name, intake, programme_version_id, provider_id, starts_on, ends_on)"
            " VALUES (1, 'k', 'k', '', 1, 1, '2026-03-01', '2026-06-30')",
            "INSERT INTO enrolment (id, class_id, person_id, track, status, ledger_length, credited_seconds) VALUES (1, 1, 1, 't', 'x', 0, 0)",
            "INSERT INTO course (id, code) VALUES (1, 'c')",
            f"{version} VALUES (1, 1, 1, '{{}}', 'x', 'x', 'x', 'x', 1, :early)",
            f"{version} VALUES (2, 1, 2, '{{}}', 'y', 'y', 'y', 'y', 1, :early)",
            "INSERT INTO registration (id, enrolment_id, course_version_id) VALUES (:first, 1, 1)",
            "INSERT INTO registration (id, enrolment_id, course_version_id) VALUES (:second, 1, 2)",
            "INSERT INTO launch (id, registration_id, enrolment_id, person_id, course_version_id, activity, device, opened_at, live, lease,"
            " nonce, previous_nonce, closed_seconds, earlier_seconds, cap_seconds)"
            " VALUES (:launch, :second, 1, 1, 2, 'quiz', '', :early, false, 1, '', '', 0, 0, 0)",
            "INSERT INTO activity_state (registration_id, activity, body, updated_at) VALUES (:first, 'a', 'old', :early)",
            "INSERT INTO activity_state (registration_id, activity, body, updated_at) VALUES (:second, 'a', 'new', :late)",
            "INSERT INTO activity_state (registration_id, activity, body, updated_at) VALUES (:first, 'b', 'new', :late)",
            "INSERT INTO activity_state (registration_id, activity, body, updated_at) VALUES (:second, 'b', 'old', :early)",
            "INSERT INTO activity_state (registration_id, activity, body, updated_at) VALUES (:second, 'c', 'only', :early)",
            f"{attempt} VALUES (:first, :first, 'quiz', 1, :launch, '{{}}', 0, 1, false, :early)",
            f"{attempt} VALUES (:second, :second, 'quiz', 1, :launch, '{{}}', 1, 1, true, :late)",
        ):
            connection.execute(text(line), {name: value for name, value in values.items() if f":{name}" in line})
    migrating.upgrade(empty)
    with Session(empty) as session:
        rows = session.execute(
            select(Registration.id, Registration.course_id, Registration.alias_of).order_by(Registration.course_version_id)
        )
        assert [tuple(row) for row in rows] == [(first, 1, None), (second, 1, first)]
        states = session.execute(
            select(ActivityState.registration_id, ActivityState.activity, ActivityState.body).order_by(ActivityState.activity)
        )
        assert [tuple(row) for row in states] == [(first, "a", "new"), (first, "b", "new"), (first, "c", "only")]
        attempts = session.execute(select(Attempt.registration_id, Attempt.number, Attempt.passed).order_by(Attempt.number))
        assert [tuple(row) for row in attempts] == [(first, 1, False), (first, 2, True)]
