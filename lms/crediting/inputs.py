"""The inputs of an account besides its evidence, as digests in every ledger entry.

`class_sha256` covers the whole class: its programme's document, its courses' outlines and the requirements they count
toward, its days and settings. `enrolment_sha256` covers one person in it: track, status, window, name,
attendance and history. If a verdict or a transcript reads something new, add it to one of the two.
"""

import hmac
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

import xapi.store
from courses.strict_json.canonical import digest_of
from lms.accounts.models import Organisation, Person
from lms.catalogue.models import Course, CourseVersion
from lms.classes.models import (
    AttendanceRecord,
    ClassChange,
    ClassCourse,
    ClassSession,
    Enrolment,
    EnrolmentTransfer,
    SessionReplacement,
    TrainingClass,
)
from lms.crediting.chain import Inputs, RunningHash, text_sha256, utc_text
from lms.crediting.ledger import Head
from lms.crediting.models import Observation
from lms.programmes.models import Programme, ProgrammeVersion

OBSERVED = (
    *("statement_id", "part", "kind", "activity", "session", "device", "at", "since", "seconds"),
    *("media_from_ms", "media_to_ms", "rate", "statement_sha256"),
)
BESIDE = {"id", "account", "name", "transferred", "certified_at", "certificate_sha256"}  # of a digest, as long as they say nothing
AT_ONCE = 500

HashedContent = dict[str, Any]


def current(session: Session, heads: Mapping[int, Head]) -> dict[int, Inputs]:
    """Return the current inputs of each enrolment; the caller holds the enrolments' locks."""
    own = enrolment_contents(session, heads)
    classes = class_digests(session, {content["class_id"] for content in own.values()})
    unbegun = [number for number, head in heads.items() if head.inputs is None]
    _name_statements(session, unbegun)
    unread = evidence_of(session, unbegun)
    found = {}
    for number, head in heads.items():
        evidence = unread[number] if head.inputs is None else head.inputs.evidence
        found[number] = Inputs(classes[own[number]["class_id"]], digest_of(own[number]), evidence)
    return found


def _name_statements(session: Session, enrolment_ids: Collection[int]) -> None:
    """Add the digests of statement texts to evidence from before format 2, if the statements still exist."""
    wanted = select(Observation.statement_id).where(Observation.enrolment_id.in_(enrolment_ids), Observation.statement_sha256.is_(None))
    ids = sorted(set(session.scalars(wanted)))
    for start in range(0, len(ids), AT_ONCE):
        texts = xapi.store.load_texts(session, ids[start : start + AT_ONCE])
        named = [{"statement": one, "digest": text_sha256(text)} for one, text in texts.items()]
        if named:
            session.connection().execute(_NAME, named)


_NAME = update(Observation).where(Observation.statement_id == bindparam("statement")).values(statement_sha256=bindparam("digest"))


def changed(session: Session, heads: Mapping[int, Head]) -> dict[int, Inputs]:
    """Return the inputs of each enrolment after its own data changed; the class's digest is carried over."""
    found = current(session, heads)
    for number, head in heads.items():
        if head.inputs is not None:
            found[number] = replace(found[number], class_sha256=head.inputs.class_sha256)
    return found


def carried(session: Session, heads: Mapping[int, Head], added: Mapping[int, Iterable[Mapping[str, Any]]]) -> dict[int, Inputs]:
    """Return the inputs of each enrolment after new evidence; the caller holds the enrolments' locks.

    Evidence changes nothing else, so the other digests are carried over from the latest entry and not computed again. So crediting
    never hides a manual edit in the chain. Only a chain without inputs starts with the current ones.
    """
    found = current(session, {number: head for number, head in heads.items() if head.inputs is None})
    for number, head in heads.items():
        if head.inputs is not None:
            found[number] = replace(head.inputs, evidence=head.inputs.evidence.add(map(observed, added[number])))
    return found


def class_digests(session: Session, class_ids: Collection[int]) -> dict[int, str]:
    """Return the digest of each class's data."""
    return {number: digest_of(content) for number, content in class_contents(session, class_ids).items()}


