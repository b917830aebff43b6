"""Make the PDFs of one piece of a bulk export, transcripts and certificates, and their rows of the index sheet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import IO
from zipfile import ZIP_STORED, ZipFile

import msgspec
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from lms.accounts.masking import listed_username
from lms.bulk.file_names import safe_name
from lms.bulk.folders import FolderPlace, places_of
from lms.certification import register
from lms.certification.files import certificate_pdf
from lms.crediting.certified import valid_of
from lms.crediting.models import Certificate
from lms.crediting.standing import Standing, of_enrolments
from lms.db import database
from lms.errors import Conflict
from lms.i18n import pick
from lms.site_settings import site_settings
from lms.transcripts.identity import shown_username
from lms.transcripts.in_parallel import pdfs_of
from lms.transcripts.transcript import Transcript, read_many
from lms.transcripts.words import state_of
from lms.zip_files import add_file

TRANSCRIPTS, CERTIFICATES, BOTH = KINDS = ("transcripts", "certificates", "both")
READ_FIRST, READ_THEN = 10, 45  # people in the first and in later batches: one is written while the next is read
ROWS = "rows.json"  # a piece's rows of the index: from the same reading as its PDFs, so that the two always agree


@dataclass(slots=True)
class IndexRow:
    """One person's row of the index sheet. `hours` is None if the account could not be read; `problem` says why there is no file."""

    name: str
    username: str
    city: str
    school: str
    class_name: str
    class_code: str
    programme: str
    track: str
    state: str
    hours: Decimal | None
    done: bool
    transcript: str = ""
    certificate: str = ""
    problem: str = ""


def write_piece(what: str, enrolment_ids: Sequence[int], at: datetime, out: IO[bytes], *, whole: bool = False) -> None:
    """Write a piece as ZIP: the documents of these people as they are `at` this moment, and their rows; `whole`: with whole user names."""
    with ZipFile(out, "w", ZIP_STORED) as archive:  # PDFs are already compressed
        with database().reader() as session:
            places = places_of(session, enrolment_ids)
            rows = dict(_transcripts(session, what, enrolment_ids, PieceTarget(at, places, archive, whole)))
            certificates = dict(valid_of(session, enrolment_ids)) if what != TRANSCRIPTS else {}
            issues = {number: one.hash for number, one in register.issues_of(session, list(certificates.values())).items()}
        for number, one in certificates.items():
            if one.person is not None and number in rows:
                name = f"{places[number].folder}/{safe_name(one.person['name'], 'certificate')}-{one.number}.pdf"
                add_file(archive, name, _certificate(one, issues[one.id]))
                rows[number].certificate = name
        wanted = [rows[number] for number in enrolment_ids if number in rows and (what != CERTIFICATES or rows[number].certificate)]
        add_file(archive, ROWS, msgspec.json.encode(wanted))


@dataclass(frozen=True, slots=True)
class PieceTarget:
    """The moment of a piece, the places of its people, its file, and whether its rows have whole user names."""

    at: datetime
    places: Mapping[int, FolderPlace]
    archive: ZipFile
    whole: bool

    def row(self, one: Standing, hours: Decimal | None) -> IndexRow:
        """Return a person's row of the index, without files. A user name is masked unless a reason was given."""
        username = one.enrolment.person.username
        listed = username if self.whole else listed_username(shown_username(username))
        return _row(one, self.places[one.enrolment.id], listed, hours)


def _transcripts(session: Session, what: str, enrolment_ids: Sequence[int], target: PieceTarget) -> Iterator[tuple[int, IndexRow]]:
    problems: dict[int, str] = {}
    if what != CERTIFICATES:
        for transcript, content in pdfs_of(_read(session, enrolment_ids, target.at, problems)):
            number = transcript.standing.enrolment.id
            row = target.row(transcript.standing, transcript.hours)
            row.transcript = f"{target.places[number].folder}/{_file_name(transcript.standing)}"
            add_file(target.archive, row.transcript, content)
            yield number, row
    rest = list(problems) if what != CERTIFICATES else enrolment_ids
    for one in of_enrolments(session, rest):
        row = target.row(one, None)
        row.problem = problems.get(one.enrolment.id, "")
        yield one.enrolment.id, row


def _read(session: Session, enrolment_ids: Sequence[int], at: datetime, problems: dict[int, str]) -> Iterator[Transcript]:
    """Yield the transcripts. If one cannot be read, note the problem, so that one damaged account does not stop all others."""
    starts = [0, *range(READ_FIRST, len(enrolment_ids), READ_THEN)]
    for start, end in pairwise([*starts, len(enrolment_ids)]):
        some = enrolment_ids[start:end]
        try:
            yield from read_many(session, some, at, for_paper=True)
        except Conflict:
            for number in some:
                try:
                    found = read_many(session, [number], at, for_paper=True)
                except Conflict as error:
                    problems[number] = error.message
                else:
                    yield from found


def _row(one: Standing, place: FolderPlace, username: str, hours: Decimal | None) -> IndexRow:
    person, track = one.enrolment.person, one.track
    return IndexRow(
        name=person.name,
        username=username,
        city=place.city,
        school=place.school,
        class_name=one.training_class.name,
        class_code=one.training_class.code,
        programme=f"{pick(one.document.name.zh, one.document.name.en)} ({one.document.year})",
        track=pick(track.name.zh, track.name.en) if track else one.enrolment.track,
        state=state_of(one.enrolment),
        hours=hours,
        done=one.done,
    )


def _file_name(one: Standing) -> str:
    """Return the name of a transcript's file; the enrolment's number tells apart two people of one name."""
    return f"{safe_name(one.enrolment.person.name, 'transcript')}-{safe_name(one.training_class.code, '-')}-{one.enrolment.id}.pdf"


def _certificate(certificate: Certificate, fingerprint: str) -> bytes:
    settings = site_settings()
    where = {"number": certificate.number, "version": certificate.version}
    path = current_app.url_map.bind("").build("certification.verify", where)
    return certificate_pdf(certificate, fingerprint, f"{settings.public_url}{path}", settings.secret_key)


def heads() -> Sequence[str]:
    """Return the columns of the index sheet."""
    who = (_("Name"), _("User name"), _("City"), _("School"), _("Class"), _("Class code"), _("Programme"), _("Track"), _("State"))
    return (*who, _("Hours credited online"), _("All requirements completed"), _("Transcript"), _("Certificate"), _("Problem"))


def cells(row: IndexRow) -> Sequence[str | Decimal]:
    """Return a row of the index sheet."""
    who = (row.name, row.username, row.city, row.school, row.class_name, row.class_code, row.programme, row.track, row.state)
    hours: str | Decimal = "–" if row.hours is None else row.hours
    return (*who, hours, _("yes") if row.done else _("no"), row.transcript, row.certificate, row.problem)
