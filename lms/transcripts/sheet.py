"""How does a transcript, or a class's transcripts together, become a spreadsheet? Text stays text: no cell is ever a formula."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask_babel import gettext as _

from lms.crediting.chain import SECONDS
from lms.i18n import pick, write_time
from lms.programmes.progress import RequirementProgress
from lms.transcripts.document import Transcript
from lms.web.spreadsheet import NARROW, WIDE, Book, Cell

DIGEST = 68


def of_transcript(transcript: Transcript) -> bytes:
    """Return one transcript as a workbook: whose it is, requirements, activities, ledger."""
    book = Book(transcript.issued_at)
    book.sheet(_("Transcript"), [_("Item"), _("Value")], _about(transcript), (20, DIGEST))
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
        (WIDE, WIDE),
    )
    book.sheet(
        _("Ledger"),
        [_("Activity"), _("Number"), _("Seconds"), _("Recorded"), _("Hash")],
        [
            (entry.account, entry.number, entry.amount, write_time(entry.recorded_at, seconds=True), digest)
            for entry, digest in transcript.entries
            if entry.unit == SECONDS and entry.amount
        ],
        (48, NARROW, NARROW, 24, DIGEST),
    )
    return book.content()


def _about(transcript: Transcript) -> Sequence[Sequence[Cell]]:
    standing = transcript.standing
    track = standing.track
    return [
        (_("Name"), standing.enrolment.person.name),
        (_("Programme"), f"{pick(standing.document.name.zh, standing.document.name.en)} ({standing.document.year})"),
        (_("Track"), pick(track.name.zh, track.name.en) if track else standing.enrolment.track),
        (_("Class"), standing.training_class.name),
        (_("Issued"), transcript.issued),
        (_("Minutes of an hour"), transcript.case.policy.hour_minutes),
        (_("Evidence bundle"), transcript.bundle_sha256),
        (_("Ledger head"), transcript.ledger_head),
    ]


def _requirement(one: RequirementProgress) -> Sequence[Cell]:
    return (
        pick(one.title.zh, one.title.en),
        one.earned,
        "–" if one.target is None else one.target,
        pick(one.unit.zh, one.unit.en),
        _("yes") if one.done else _("no"),
    )


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One teacher's row of a class's sheet, as it travels from the reading of their transcript to the sheet of everybody."""

    name: str
    username: str
    track: str
    earned: dict[str, tuple[str, Decimal]]  # by requirement: its heading, what is earned
    done: bool
    ledger_head: str


def class_row(transcript: Transcript) -> ClassRow:
    """Return what of a transcript stands in the class's sheet."""
    standing = transcript.standing
    track, person = standing.track, standing.enrolment.person
    return ClassRow(
        name=person.name,
        username=person.username,
        track=pick(track.name.zh, track.name.en) if track else standing.enrolment.track,
        earned={
            one.key: (f"{pick(one.title.zh, one.title.en)} ({pick(one.unit.zh, one.unit.en)})", one.earned) for one in standing.requirements
        },
        done=standing.done,
        ledger_head=transcript.ledger_head,
    )


def of_class(rows: Sequence[ClassRow], made_at: datetime) -> bytes:
    """Return a class as a workbook: one row for each teacher, one column for each requirement of any track."""
    columns = {key: heading for row in rows for key, (heading, _earned) in row.earned.items()}
    book = Book(made_at)
    book.sheet(
        _("Class"),
        [_("Name"), _("User name"), _("Track"), *columns.values(), _("All reached"), _("Ledger head")],
        [
            [
                row.name,
                row.username,
                row.track,
                *(row.earned[key][1] if key in row.earned else "–" for key in columns),
                _("yes") if row.done else _("no"),
                row.ledger_head,
            ]
            for row in rows
        ],
        (16, 16, WIDE),
    )
    return book.content()