def class_contents(session: Session, class_ids: Collection[int]) -> dict[int, HashedContent]:
    """Return each class's data. The programme document and the course outlines are represented by their digests."""
    rows = session.execute(
        select(
            *(TrainingClass.id, TrainingClass.code, TrainingClass.name, TrainingClass.intake),
            *(TrainingClass.starts_on, TrainingClass.ends_on, TrainingClass.tracks, TrainingClass.counts_within, TrainingClass.closed_at),
            Organisation.name.label("provider"),
            *(Programme.code.label("programme"), Programme.year, ProgrammeVersion.number, ProgrammeVersion.sha256),
        )
        .join(Organisation, Organisation.id == TrainingClass.provider_id)
        .join(ProgrammeVersion, ProgrammeVersion.id == TrainingClass.programme_version_id)
        .join(Programme, Programme.id == ProgrammeVersion.programme_id)
        .where(TrainingClass.id.in_(class_ids))
    )
    courses, sessions, moved = _courses(session, class_ids), _sessions(session, class_ids), _replacements(session, class_ids)
    return {
        row.id: {name: plain(value) for name, value in row._mapping.items()}
        | {"courses": courses[row.id], "sessions": sessions[row.id]}
        | ({"replacements": moved[row.id]} if row.id in moved else {})  # digests of classes without any stay what they were
        for row in rows
    }


def _replacements(session: Session, class_ids: Collection[int]) -> Mapping[int, Sequence[list[Any]]]:
    """Return the replacements of sessions by class, including cancelled ones; every column is an input."""
    found: dict[int, list[list[Any]]] = defaultdict(list)
    columns = SessionReplacement.__table__.c
    for row in session.execute(select(*columns).where(columns.class_id.in_(class_ids)).order_by(columns.id)):
        found[row.class_id].append([plain(value) for value in row])
    return found


def _transfers(session: Session, enrolment_ids: Collection[int]) -> Mapping[int, HashedContent]:
    """Return the moves of people who were transferred, and what the classes before allow them to earn."""
    columns = EnrolmentTransfer.__table__.c
    query = select(*columns).where(columns.enrolment_id.in_(enrolment_ids)).order_by(columns.id)
    moves: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(query):
        moves[row.enrolment_id].append(row)
    left = {row.from_class_id for own in moves.values() for row in own}
    contents = class_contents(session, left) if left else {}
    earning = ("code", "starts_on", "courses", "sessions", "replacements")
    return {
        number: {
            "moves": [[plain(value) for value in row] for row in own],
            "left": [{name: contents[row.from_class_id].get(name) for name in earning} for row in own],
        }
        for number, own in moves.items()
    }


