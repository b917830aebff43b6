"""Export statements to a file: directly for an operator, as a background job for an office.

In both cases they are read in the order of storing and written at once, so memory does not grow with their number.
"""

import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import IO, Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from lms.accounts.models import ADMIN, Person
from lms.accounts.offices import WHOLE_SITE
from lms.clock import now
from lms.db import database, transaction
from lms.jobs.kinds import JobKind, JobOrder, Params, Piece, of_office
from lms.records.attached import write_zip
from lms.records.columns import one_line
from lms.records.formats import ExportedStatement, writer_of
from lms.records.people import OfficeScope
from lms.records.selection import Selection, statement_filter_of
from lms.records.statement_page import visible
from lms.site_settings import site_settings
from xapi.queries import StatementFilter, StoredStatement, scan_places, scan_statements, visible_until
from xapi.statements import EPOCH, MICROSECOND, Cursor

STATEMENTS = "statements"
IN_A_PIECE = 2_000
AT_ONCE = 500
VOID = "!"  # no statement begins with it


def up_to_now(statement_filter: StatementFilter) -> StatementFilter:
    """Return the query, ended at the instant before which every statement is visible; the next export begins there."""
    with transaction() as writing:
        end = visible_until(writing, now)
    return replace(statement_filter, until=min(statement_filter.until or end, end))


def _title(params: Params) -> str:
    said = ", ".join(Selection.of(params).asked.values())
    return _("Learning records as %(format)s (%(selection)s)", format=params["format"], selection=said or _("all"))


def _plan(params: Params) -> Sequence[Piece]:
    """Split the export into pieces of some thousand statements: their number, the place before the first, the place of the last."""
    pieces: list[Piece] = []
    with database().reader() as session:
        statement_filter = up_to_now(_statement_filter(session, params))
    with database().reader() as session, closing(scan_places(session, statement_filter)) as found:
        before = [0, 0]
        while batch := list(islice(found, IN_A_PIECE)):
            last = [(batch[-1].stored - EPOCH) // MICROSECOND, batch[-1].sid]
            pieces.append([len(batch), *before, *last])
            before = last
    return pieces


def _statement_filter(session: Session, params: Params) -> StatementFilter:
    return replace(statement_filter_of(session, Selection.of(params), scope_of(params["path"])), void=bool(params.get("void")))


def scope_of(path: str = WHOLE_SITE) -> OfficeScope:
    """Return the scope of an office whose path is `path`; without a path, the scope of an operator."""
    settings = site_settings()
    return OfficeScope(path, settings.public_url)


def _make(order: JobOrder, piece: Piece) -> bytes:
    """Return a piece's visible statements, one on each line; a voided one is marked before its `{`."""
    _count, *ends = piece
    after, last = (Cursor(EPOCH + micros * MICROSECOND, sid) for micros, sid in (ends[:2], ends[2:]))
    scope = scope_of(order.params["path"])
    with database().reader() as people:
        statement_filter = replace(_statement_filter(people, order.params), until=last.stored + MICROSECOND)
        with database().reader() as session, closing(scan_statements(session, statement_filter, after)) as found:
            own = (one for one in found if one.place <= last)
            lines = [
                f"{VOID if void else ''}{one_line(text)}" for batch in _in_batches(own) for text, void in _exported(people, batch, scope)
            ]
    return gzip.compress("".join(f"{line}\n" for line in lines).encode(), compresslevel=1)


def _in_batches(found: Iterator[StoredStatement]) -> Iterator[list[StoredStatement]]:
    while batch := list(islice(found, AT_ONCE)):
        yield batch


def _exported(session: Session, batch: Sequence[StoredStatement], scope: OfficeScope) -> list[ExportedStatement]:
    return [ExportedStatement(one.seen.text, one.seen.voided) for one in visible(session, batch, scope)]


def _join(order: JobOrder, pieces: Iterable[bytes], out: IO[bytes]) -> str:
    lines = (line for piece in pieces for line in gzip.decompress(piece).decode().split("\n") if line)
    exported = (ExportedStatement(line.removeprefix(VOID), line.startswith(VOID)) for line in lines)
    form, write = order.params["format"], writer_of(order.params["format"], void=bool(order.params.get("void")))
    name = file_name(form, order.asked_at)
    if not order.params.get("attachments"):
        write(exported, out)
        return name
    with database().reader() as session:
        write_zip(session, name, write, exported, out)
    return file_name("zip", order.asked_at)


def file_name(form: str, at: datetime) -> str:
    """Return the file name of an export."""
    return f"statements-{at:%Y%m%d-%H%M%S}.{form}"


def params_of(selection: Selection, form: str, path: str, *, void: bool = False, attachments: bool = False) -> Mapping[str, Any]:
    """Return the parameters of an office's export; `path` is the office's path."""
    more = {name: True for name, asked in (("void", void), ("attachments", attachments)) if asked}
    return {**selection.asked, "format": form, "path": path, **more}


def _may_have(session: Session, person: Person, params: Params) -> bool:
    return bool(person.has_role(ADMIN)) or of_office(session, person, params)


KINDS = {STATEMENTS: JobKind(_title, _plan, _make, _join, size=lambda piece: piece[0], may_have=_may_have)}
