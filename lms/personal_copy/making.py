"""Make a person's copy, piece by piece: tables, transcripts, certificates, the record of all years, files, statements, accesses."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import IO
from uuid import UUID

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.certification import register
from lms.certification.files import certificate_pdf
from lms.classes.models import Enrolment
from lms.crediting.models import VALID, Certificate
from lms.db import database
from lms.errors import Conflict
from lms.jobs.kinds import JobKind, JobOrder, Params, Piece
from lms.lifetime import elsewhere, sheet
from lms.lifetime.models import ElsewhereHours
from lms.lifetime.record import read_record
from lms.personal_copy import contents, records
from lms.practice.models import PracticeFile, PracticeWork
from lms.privacy.erasure.person import agents_of
from lms.site_settings import site_settings
from lms.storage import storage
from lms.transcripts.export import FORMS
from lms.transcripts.transcript import read
from lms.web.spreadsheet import csv_of
from lms.zip_files import BY_ITS_OWNER, add_file
from xapi.queries import AnyOf, StatementFilter, scan_statements
from xapi.statements import Usage

TABLES_, YEARS, STATEMENTS, TRANSCRIPT, WORK_FILE, DOCUMENT, CERTIFICATE = range(7)  # the first number of a piece; the second is a row's
REPORT_EVERY = 1000  # statements
Files = Iterator[tuple[str, bytes]]


def _title(_params: Params) -> str:
    return _("My data")


def _plan(params: Params) -> Sequence[Piece]:
    whose = params["person"]
    own = Enrolment.person_id == whose
    certificates = select(Certificate.id).join(Enrolment, Enrolment.id == Certificate.enrolment_id)
    works = select(PracticeFile.id).join(PracticeWork, PracticeWork.id == PracticeFile.work_id)
    rows = (
        (TRANSCRIPT, select(Enrolment.id).where(own)),
        (WORK_FILE, works.join(Enrolment, Enrolment.id == PracticeWork.enrolment_id).where(own)),
        (CERTIFICATE, certificates.where(own, Certificate.state == VALID)),
        (DOCUMENT, select(ElsewhereHours.id).where(ElsewhereHours.person_id == whose)),
    )
    with database().reader() as session:
        found = [[kind, number] for kind, query in rows for number in session.scalars(query)]
    return [[TABLES_, 0], [YEARS, 0], [STATEMENTS, 0], *found]


def _make(order: JobOrder, piece: Piece) -> bytes:
    buffer = io.BytesIO()
    with (
        force_locale(order.params["locale"]),
        database().reader() as session,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        person = session.get_one(Person, order.params["person"])
        for name, content in _files(session, order, person, piece):
            add_file(archive, name, content, compress=True, mode=BY_ITS_OWNER)
    return buffer.getvalue()


def _files(session: Session, order: JobOrder, person: Person, piece: Piece) -> Files:
    kind, number = piece
    if kind == TABLES_:
        yield from _tables(session, person)
    elif kind == YEARS:
        for record in read_record(session, person, order.asked_at):
            yield f"all-years/{record.rule.code}.json", record.bundle.encode()
            yield f"all-years/{record.rule.code}.xlsx", sheet.of_record(record)
    elif kind == STATEMENTS:
        yield "statements.jsonl", _statements(session, order, person)
        yield "record-store-documents.json", _json(records.documents_of(session, _agents(person)))
    elif kind == TRANSCRIPT:
        yield from _transcript(session, order, number)
    elif kind == CERTIFICATE:
        yield from _certificate(session, session.get_one(Certificate, number))
    elif kind == WORK_FILE:
        file = session.get(PracticeFile, number)
        yield from [] if file is None else _stored(f"files/tasks/{number}-{file.name}", file.object_name)
    else:
        entry = session.get(ElsewhereHours, number)
        name = "" if entry is None else elsewhere.document_object(entry.person_id, entry.document_sha256)
        yield from [] if entry is None else _stored(f"files/earned-elsewhere/{number}-{entry.document_name}", name)


def _tables(session: Session, person: Person) -> Files:
    for one in contents.copied_tables():
        rows = contents.rows_of(session, one, person.id)
        name = f"tables/{one.table.__tablename__}"
        yield f"{name}.json", _json(rows)
        if rows:
            yield f"{name}.csv", csv_of(contents.csv_rows(rows))
    yield "accesses.json", _json(records.accesses_of(session, person.id))
    yield "left-out.json", _json({"tables": contents.left_out(), "columns": dict(contents.LEFT_OUT_COLUMNS)})
    yield _("Read me.txt"), _about(person).encode("utf-8-sig")


def _about(person: Person) -> str:
    lines = [
        _("Everything that this site has about %(name)s.", name=person.name),
        "",
        _("tables: every table with rows about you, as JSON and as CSV. Other people appear by number only."),
        _("transcripts: each transcript as PDF, as a spreadsheet and as its evidence."),
        _("all-years: your hours of all programmes and years, if your office has a rule."),
        _("files: what you handed in, and documents of training elsewhere."),
        _("statements.jsonl: every learning record about you, one on each line."),
        _("certificates: your valid certificates as PDF."),
        _("record-store-documents.json: what content and players have saved about you."),
        _("accesses.json: who looked at your data or exported it, by number, and audit bundles of your classes that left this site."),
        _("left-out.json: what is not in this copy, and why."),
    ]
    return "\r\n".join(lines)


def _transcript(session: Session, order: JobOrder, number: int) -> Files:
    transcript = read(session, number, order.asked_at)
    for form, how in FORMS.items():
        name = f"transcripts/{transcript.standing.training_class.code}-{number}.{form}"
        try:
            yield name, how.write(transcript)
        except Conflict as error:  # the signing key cannot sign; the rest of the copy does not wait for it
            yield f"{name}.txt", str(error).encode()


def _certificate(session: Session, certificate: Certificate) -> Files:
    settings = site_settings()
    address = f"{settings.public_url}/verify/{certificate.number}?version={certificate.version}"
    fingerprint = register.issues_of(session, [certificate])[certificate.id].hash
    name = f"certificates/{certificate.number}-{certificate.version}.pdf"
    try:
        yield name, certificate_pdf(certificate, fingerprint, address, settings.secret_key)
    except Conflict as error:
        yield f"{name}.txt", str(error).encode()


def _agents(person: Person) -> list[UUID]:
    return agents_of(person, site_settings().public_url)


def _statements(session: Session, order: JobOrder, person: Person) -> bytes:
    lines = []
    with closing(scan_statements(session, StatementFilter([AnyOf(Usage.AGENT, _agents(person))], void=True))) as found:
        for number, one in enumerate(found):
            lines.append(" ".join(one.text.split("\n")))
            if number % REPORT_EVERY == 0:
                order.report(1, 2)
    return "".join(f"{line}\n" for line in lines).encode()


def _stored(name: str, object_name: str) -> Files:
    try:
        yield name, storage().get(object_name)
    except FileNotFoundError:
        yield f"{name}.txt", _("This file is not in the file store any more.").encode()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _join(order: JobOrder, pieces: Iterable[bytes], out: IO[bytes]) -> str:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for piece in pieces:
            with zipfile.ZipFile(io.BytesIO(piece)) as made:
                for name in made.namelist():
                    add_file(archive, name, made.read(name), compress=True, mode=BY_ITS_OWNER)
    return f"my-data-{order.asked_at:%Y%m%d}.zip"


def _one(_piece: Piece) -> int:
    return 1


PERSONAL_COPY = "personal-copy"
KINDS = {PERSONAL_COPY: JobKind(_title, _plan, _make, _join, size=_one)}
