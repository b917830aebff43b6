"""How does a class's every transcript become one file? A ZIP of PDFs with a sheet of everybody beside them."""

import io
import zipfile
from collections.abc import Sequence

from flask_babel import force_locale
from flask_babel import gettext as _

from lms.clock import now
from lms.crediting.standing import Standing
from lms.db import database
from lms.jobs.kinds import Kind, Params, Report, Result
from lms.office.reading import everybody
from lms.transcripts import pdf, sheet
from lms.transcripts.document import read_many
from lms.transcripts.export import file_name

AT_ONCE = 10
OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def _title(params: Params) -> str:
    return _("All transcripts of %(name)s", name=params["class_name"])


def _run(params: Params, report: Report) -> Result:
    with force_locale(params["locale"]), database().reader() as session:
        standings = everybody(session, params["class_id"])
        report(0, len(standings))
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:  # a PDF is packed already
            for start in range(0, len(standings), AT_ONCE):
                some = standings[start : start + AT_ONCE]
                for transcript in read_many(session, [one.enrolment.id for one in some], now()):
                    _add(archive, file_name(transcript, "pdf"), pdf.of_transcript(transcript))
                report(start + len(some), len(standings))
            _add(archive, _sheet_name(params), _sheet(standings))
    return Result(f"{params['class_code']}.zip", buffer.getvalue())


def _sheet(standings: Sequence[Standing]) -> bytes:
    return sheet.of_class(standings)


def _sheet_name(params: Params) -> str:
    return f"{params['class_code']}.xlsx"


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, OLDEST_ZIP_DATE)  # the same class gives the same file
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


TRANSCRIPTS = "transcripts"
KINDS = {TRANSCRIPTS: Kind(_title, _run)}
