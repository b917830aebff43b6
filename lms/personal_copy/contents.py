"""Which rows and columns about a person are in their copy?

Every table that is registered as saying something about a person (`people_tables`) is copied, or it is named here with the reason why not.
"""

import base64
import json
import uuid
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.privacy.erasure.people_tables import TABLES, PersonTable, is_of

CopiedRow = Mapping[str, Any]

LEFT_OUT_TABLES: Mapping[str, str] = {
    "upload": "parts of files on their way to become courses; the courses are not about the person",
    "job": "work in the background, this copy among it; the page of background work lists it",
    "erasure": "exists only for people who were erased",
}
LEFT_OUT_COLUMNS: Mapping[str, str] = {
    "person.password": "a hash; nobody needs it, and a copy of it could be attacked",
    "person.fs_uniquifier": "a secret of the sign-in",
    "login_session.token_sha256": "a secret of the sign-in",
    "made_once.token": "a random word of a form, which says nothing about anybody",
    "launch.nonce": "a secret of the player",
    "launch.previous_nonce": "a secret of the player",
    "issued_file.seal": "a secret of the site, which shows that it made the file",
}


def copied_tables(tables: Iterable[PersonTable] = TABLES) -> list[PersonTable]:
    """Return the tables whose rows belong to a person and are copied."""
    return [one for one in tables if (one.of is not None or one.table is Person) and one.table.__tablename__ not in LEFT_OUT_TABLES]


def left_out(tables: Iterable[PersonTable] = TABLES) -> dict[str, str]:
    """Return the registered tables that are not copied, each with the reason."""
    authors = {one.table.__tablename__: one.kept for one in tables if one.of is None and one.table is not Person}
    return {**authors, **LEFT_OUT_TABLES}


def rows_of(session: Session, one: PersonTable, person_id: int) -> list[CopiedRow]:
    """Return a person's rows of a table in the order of their keys, without the columns that are left out."""
    columns = [column for column in inspect(one.table).columns if f"{one.table.__tablename__}.{column.name}" not in LEFT_OUT_COLUMNS]
    whose = Person.id == person_id if one.of is None else is_of(one.of, person_id)
    keys = inspect(one.table).primary_key
    found = session.execute(select(*columns).where(whose).order_by(*keys))
    return [{column.name: plain(value) for column, value in zip(columns, row, strict=True)} for row in found]


def plain(value: Any) -> Any:
    """Return a value of a column in the form of JSON; packed JSON is unpacked, other bytes are written in base 64."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, bytes):
        return _unpacked(value)
    return value


def _unpacked(value: bytes) -> Any:
    try:
        return json.loads(zlib.decompress(value))
    except (zlib.error, ValueError):
        return base64.b64encode(value).decode()


def csv_rows(rows: Sequence[CopiedRow]) -> list[list[str]]:
    """Return rows for a CSV file, the names of the columns first."""
    return [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)] if rows else []


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
