"""Write an audit bundle of a class: everything that an outside auditor needs to recompute and verify it without this site.

Names and schools are masked unless the export reveals them; evidence, ledger and register never have them.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from lms.accounts.masking import masked_name
from lms.audit.checker.archive import FORMAT, MANIFEST, SIGNATURE
from lms.audit.checker.elsewhere import FILE as ELSEWHERE
from lms.audit.elsewhere_bundle import elsewhere_of
from lms.catalogue.models import CourseVersion
from lms.certification import register
from lms.certification.models import RegisterEntry
from lms.classes.models import ClassCourse, Enrolment, TrainingClass
from lms.crediting.certified import NotReadable, bundle_text
from lms.crediting.chain import Entry, utc_text
from lms.crediting.models import Certificate
from lms.programmes.models import ProgrammeVersion
from lms.transcripts.transcript import Transcript, read_many
from lms.zip_files import add_file

AT_ONCE = 25  # transcripts read at a time


@dataclass(slots=True)
class BundleWriter:
    """Writes files into a ZIP file and remembers their digests."""

    archive: zipfile.ZipFile
    files: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, content: bytes) -> None:
        """Write one file."""
        self.files[name] = hashlib.sha256(content).hexdigest()
        add_file(self.archive, name, content, compress=True)

    def add_json(self, name: str, value: object) -> None:
        """Write one file as JSON."""
        self.add(name, _json(value))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()


@dataclass(frozen=True, slots=True)
class BundleOrder:
    """The order for a bundle: the class, the time, and whether names are revealed."""

    class_id: int
    at: datetime
    site: str
    anchor_key: str
    revealed: bool
    signed_by: str  # the fingerprint of the signing certificate; '' if bundles are not signed


@dataclass(frozen=True, slots=True)
class WrittenBundle:
    """The digest of the manifest that was written, and how much is in the bundle."""

    manifest_sha256: str
    members: int
    certificates: int


def write(
    session: Session, order: BundleOrder, anchors: Mapping[str, str], out: IO[bytes], sign: Callable[[bytes], str] | None
) -> WrittenBundle:
    """Write the bundle from one state of the database. `anchors` are files by name; `sign` signs the manifest."""
    training_class = session.get_one(TrainingClass, order.class_id)
    with zipfile.ZipFile(out, "w") as archive:
        writer = BundleWriter(archive)
        writer.add_json("rules.json", _rules(session, training_class))
        members = list(_members(session, order, writer))
        writer.add_json("members.json", members)
        certificates = _certificates(session, order, writer)
        writer.add_json("certificates.json", certificates)
        writer.add_json(ELSEWHERE, elsewhere_of(session, order.class_id, revealed=order.revealed))
        writer.add_json("register.json", list(_register(session, order, {one["number"] for one in certificates})))
        for name, content in anchors.items():
            writer.add(f"anchors/{name}", content.encode())
        manifest = _json(
            {
                "format": FORMAT,
                "site": order.site,
                "class": training_class.code,
                "class_name": training_class.name,
                "at": utc_text(order.at),
                "masked": not order.revealed,
                "members": len(members),
                "certificates": len(certificates),
                "anchor_key": order.anchor_key,
                "signed_by": order.signed_by,
                "files": writer.files,
            }
        )
        add_file(archive, MANIFEST, manifest, compress=True)
        if sign is not None:
            add_file(archive, SIGNATURE, sign(manifest).encode(), compress=True)
    return WrittenBundle(hashlib.sha256(manifest).hexdigest(), len(members), len(certificates))


def _rules(session: Session, training_class: TrainingClass) -> list[dict[str, Any]]:
    """Return the programme document and the course outlines of the class, and all later and earlier versions of the document."""
    whole = undefer(ProgrammeVersion.document)
    own = session.get_one(ProgrammeVersion, training_class.programme_version_id, options=[whole])
    wanted = select(ProgrammeVersion).where(ProgrammeVersion.programme_id == own.programme_id).options(whole).order_by(ProgrammeVersion.id)
    found = [_document(one.programme.code, one.number, one.sha256, one.document) for one in session.scalars(wanted)]
    studied = select(ClassCourse.course_version_id).where(ClassCourse.class_id == training_class.id)
    courses = select(CourseVersion.course_id).where(CourseVersion.id.in_(studied))
    versions = select(CourseVersion).where(CourseVersion.course_id.in_(courses)).options(undefer(CourseVersion.document))
    for one in session.scalars(versions.order_by(CourseVersion.id)):
        found.append(_document(one.course.code, one.number, one.document_sha256, one.document))
    return found


def _document(code: str, version: int, sha256: str, document: object) -> dict[str, Any]:
    return {"code": code, "version": version, "sha256": sha256, "document": document}


def _members(session: Session, order: BundleOrder, writer: BundleWriter) -> Iterator[dict[str, Any]]:
    """Write evidence and ledger of each member, and yield the members."""
    numbers = session.scalars(select(Enrolment.id).where(Enrolment.class_id == order.class_id).order_by(Enrolment.id)).all()
    for start in range(0, len(numbers), AT_ONCE):
        for one in read_many(session, numbers[start : start + AT_ONCE], order.at):
            yield _member(one, order, writer)


def _member(transcript: Transcript, order: BundleOrder, writer: BundleWriter) -> dict[str, Any]:
    enrolment = transcript.standing.enrolment
    evidence = None
    if transcript.erased_at is None:
        evidence = f"evidence/{enrolment.id}.json"
        writer.add(evidence, transcript.bundle.encode())
    writer.add_json(f"ledger/{enrolment.id}.json", _chain(transcript.entries))
    name = enrolment.person.name
    return {
        "enrolment": enrolment.id,
        "name": name if order.revealed else masked_name(name),
        "school": transcript.belongs.school if order.revealed else None,
        "status": enrolment.status,
        "evidence": evidence,
        "erased": transcript.erased_at is not None,
        "behind": transcript.is_behind,
        "ledger_head": enrolment.ledger_head,
        "ledger_length": enrolment.ledger_length,
    }


def _chain(entries: Sequence[tuple[Entry, str]]) -> list[dict[str, Any]]:
    return [
        {
            "number": entry.number,
            "account": entry.account,
            "unit": entry.unit,
            "amount": entry.amount,
            "reason": entry.reason,
            "programme_version": entry.programme_version_id,
            "policy": entry.policy_sha256,
            "evidence": list(entry.evidence),
            "recorded_at": utc_text(entry.recorded_at),
            "previous": entry.previous_hash,
            "format": entry.format,
            "inputs": entry.inputs and [entry.inputs.class_sha256, entry.inputs.enrolment_sha256, *entry.inputs.evidence],
            "hash": digest,
        }
        for entry, digest in entries
    ]


def _certificates(session: Session, order: BundleOrder, writer: BundleWriter) -> list[dict[str, Any]]:
    found = []
    rows = select(Certificate).where(Certificate.class_id == order.class_id).order_by(Certificate.id)
    for one in session.scalars(rows):
        evidence = None
        try:
            text = bundle_text(one)
        except NotReadable:  # erased
            text = ""
        if text:
            evidence = f"evidence/certificate-{one.number}-{one.version}.json"
            writer.add(evidence, text.encode())
        values = register.contents_values(one) | {"state": one.state, "evidence": evidence}
        found.append(values | ({"person": one.person, "salt": one.salt} if order.revealed else {}))
    return found


def _register(session: Session, order: BundleOrder, own: set[str]) -> Iterator[dict[str, Any]]:
    """Yield the whole chain; of entries about other classes only the position and the hash."""
    for entry in session.scalars(select(RegisterEntry).order_by(RegisterEntry.position)):
        link: dict[str, Any] = {"position": entry.position, "hash": entry.hash}
        if entry.number in own:
            link |= register.values_of(entry)
            link |= {"reason": entry.reason, "reason_salt": entry.reason_salt} if order.revealed else {}
        yield link
