"""Insert 77,700 enrolled people quickly for a benchmark, in bulk, on SQLite and PostgreSQL.

The ledgers are well-formed chains, but have no statements: use them to measure reading, not recomputing.

    with database.writing() as connection:
        seeded = seed(connection, version_ids, people=77_700, password_hash=hash_password("…"))
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from itertools import islice
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.engine import Connection

from courses.strict_json.canonical import digest_of
from lms.accounts.models import Organisation, Person
from lms.catalogue.models import Course, CourseVersion
from lms.classes.models import ClassCourse, Enrolment, TrainingClass
from lms.crediting.chain import GENESIS, Entry, hash_of
from lms.crediting.models import LedgerEntry
from lms.programmes.documents import read_toml
from lms.programmes.models import Programme, ProgrammeVersion

PEOPLE = 77_700  # 700 masters × (1 + 10 + 100): the notice's backbone programme alone
CLASS_SIZE = 50
SCHOOLS = 400
ROWS_AT_ONCE = 5_000
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
STARTS, ENDS = date(2026, 2, 1), date(2026, 12, 31)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seeded:
    """The inserted rows; ids are consecutive from the first one."""

    people: int
    first_person: int
    first_enrolment: int
    first_class: int
    classes: int
    office: int
    programme_version: int

    def username(self, number: int) -> str:
        """Return the user name of person `number` (from 0)."""
        return f"bench-{self.first_person + number}"


def seed(connection: Connection, version_ids: Sequence[int], *, people: int = PEOPLE, password_hash: str | None = None) -> Seeded:
    """Insert an office, schools, one programme, its classes, people, enrolments and their ledgers.

    `version_ids` are published course versions: every class studies them, and every second person has credits in them.
    With `password_hash`, everybody can sign in with that password.
    """
    office, schools = _organisations(connection)
    programme_version = _programme(connection)
    seeded = Seeded(
        people=people,
        first_person=_next_id(connection, Person.__table__),
        first_enrolment=_next_id(connection, Enrolment.__table__),
        first_class=_next_id(connection, TrainingClass.__table__),
        classes=-(-people // CLASS_SIZE),
        office=office,
        programme_version=programme_version,
    )
    _insert(connection, Person.__table__, _people(seeded, schools, password_hash))
    _insert(connection, TrainingClass.__table__, _classes(seeded))
    _insert(connection, ClassCourse.__table__, _class_courses(seeded, version_ids))
    activities = _activities(connection, version_ids)
    ledgers = [list(_ledger(seeded, number, activities)) for number in range(people)]
    _insert(connection, Enrolment.__table__, (_enrolment(seeded, number, ledger) for number, ledger in enumerate(ledgers)))
    _insert(connection, LedgerEntry.__table__, (row for ledger in ledgers for row in ledger))
    _settle(connection)
    return seeded


def _insert(connection: Connection, table: Any, rows: Iterable[Row]) -> None:
    stream = iter(rows)
    while chunk := list(islice(stream, ROWS_AT_ONCE)):
        connection.execute(insert(table), chunk)


def _next_id(connection: Connection, table: Any) -> int:
    return int(connection.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0) + 1


def _organisations(connection: Connection) -> tuple[int, list[int]]:
    office = _next_id(connection, Organisation.__table__)
    rows = [
        {"id": office, "code": f"bench-{office}", "name": "省教师教育办公室", "kind": "office", "parent_id": None, "path": f"/{office}/"}
    ]
    for number in range(1, SCHOOLS + 1):
        own = office + number
        rows.append(
            {
                "id": own,
                "code": f"bench-{own}",
                "name": f"第 {number} 中心学校",
                "kind": "school",
                "parent_id": office,
                "path": f"/{office}/{own}/",
            }
        )
    _insert(connection, Organisation.__table__, rows)
    return office, list(range(office + 1, office + 1 + SCHOOLS))


def _programme(connection: Connection) -> int:
    raw = read_toml((resources.files("lms.programmes") / "data" / "rural-lead-2020.toml").read_text(encoding="utf-8"))
    if not isinstance(raw, dict):
        raise TypeError(raw)
    programme, version = _next_id(connection, Programme.__table__), _next_id(connection, ProgrammeVersion.__table__)
    _insert(connection, Programme.__table__, [{"id": programme, "code": f"bench-{programme}", "year": 2026}])
    row = {
        "id": version,
        "programme_id": programme,
        "number": 1,
        "document": raw,
        "sha256": digest_of(raw),
        "effective_from": STARTS,
        "imported_at": AT,
    }
    _insert(connection, ProgrammeVersion.__table__, [row])
    return version


def _people(seeded: Seeded, schools: Sequence[int], password_hash: str | None) -> Iterator[Row]:
    for number in range(seeded.people):
        own = seeded.first_person + number
        yield {
            "id": own,
            "account": f"bench-{own}",
            "username": f"bench-{own}",
            "name": f"教师{own}",
            "email": None,
            "password": password_hash,
            "active": True,
            "fs_uniquifier": f"bench-{own}",
            "locale": None,
            "role_names": "teacher",
            "organisation_id": schools[number % len(schools)],
        }


def _classes(seeded: Seeded) -> Iterator[Row]:
    for number in range(seeded.classes):
        own = seeded.first_class + number
        yield {
            "id": own,
            "code": f"bench-{own}",
            "name": f"第 {number + 1} 班",
            "intake": "",
            "programme_version_id": seeded.programme_version,
            "provider_id": seeded.office,
            "starts_on": STARTS,
            "ends_on": ENDS,
        }


def _class_courses(seeded: Seeded, version_ids: Sequence[int]) -> Iterator[Row]:
    for number in range(seeded.classes):
        for position, version in enumerate(version_ids, start=1):
            own = seeded.first_class + number
            yield {"class_id": own, "course_version_id": version, "requirement": "companion", "compulsory": True, "position": position}


def _activities(connection: Connection, version_ids: Sequence[int]) -> list[tuple[str, int]]:
    """Return ('<course code>:<activity key>', minutes) of all activities of the versions."""
    rows = connection.execute(
        select(Course.code, CourseVersion.document)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(CourseVersion.id.in_(version_ids))
    )
    return [
        (f"{code}:{activity['key']}", int(activity["minutes"]))
        for code, document in rows
        for module in document["modules"]
        for activity in module["activities"]
    ]


def _ledger(seeded: Seeded, number: int, activities: Sequence[tuple[str, int]]) -> Iterator[Row]:
    """Yield a chain of credits: none for every second person, up to all activities for the others."""
    previous = GENESIS
    done = 0 if number % 2 else number // 2 % (len(activities) + 1)
    for position, (activity, minutes) in enumerate(activities[:done], start=1):
        entry = Entry(
            enrolment_id=seeded.first_enrolment + number,
            number=position,
            account=activity,
            amount=minutes * 60,
            reason="credit",
            programme_version_id=seeded.programme_version,
            policy_sha256="0" * 64,
            evidence=(),
            recorded_at=AT + timedelta(minutes=position),
            previous_hash=previous,
            format=1,
        )
        previous = hash_of(entry)
        yield {name: getattr(entry, name) for name in Entry.__slots__ if name != "inputs"} | {"evidence": [], "hash": previous}


def _enrolment(seeded: Seeded, number: int, ledger: Sequence[Mapping[str, Any]]) -> Row:
    return {
        "id": seeded.first_enrolment + number,
        "class_id": seeded.first_class + number // CLASS_SIZE,
        "person_id": seeded.first_person + number,
        "track": "lead",
        "status": "in-training",
        "window_from": None,
        "window_to": None,
        "ledger_length": len(ledger),
        "ledger_head": ledger[-1]["hash"] if ledger else None,
        "credited_seconds": sum(row["amount"] for row in ledger),
    }


def _settle(connection: Connection) -> None:
    """Set sequences and statistics to the values that years of normal use would have given them."""
    if connection.dialect.name == "postgresql":
        for model in (Organisation, Programme, ProgrammeVersion, Person, TrainingClass, Enrolment):
            table: Table = model.__table__  # type: ignore[assignment]
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))"))
    connection.execute(text("ANALYZE"))
