"""Which accounts do the migrations of what films are worth let the worker decide again?"""

import json
from datetime import UTC, datetime

import alembic.command
import pytest
from sqlalchemy import Engine, create_engine, text

from lms.migrations import migrating

FILM = {"minutes": 2, "media_seconds": 61, "requires": {"coverage": 0.9}}
WHOLE = {"minutes": 1, "media_seconds": 60, "requires": {"coverage": 1}}
ENOUGH = {"minutes": 1, "media_seconds": 60, "requires": {"coverage": 0.9}}
READING = {"minutes": 30, "requires": {}}
SHORT = {"minutes": 1, "media_seconds": 4, "requires": {}}
COURSES = [FILM, WHOLE, ENOUGH, READING, SHORT, READING]  # studied by the classes 1 to 6; the last teacher was transferred


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def before(request: pytest.FixtureRequest, tmp_path):  # type: ignore[no-untyped-def]
    """Return a database of the version before, with one teacher in each class."""
    url = f"sqlite:///{tmp_path}/empty.sqlite3" if request.param == "sqlite" else request.getfixturevalue("empty_postgres_url")
    engine, config = create_engine(url), migrating.config()
    at = datetime(2026, 3, 1, tzinfo=UTC) if engine.dialect.name == "postgresql" else "2026-03-01 00:00:00.000000"
    lines = [
        "INSERT INTO organisation (id, code, name, kind, path) VALUES (1, 'o', 'o', 'provider', '/1/')",
        "INSERT INTO person (id, account, username, name, active, fs_uniquifier, role_names) VALUES (1, 'a', 'u', 'n', false, 'f', 't')",
        "INSERT INTO programme (id, code, year) VALUES (1, 'p', 2026)",
        "INSERT INTO programme_version (id, programme_id, number, document, sha256, effective_from, imported_at)"
        " VALUES (1, 1, 1, '{}', 'x', '2026-01-01', :at)",
    ]
    for number, activity in enumerate(COURSES, start=1):
        document = json.dumps({"modules": [{"activities": [activity]}]}).replace(":", "\\:")
        lines += [
            f"INSERT INTO course (id, code) VALUES ({number}, 'c{number}')",
            "INSERT INTO course_version (id, course_id, number, document, document_sha256, package_sha256, title_zh, title_en, minutes,"
            f" published_at) VALUES ({number}, {number}, 1, '{document}', 'x{number}', 'x', 'x', 'x', 1, :at)",
            "INSERT INTO training_class (id, code, name, intake, programme_version_id, provider_id, starts_on, ends_on)"
            f" VALUES ({number}, 'k{number}', 'k', '', 1, 1, '2026-03-01', '2026-06-30')",
            f"INSERT INTO class_course (class_id, course_version_id, requirement, compulsory, position) VALUES ({number}, {number}, '', true, 1)",
            "INSERT INTO enrolment (id, class_id, person_id, track, status, ledger_length, credited_seconds, verdict, transferred)"
            f" VALUES ({number}, {number}, 1, 't', 'x', 0, 0, 'missing', {'true' if number == len(COURSES) else 'false'})",
        ]
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0043")
        for line in lines:
            connection.execute(text(line), {"at": at} if ":at" in line else {})
    yield engine
    engine.dispose()


def test_only_accounts_that_the_new_rule_can_change_wait_to_be_decided_again(before: Engine) -> None:
    migrating.upgrade(before)
    with before.connect() as connection:
        assert connection.execute(text("SELECT verdict FROM enrolment ORDER BY id")).scalars().all() == [
            "",
            "",
            "missing",
            "missing",
            "",
            "",
        ]
        assert connection.execute(text("SELECT following_after FROM training_class ORDER BY id")).scalars().all() == [
            0,
            0,
            None,
            None,
            0,
            0,
        ]


def test_only_accounts_with_media_of_a_few_seconds_wait_again_when_these_are_worth_less(before: Engine) -> None:
    with before.begin() as connection:
        config = migrating.config()
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0053-1")
        connection.execute(text("UPDATE enrolment SET verdict = 'missing'"))
        connection.execute(text("UPDATE training_class SET following_after = NULL"))
    migrating.upgrade(before)
    with before.connect() as connection:
        assert connection.execute(text("SELECT id FROM enrolment WHERE verdict = '' ORDER BY id")).scalars().all() == [5, 6]
        assert connection.execute(text("SELECT id FROM training_class WHERE following_after = 0 ORDER BY id")).scalars().all() == [5, 6]
