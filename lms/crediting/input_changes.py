"""Record changes of the inputs of accounts in the ledger, in every transaction, before it commits.

The session's changes are examined: a changed track, name, status, attendance or history concerns enrolments, whose
chains record it in the same transaction. `lms.crediting.windows` records changes of a whole class, a hundred
people at a time; other changes of a class are left to the worker. A bulk UPDATE is not noticed: code that runs
one must call `drain.record`.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import exists, inspect, or_, select, update
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation, Person
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
from lms.crediting import inputs, windows
from lms.crediting.drain import record, recredit

TOUCHED = "lms.crediting.touched"
APPENDED = AttendanceRecord | ClassChange | ClassCourse | ClassSession | EnrolmentTransfer | SessionReplacement
OF_CLASS = {"code", "name", "intake", "programme_version_id", "provider_id", "starts_on", "ends_on", "tracks", "counts_within", "closed_at"}
READ: Mapping[type, Set[str]] = {  # which columns are read; none named: all
    Enrolment: {
        *("class_id", "transferred", "track", "status", "window_from", "window_to"),
        *("evidence_erased_at", "certified_at", "certificate_sha256"),
    },
    TrainingClass: OF_CLASS,
    Person: {"name", "account"},
    Organisation: {"name"},
    **dict.fromkeys((AttendanceRecord, ClassChange, ClassCourse, ClassSession, EnrolmentTransfer, SessionReplacement), frozenset()),
}


def init_app(app: Flask) -> None:
    """Examine every transaction of the app's database."""
    database, extensions = app.extensions["db"], app.extensions
    database.listen("after_flush", _collect)
    database.listen("before_commit", lambda session: _record_all(session, extensions["clock"]))


def _collect(session: Session) -> None:
    """Note the changes of a flush that concern accounts."""
    touched: set[tuple[str, int]] = session.info.setdefault(TOUCHED, set())
    for one in session.new:
        if isinstance(one, APPENDED):
            touched.update(_concerned(one))
    for one in session.dirty:
        if _changed(one):
            touched.update(_concerned(one))
    for one in session.deleted:
        touched.update(_concerned(one))


def _changed(one: object) -> bool:
    """Say whether a flush changed a column from which accounts follow."""
    if type(one) not in READ:
        return False
    columns, written = READ[type(one)], {attribute.key for attribute in inspect(one).attrs if attribute.history.has_changes()}
    return bool(written & columns if columns else written)


def _concerned(one: object) -> Iterable[tuple[str, int]]:
    """Yield the owners of a changed row: ('enrolment' | 'class' | 'person' | 'organisation', id)."""
    if isinstance(one, AttendanceRecord | EnrolmentTransfer):
        yield "enrolment", one.enrolment_id
    elif isinstance(one, Enrolment):
        yield "enrolment", one.id
    elif isinstance(one, ClassChange):
        yield ("enrolment", one.enrolment_id) if one.enrolment_id is not None else ("history", one.class_id)
    elif isinstance(one, ClassCourse | ClassSession | SessionReplacement):
        yield "class", one.class_id
    elif isinstance(one, TrainingClass):
        yield "class", one.id
    elif isinstance(one, Person):
        yield "person", one.id
    elif isinstance(one, Organisation):
        yield "organisation", one.id


def _record_all(session: Session, clock: Callable[[], datetime]) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    touched: set[tuple[str, int]] = session.info.pop(TOUCHED, set())
    if not touched:  # as in every transaction that only stores statements: the queries below cost more to build than such a statement
        return
    kinds: dict[str, set[int]] = defaultdict(set)
    for kind, number in touched:
        kinds[kind].add(number)
    for number in sorted(kinds["history"]):
        windows.extend_history(session, number)
    classes = kinds["class"] | _among(session, TrainingClass.id, TrainingClass.provider_id, kinds["organisation"])
    for number in sorted(classes):
        _leave_to_the_worker(session, number)
    if left := _who_left(session, classes):
        recredit(session, left, clock())
    named = kinds["enrolment"] | _among(session, Enrolment.id, Enrolment.person_id, kinds["person"])
    if own := _with_something(session, named):
        record(session, own, clock())


def _among(session: Session, wanted: Any, column: Any, ids: Collection[int]) -> set[int]:
    return set(session.scalars(select(wanted).where(column.in_(ids)))) if ids else set()


def _who_left(session: Session, class_ids: Collection[int]) -> set[int]:
    """Return the enrolments that were transferred out of a class; what they earned there still depends on it. There are few."""
    return _among(session, EnrolmentTransfer.enrolment_id, EnrolmentTransfer.from_class_id, class_ids)


def _with_something(session: Session, ids: Collection[int]) -> Sequence[int]:
    """Return the enrolments that have a chain, or attendance that begins one; new enrolments have nothing to record."""
    attended = exists().where(AttendanceRecord.enrolment_id == Enrolment.id)
    wanted = select(Enrolment.id).where(Enrolment.id.in_(ids), or_(Enrolment.ledger_length > 0, attended))
    return session.scalars(wanted).all() if ids else ()


def _leave_to_the_worker(session: Session, class_id: int) -> None:
    """Queue the class for the worker if a chain is behind and the class is not queued yet."""
    content = inputs.class_digests(session, [class_id])[class_id]
    behind = exists().where(Enrolment.class_id == class_id, windows.has_other_inputs(content))
    own = (TrainingClass.id == class_id, TrainingClass.following_after.is_(None), behind)
    session.execute(update(TrainingClass).where(*own).values(following_after=0).execution_options(synchronize_session=False))
