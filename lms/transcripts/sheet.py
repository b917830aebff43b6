"""How does a transcript, or a class's transcripts together, become a spreadsheet? Text stays text: no cell is ever a formula."""

import io
from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from lms.crediting.standing import Standing
from lms.i18n import pick, write_time
from lms.programmes.progress import RequirementProgress
from lms.transcripts.document import Transcript

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}
WIDE, NARROW = 32, 14
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Cell = str | int | Decimal


class Book:
    """A workbook in memory, written row by row."""

    def __init__(self) -> None:
        self._file = io.BytesIO()
        self._book = Workbook(self._file, {**OPTIONS, "in_memory": True})
        self._head = self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})

    def sheet(self, name: str, head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """Add a sheet; the first row stays in sight."""
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, len(head), NARROW)
        sheet.set_column(0, 0, WIDE)
        for column, text in enumerate(head):
            sheet.write_string(0, column, text, self._head)
        sheet.freeze_panes(1, 1)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                _write(sheet, number, column, cell)

    def content(self) -> bytes:
        """Finish the workbook and return its bytes."""
        self._book.close()
        return self._file.getvalue()


def _write(sheet: Worksheet, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, str):
        # a program that opens the sheet as CSV later must not take a name for a formula either
        sheet.write_string(row, column, f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell)
    else:
        sheet.write_number(row, column, float(cell))


def of_transcript(transcript: Transcript) -> bytes:
    """Return one transcript as a workbook: requirements, activities, ledger."""
    book = Book()
    book.sheet(
        _("Requirements"),
        [_("Requirement"), _("Earned"), _("Required"), _("Unit"), _("Reached")],
        [_requirement(one) for one in transcript.requirements],
    )
    book.sheet(
        _("Activities"),
        [_("Activity"), _("Course"), _("Worth (s)"), _("Measured (s)"), _("Credited (s)"), _("Condition met")],
        [
            (
                pick(line.activity.title.zh, line.activity.title.en),
                pick(chapter.course.title.zh, chapter.course.title.en),
                line.activity.worth_seconds,
                line.why.account.measured_seconds,
                line.credited_seconds,
                _("yes") if line.why.account.gate.open else _("no"),
            )
            for chapter in transcript.chapters
            for line in chapter.lines
        ],
    )
    book.sheet(
        _("Ledger"),
        [_("Activity"), _("Number"), _("Seconds"), _("Recorded"), _("Hash")],
        [(entry.activity, entry.number, entry.seconds, write_time(entry.recorded_at), digest) for entry, digest in transcript.entries],
    )
    return book.content()


def _requirement(one: RequirementProgress) -> Sequence[Cell]:
    return (
        pick(one.title.zh, one.title.en),
        one.earned,
        "–" if one.target is None else one.target,
        pick(one.unit.zh, one.unit.en),
        _("yes") if one.done else _("no"),
    )


def of_class(standings: Sequence[Standing]) -> bytes:
    """Return a class as a workbook: one row for each teacher, one column for each requirement of any track."""
    columns = list({one.key: one for standing in standings for one in standing.requirements}.values())
    head = [
        _("Name"),
        _("User name"),
        _("Track"),
        *(f"{pick(one.title.zh, one.title.en)} ({pick(one.unit.zh, one.unit.en)})" for one in columns),
        _("All reached"),
    ]
    rows = []
    for standing in standings:
        earned = {one.key: one.earned for one in standing.requirements}
        track, person = standing.track, standing.enrolment.person
        named = pick(track.name.zh, track.name.en) if track else standing.enrolment.track
        rows.append(
            [person.name, person.username, named, *(earned.get(one.key, "–") for one in columns), _("yes") if standing.done else _("no")]
        )
    book = Book()
    book.sheet(_("Class"), head, rows)
    return book.content()