def _courses(session: Session, class_ids: Collection[int]) -> Mapping[int, Sequence[HashedContent]]:
    found: dict[int, list[HashedContent]] = defaultdict(list)
    rows = session.execute(
        select(
            *(ClassCourse.class_id, ClassCourse.requirement, ClassCourse.compulsory, ClassCourse.position),
            *(Course.code, CourseVersion.number, CourseVersion.document_sha256),
        )
        .join(CourseVersion, CourseVersion.id == ClassCourse.course_version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(ClassCourse.class_id.in_(class_ids))
        .order_by(ClassCourse.class_id, Course.code, CourseVersion.number)
    )
    for row in rows:
        found[row.class_id].append({name: plain(value) for name, value in row._mapping.items() if name != "class_id"})
    return found


def _sessions(session: Session, class_ids: Collection[int]) -> Mapping[int, Sequence[list[Any]]]:
    """Return the timetable of each class: the earning properties of every session that was not cancelled."""
    found: dict[int, list[list[Any]]] = defaultdict(list)
    columns = (ClassSession.key, ClassSession.requirement, ClassSession.starts_at, ClassSession.ends_at, ClassSession.half_days)
    wanted = (ClassSession.class_id.in_(class_ids), ClassSession.cancelled_at.is_(None))
    for class_id, *row in session.execute(select(ClassSession.class_id, *columns).where(*wanted).order_by(ClassSession.key)):
        found[class_id].append([plain(value) for value in row])
    return found


def enrolment_digests(session: Session, enrolment_ids: Collection[int]) -> dict[int, str]:
    """Return the digest of each enrolment's data."""
    return {number: digest_of(content) for number, content in enrolment_contents(session, enrolment_ids).items()}


def enrolment_contents(session: Session, enrolment_ids: Collection[int]) -> dict[int, HashedContent]:
    """Return each enrolment's data.

    The name is keyed by the person's account, which an erasure deletes: afterwards the chain leads to nobody.
    """
    rows = session.execute(
        select(
            *(Enrolment.id, Enrolment.class_id, Enrolment.track, Enrolment.status, Enrolment.transferred),
            *(Enrolment.window_from, Enrolment.window_to, Enrolment.evidence_erased_at, Person.account, Person.name),
            *(Enrolment.certified_at, Enrolment.certificate_sha256),
        )
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.id.in_(enrolment_ids))
    )
    attendance = _rows(session, AttendanceRecord, enrolment_ids)
    changes = _rows(session, ClassChange, enrolment_ids)
    transfers = _transfers(session, enrolment_ids)
    contents = {}
    for row in rows:
        content = {name: plain(value) for name, value in row._mapping.items() if name not in BESIDE}
        content["person"] = person_digest(row.account, row.name)
        contents[row.id] = content | {"attendance": attendance[row.id], "changes": changes[row.id]}
        if row.id in transfers:  # digests of everybody else stay what they were
            contents[row.id]["transfers"] = transfers[row.id]
        if row.transferred:
            contents[row.id]["transferred"] = True
        if row.certified_at is not None or row.certificate_sha256 is not None:
            contents[row.id]["certificate"] = [plain(row.certified_at), row.certificate_sha256]
    return contents


def person_digest(account: str, name: str) -> str:
    """Return the digest of a person's name, keyed by their account in the record store."""
    return hmac.digest(account.encode(), name.encode(), sha256).hex()


def _rows(session: Session, model: type[AttendanceRecord | ClassChange], enrolment_ids: Collection[int]) -> Mapping[int, list[list[Any]]]:
    """Return all columns of an append-only table's rows, by enrolment, in the order of insertion."""
    found: dict[int, list[list[Any]]] = defaultdict(list)
    columns = model.__table__.c
    for row in session.execute(select(*columns).where(columns.enrolment_id.in_(enrolment_ids)).order_by(columns.id)):
        found[row.enrolment_id].append([plain(value) for value in row])
    return found


def history_of(session: Session, class_id: int) -> list[list[Any]]:
    """Return the changes of a class itself, without those of single enrolments, oldest first, in the form for its running hash."""
    columns = ClassChange.__table__.c
    query = select(*columns).where(columns.class_id == class_id, columns.enrolment_id.is_(None)).order_by(columns.id)
    return [[plain(value) for value in row] for row in session.execute(query)]


def evidence_rows(session: Session, enrolment_ids: Collection[int]) -> Mapping[int, list[list[Any]]]:
    """Return the evidence of each enrolment in the form for its running hash, in the order in which it was kept."""
    found: dict[int, list[list[Any]]] = defaultdict(list)
    query = select(Observation.enrolment_id, *(getattr(Observation, name) for name in OBSERVED))
    for row in session.execute(query.where(Observation.enrolment_id.in_(enrolment_ids)).order_by(Observation.id)):
        found[row.enrolment_id].append([plain(value) for value in row[1:]])
    return found


def evidence_of(session: Session, enrolment_ids: Collection[int]) -> dict[int, RunningHash]:
    """Return the running hash over all evidence of each enrolment."""
    rows = evidence_rows(session, enrolment_ids)
    return {number: RunningHash().add(rows.get(number, ())) for number in enrolment_ids}


def observed(row: Mapping[str, Any]) -> list[Any]:
    """Return a new observation in the form for the running hash."""
    return [plain(float(row[name]) if name == "rate" and row[name] is not None else row[name]) for name in OBSERVED]


def plain(value: Any) -> Any:
    """Return a value as JSON data that is equal on both databases."""
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, bytes):
        return value.hex()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
