"""Export all transcripts of a class as one file: a ZIP of PDFs, with a sheet of everybody."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO

import msgspec
from flask_babel import force_locale
from flask_babel import gettext as _

from lms.db import database
from lms.jobs.kinds import JobKind, JobOrder, Params, Piece
from lms.office import class_queries
from lms.transcripts import sheet
from lms.transcripts.export import file_name
from lms.transcripts.in_parallel import pdfs_of
from lms.transcripts.transcript import read_many
from lms.zip_files import add_file

AT_ONCE = 10
ROWS = "rows.json"  # a piece's rows of the sheet: from the same reading as its PDFs, so that the two always agree


def _title(params: Params) -> str:
    return _("All transcripts of %(name)s", name=params["class_name"])


def _plan(params: Params) -> Sequence[Piece]:
    """Split the class into pieces of about ten people, ordered by name."""
    with database().reader() as session:
        ids = [one.enrolment.id for one in class_queries.everybody(session, params["class_id"])]
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


def _make(order: JobOrder, piece: Piece) -> bytes:
    """Write a piece's PDFs as of the moment of the request, and its rows of the sheet."""
    rows, buffer = [], io.BytesIO()
    with force_locale(order.params["locale"]), database().reader() as session, zipfile.ZipFile(buffer, "w") as archive:
        for transcript, content in pdfs_of(read_many(session, piece, order.asked_at)):
            add_file(archive, file_name(transcript, "pdf"), content)
            rows.append(sheet.class_row(transcript, whole=order.params.get("whole", False)))
        add_file(archive, ROWS, msgspec.json.encode(rows))
    return buffer.getvalue()


def _join(order: JobOrder, pieces: Iterable[bytes], out: IO[bytes]) -> str:
    code, rows = order.params["class_code"], []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # PDFs are already compressed
        for piece in pieces:
            with zipfile.ZipFile(io.BytesIO(piece)) as made:
                rows += msgspec.json.decode(made.read(ROWS), type=list[sheet.ClassRow])
                for name in made.namelist():
                    if name != ROWS:
                        add_file(archive, name, made.read(name))
        with force_locale(order.params["locale"]):
            add_file(archive, f"{code}.xlsx", sheet.of_class(rows, order.asked_at, order.params["class_name"]))
    return f"{code}.zip"


TRANSCRIPTS = "transcripts"
KINDS = {TRANSCRIPTS: JobKind(_title, _plan, _make, _join, may_have=class_queries.may_have_file)}
