"""Make documents in bulk as a background job: piece by piece, and joined into one ZIP with an index sheet.

Finished pieces stay in the file store, so after a crash the next worker continues with the first piece that is missing.
"""

import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO
from zipfile import ZIP_STORED, ZipFile

import msgspec
from flask_babel import force_locale
from flask_babel import gettext as _

from lms.bulk import pdf_pieces
from lms.bulk.selection import pieces_of, selection_in
from lms.clock import now
from lms.db import database
from lms.jobs.kinds import JobKind, JobOrder, Params, Piece, of_office
from lms.web.spreadsheet import Book, Cell
from lms.zip_files import add_file

WIDTHS = (16, 18, 16, 28, 28, 16, 28, 14, 12, 10, 10, 60, 60, 40)


def _title(params: Params) -> str:
    said = {
        pdf_pieces.TRANSCRIPTS: _("Transcripts: %(whose)s", whose=params["whose"]),
        pdf_pieces.CERTIFICATES: _("Certificates: %(whose)s", whose=params["whose"]),
        pdf_pieces.BOTH: _("Transcripts and certificates: %(whose)s", whose=params["whose"]),
    }
    return said[params["what"]]


def plan(params: Params) -> Sequence[Piece]:
    """Return the pieces: enrolments, class by class."""
    with database().reader() as session:
        return pieces_of(session, selection_in(params))


def make(order: JobOrder, piece: Piece) -> bytes:
    """Return the documents of some people, each as of the moment in which it is read, not of the request, because a long job reads late."""
    made = io.BytesIO()
    with force_locale(order.params["locale"]):
        pdf_pieces.write_piece(order.params["what"], piece, now(), made, whole=order.params.get("whole", False))
    return made.getvalue()


def join(order: JobOrder, pieces: Iterable[bytes], out: IO[bytes]) -> str:
    """Write one ZIP, one piece in memory at a time; the index is its last file, in as many sheets as it needs."""
    with force_locale(order.params["locale"]), ZipFile(out, "w", ZIP_STORED) as archive, tempfile.TemporaryFile() as sheet:
        book = Book(order.asked_at, order.params["whose"], sheet)
        book.sheets(_("Index"), pdf_pieces.heads(), _copied(pieces, archive), WIDTHS)
        book.close()
        sheet.seek(0)
        add_file(archive, f"{_('Index')}.xlsx", sheet.read())
    return f"{order.params['what']}-{order.asked_at:%Y%m%d-%H%M}.zip"


def _copied(pieces: Iterable[bytes], archive: ZipFile) -> Iterator[Sequence[Cell]]:
    """Copy the documents of each piece into the archive, and yield its rows of the index."""
    for piece in pieces:
        with ZipFile(io.BytesIO(piece)) as made:
            for name in made.namelist():
                if name != pdf_pieces.ROWS:
                    add_file(archive, name, made.read(name))
            rows = msgspec.json.decode(made.read(pdf_pieces.ROWS), type=list[pdf_pieces.IndexRow])
        yield from map(pdf_pieces.cells, rows)


BULK = "bulk"
KIND = JobKind(_title, plan, make, join, may_have=of_office)
KINDS = {BULK: KIND}
