"""The enrolments of a bulk export: of some classes, of a programme, or of everything that belongs to an office."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from lms.accounts.models import Organisation, Person
from lms.accounts.offices import below
from lms.classes.models import Enrolment, TrainingClass
from lms.programmes.models import Programme, ProgrammeVersion

AT_ONCE = 100  # people in a piece: at its start and end one core waits, and its documents are in memory
MOST_CLASSES = 500  # named one by one


@dataclass(frozen=True, slots=True)
class BulkSelection:
    """The people whose documents are wanted, as far as the office with this `path` may see them.

    With `class_ids`: everybody in these classes, which the office runs. Otherwise everybody in its classes and all teachers of its
    schools, wherever they are trained, of one programme or of all.
    """

    path: str
    class_ids: tuple[int, ...] = ()
    programme_id: int | None = None

    def params(self) -> dict[str, Any]:
        """Return the selection as parameters of a job."""
        return {"path": self.path, "classes": list(self.class_ids), "programme": self.programme_id}


def selection_in(params: Mapping[str, Any]) -> BulkSelection:
    """Return the selection in a job's parameters."""
    return BulkSelection(params["path"], tuple(params["classes"]), params["programme"])


@dataclass(frozen=True, slots=True)
class SelectionSize:
    """The size of a selection: people, classes, and classes that are being recalculated."""

    people: int
    classes: int
    recalculated: int


def size_of(session: Session, wanted: BulkSelection) -> SelectionSize:
    """Count a selection."""
    query = _rows(wanted, func.count(), func.count(Enrolment.class_id.distinct()))
    people, classes = session.execute(query).one()
    behind = _rows(wanted, func.count(Enrolment.class_id.distinct())).where(TrainingClass.following_after.is_not(None))
    return SelectionSize(people, classes, session.scalar(behind) or 0)


def pieces_of(session: Session, wanted: BulkSelection) -> list[list[int]]:
    """Return the enrolments in pieces, class by class, because the rules of a class are read once for each reading."""
    query = _rows(wanted, Enrolment.id).order_by(TrainingClass.code, Enrolment.id)
    ids = session.scalars(query).all()
    return [list(ids[start : start + AT_ONCE]) for start in range(0, len(ids), AT_ONCE)]


def _rows(wanted: BulkSelection, *columns: Any) -> Select[Any]:
    provider, school = aliased(Organisation), aliased(Organisation)
    query = select(*columns).select_from(Enrolment).join(TrainingClass, TrainingClass.id == Enrolment.class_id)
    query = query.join(provider, provider.id == TrainingClass.provider_id).join(Person, Person.id == Enrolment.person_id)
    query = query.outerjoin(school, school.id == Person.organisation_id)
    runs: ColumnElement[bool] = below(wanted.path, provider)
    if wanted.class_ids:
        return query.where(runs, TrainingClass.id.in_(wanted.class_ids))
    query = query.where(or_(runs, below(wanted.path, school)))
    if wanted.programme_id is not None:
        query = query.join(ProgrammeVersion, ProgrammeVersion.id == TrainingClass.programme_version_id)
        query = query.where(ProgrammeVersion.programme_id == wanted.programme_id)
    return query


def programmes_of(session: Session, path: str) -> Sequence[tuple[int, ProgrammeVersion]]:
    """Return the programmes whose people an office may see, each with the newest version that is used."""
    newest = _rows(BulkSelection(path), func.max(TrainingClass.programme_version_id))
    newest = newest.join(ProgrammeVersion, ProgrammeVersion.id == TrainingClass.programme_version_id)
    ids = session.scalars(newest.group_by(ProgrammeVersion.programme_id)).all()
    versions = select(ProgrammeVersion).join(ProgrammeVersion.programme).where(ProgrammeVersion.id.in_(ids))
    return [(one.programme_id, one) for one in session.scalars(versions.order_by(Programme.year.desc(), Programme.code))]


def classes_of(session: Session, path: str, most: int) -> Sequence[tuple[int, str, str]]:
    """Return the classes that an office runs as (id, code, name), the newest first; none if there are more than `most`."""
    query = select(TrainingClass.id, TrainingClass.code, TrainingClass.name).join(
        Organisation, Organisation.id == TrainingClass.provider_id
    )
    rows = session.execute(query.where(below(path)).order_by(TrainingClass.id.desc()).limit(most + 1)).all()
    return [(row.id, row.code, row.name) for row in rows] if len(rows) <= most else []


def classes_named(session: Session, path: str, codes: Sequence[str]) -> Mapping[str, int]:
    """Return the classes of an office that have these codes."""
    query = select(TrainingClass.code, TrainingClass.id).join(Organisation, Organisation.id == TrainingClass.provider_id)
    return {row.code: row.id for row in session.execute(query.where(TrainingClass.code.in_(codes), below(path)))}
