"""The folders of a bulk export: city, school and class of each enrolment."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation, Person
from lms.bulk.file_names import safe_name
from lms.classes.models import Enrolment, TrainingClass


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """The names of city and school ('' for none), and the path of the folder."""

    city: str
    school: str
    folder: str


def places_of(session: Session, enrolment_ids: Collection[int]) -> Mapping[int, FolderPlace]:
    """Return the place of each enrolment.

    The city is the organisation right below the topmost one, above or at the school. Organisations of one name have their codes in
    the names of their folders, so that two schools never share one.
    """
    query = select(Enrolment.id, Organisation.path, TrainingClass.name, TrainingClass.code).select_from(Enrolment)
    query = query.join(Person, Person.id == Enrolment.person_id).outerjoin(Organisation, Organisation.id == Person.organisation_id)
    query = query.join(TrainingClass, TrainingClass.id == Enrolment.class_id).where(Enrolment.id.in_(enrolment_ids))
    rows = session.execute(query).all()
    above = {row.path: [int(part) for part in row.path.split("/") if part] for row in rows if row.path}
    names, folders = _organisations(session, {number for path in above.values() for number in path})
    found = {}
    for number, path, class_name, class_code in rows:
        own = above.get(path, [])
        city, school = (own[1] if len(own) > 2 else None), (own[-1] if own else None)  # noqa: PLR2004
        parts = [
            folders[city] if city else _("No city"),
            folders[school] if school else _("No school"),
            f"{safe_name(class_name, '-')} {safe_name(class_code, '-')}",
        ]
        found[number] = FolderPlace(names.get(city or 0, ""), names.get(school or 0, ""), "/".join(parts))
    return found


def _organisations(session: Session, ids: Collection[int]) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """Return the name of each organisation, and the name of its folder."""
    rows: Sequence[Organisation] = session.scalars(select(Organisation).where(Organisation.id.in_(ids))).all()
    names = [one.name for one in rows]
    query = select(Organisation.name).where(Organisation.name.in_(names)).group_by(Organisation.name).having(func.count() > 1)
    twice = set(session.scalars(query))
    folders = {one.id: safe_name(one.name, one.code) + (f" {safe_name(one.code, '-')}" if one.name in twice else "") for one in rows}
    return {one.id: one.name for one in rows}, folders
