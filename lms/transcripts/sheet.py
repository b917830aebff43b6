"""Write one transcript, or those of a class, as a spreadsheet. Text stays text: no cell is ever a formula."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask_babel import gettext as _

from lms.accounts.masking import listed_username
from lms.crediting.chain import SECONDS
from lms.i18n import pick, write_length, write_time
from lms.programmes.progress import RequirementProgress
from lms.transcripts.identity import identity_rows
from lms.transcripts.transcript import Transcript
from lms.transcripts.words import state_of
from lms.web.spreadsheet import NARROW, WIDE, Book, Cell

DIGEST = 68


def of_transcript(transcript: Transcript) -> bytes:
    """Return one transcript as a workbook: the person, requirements, activities, ledger."""
    book = Book(transcript.issued_at, transcript.standing.enrolment.person.name)
    book.sheet(_("Transcript"), [_("Item"), _("Value")], _about(transcript), (20, DIGEST))
    book.sheet(
        _("Requirements"),
        [_("Requirement"), _("Earned"), _("Of it waived"), _("Required"), _("Unit"), _("Reached")],
        [_requirement(one) for one in transcript.requirements],
    )
    book.sheet(
        _("Activities"),
        [
            *(_("Activity"), _("Course"), _("Worth"), _("Time measured"), _("Credited"), _("Credited (s)")),
            *(_("Held for review"), _("Held for review (s)"), _("Condition met")),
        ],
        [
            (
                pick(line.activity.title.zh, line.activity.title.en),
                pick(chapter.course.title.zh, chapter.course.title.en),
                write_length(line.activity.worth_seconds),
                write_length(line.account.measured_seconds),
                write_length(line.credited_seconds),
                line.credited_seconds,
                write_length(line.account.held_seconds) if line.account.held_seconds else "–",
                line.account.held_seconds,
                _("yes") if line.account.gate.open else _("no"),
            )
            for chapter in transcript.chapters
            for line in chapter.lines
        ],
        (WIDE, WIDE, NARROW, NARROW, NARROW),
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
    held = transcript.decision.result.held_seconds
    return [
        *identity_rows(transcript.standing, transcript.belongs),
        (_("Issued"), transcript.issued),
        *([(_("Certified"), transcript.certified_words)] if transcript.certificate else []),
        *([(_("Held for review"), write_length(held))] if held else []),
        (_("Minutes in one credit hour"), transcript.case.policy.hour_minutes),
        (_("Evidence bundle"), transcript.bundle_sha256),
        (_("Ledger checksum"), transcript.ledger_head),
    ]


def _requirement(one: RequirementProgress) -> Sequence[Cell]:
    return (
        pick(one.title.zh, one.title.en),
        one.earned,
        one.waived,
        "–" if one.target is None else one.target,
        pick(one.unit.zh, one.unit.en),
        _("yes") if one.done else _("no"),
    )


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One teacher's row of a class's sheet, in the form in which it is passed to the sheet."""

    name: str
    username: str
    school: str
    track: str
    earned: dict[str, tuple[str, Decimal, Decimal | None]]  # by requirement: its heading, the earned amount, the required one
    done: bool
    ledger_head: str
    state: str
    held: str = "–"  # time that waits for a reviewer


def class_row(transcript: Transcript, *, whole: bool = False) -> ClassRow:
    """Return a transcript's row of the class's sheet. `whole`: telephone and identity numbers among the user names are not masked."""
    standing = transcript.standing
    track, person = standing.track, standing.enrolment.person
    return ClassRow(
        name=person.name,
        username=listed_username(person.username, whole=whole),
        school=transcript.belongs.school,
        track=pick(track.name.zh, track.name.en) if track else standing.enrolment.track,
        earned={one.key: (_heading(one), one.earned, one.target) for one in standing.requirements},
        done=standing.done,
        ledger_head=transcript.ledger_head,
        state=state_of(standing.enrolment),
        held=write_length(held) if (held := standing.enrolment.held_seconds) else "–",
    )


def _heading(one: RequirementProgress) -> str:
    return f"{pick(one.title.zh, one.title.en)} ({pick(one.unit.zh, one.unit.en)})"


def of_class(rows: Sequence[ClassRow], made_at: datetime, class_name: str = "") -> bytes:
    """Return a class as a workbook: one row for each teacher, two columns for each requirement of any track: earned, and asked."""
    columns = {key: heading for row in rows for key, (heading, _earned, _asked) in row.earned.items()}
    asked = _("Required")
    book = Book(made_at, class_name)
    book.sheet(
        _("Class"),
        [
            *(_("Name"), _("User name"), _("School"), _("Track"), _("State")),
            *(head for heading in columns.values() for head in (heading, f"{heading}{_(': ')}{asked}")),
            *(_("Held for review"), _("All requirements completed"), _("Ledger checksum")),
        ],
        [
            [
                *(row.name, row.username, row.school, row.track, row.state),
                *(cell for key in columns for cell in _cells(row, key)),
                *(row.held, _("yes") if row.done else _("no"), row.ledger_head),
            ]
            for row in rows
        ],
        (16, 16, 24, WIDE),
    )
    return book.content()


def _cells(row: ClassRow, key: str) -> Sequence[Cell]:
    """Return the earned and the required amount. A requirement of another track has neither; one without a number is met by any amount."""
    if key not in row.earned:
        return "–", "–"
    _heading, earned, target = row.earned[key]
    return earned, "–" if target is None else target
