"""Search the accesses: by the person they were about, by the person who looked, or by day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from lms.access_log.models import AccessRecord
from lms.accounts.masking import masked_name
from lms.accounts.models import Organisation, Person
from lms.accounts.offices import below
from lms.classes.models import Enrolment, TrainingClass
from lms.i18n import SITE_ZONE

PAGE = 50
MOST_NAMESAKES = 50
WITH_TRAINEES = ("bulk", "statements")  # exports of an office that have the people of its classes too, of all schools


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """The filter: the name or user name of the person whose data it was, that of the one who looked, and a day of the site."""

    whose: str = ""
    by: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One access in a list; names are empty where there is none.

    A person who is not the asking office's is masked, and a class that is not has no name: an office's own people may look at the data
    of other offices, for example as staff of another provider's class.
    """

    record: AccessRecord
    by: str
    person: str
    training_class: str
    organisation: str


@dataclass(frozen=True, slots=True)
class AccessPage:
    """One page, the newest first; `next` is the cursor of the next page."""

    lines: Sequence[AccessLine]
    next: int | None


_by, _whose, _school, _office, _own = aliased(Person), aliased(Person), aliased(Organisation), aliased(Organisation), aliased(Organisation)


def search(session: Session, scope: str | None, wanted: AccessFilter, after: int | None) -> AccessPage:
    """Return accesses that concern the people and classes below `scope`, or were made by its people; None: all of the site."""
    query = _joined()
    if scope is not None:
        provider = aliased(Organisation)
        query = query.outerjoin(provider, provider.id == TrainingClass.provider_id)
        query = query.where(or_(below(scope, _school), below(scope, provider), below(scope, _own), below(scope, _office)))
    if wanted.whose:
        open_to_it = true() if scope is None else Person.id.in_(_open_people(scope))
        query = query.where(_about(session, _named(session, wanted.whose, open_to_it)))
    if wanted.by:
        query = query.where(AccessRecord.by.in_(_named(session, wanted.by, exists().where(AccessRecord.by == Person.id))))
    if wanted.day is not None:
        start = datetime.combine(wanted.day, time(), ZoneInfo(SITE_ZONE))
        query = query.where(AccessRecord.at >= start, AccessRecord.at < start + timedelta(days=1))
    page = _page(session, query, after)
    return page if scope is None else AccessPage(_with_names_hidden(session, scope, page.lines), page.next)


def _with_names_hidden(session: Session, scope: str, lines: Sequence[AccessLine]) -> Sequence[AccessLine]:
    """Mask the people, and leave out the names of the classes, that are not the office's with this path."""
    shown = {one.record.person_id for one in lines if one.record.person_id is not None}
    people = set(session.scalars(_open_people(scope).where(Person.id.in_(shown))))
    runs = select(TrainingClass.id).join(Organisation, Organisation.id == TrainingClass.provider_id).where(below(scope))
    classes = set(session.scalars(runs.where(TrainingClass.id.in_({one.record.class_id for one in lines}))))
    return [
        replace(
            one,
            person=one.person if one.record.person_id in people else masked_name(one.person) if one.person else "",
            training_class=one.training_class if one.record.class_id in classes else "",
        )
        for one in lines
    ]


def _open_people(scope: str) -> Select[int]:
    """Return the query of the people whom the office with this path may see: of its organisations, or trained in its classes."""
    home, provider = aliased(Organisation), aliased(Organisation)
    trained = select(Enrolment.id).join(TrainingClass, TrainingClass.id == Enrolment.class_id)
    trained = trained.join(provider, provider.id == TrainingClass.provider_id)
    trained = trained.where(Enrolment.person_id == Person.id, below(scope, provider))
    query = select(Person.id).outerjoin(home, home.id == Person.organisation_id)
    return query.where(or_(below(scope, home), trained.exists()))


def about(session: Session, person_id: int, after: int | None) -> AccessPage:
    """Return the accesses to one person's data."""
    return _page(session, _joined().where(_about(session, [person_id])), after)


def _named(session: Session, words: str, condition: ColumnElement[bool]) -> list[int]:
    """Return the people of this name or user name who meet a condition, the first of them if there are very many."""
    query = select(Person.id).where(or_(Person.name == words, Person.username == words), condition).order_by(Person.id)
    return list(session.scalars(query.limit(MOST_NAMESAKES)))


def _about(session: Session, person_ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that an access was about one of these people: themselves, one of their classes, or an office that has them.

    An office has the people of its own organisations; in its exports of documents and statements also those who are trained in its classes.
    """
    if not person_ids:
        return false()
    places = select(Organisation.path).join(Person, Person.organisation_id == Organisation.id)
    above = _offices_on(session, places.where(Person.id.in_(person_ids)))
    providers = select(Organisation.path).join(TrainingClass, TrainingClass.provider_id == Organisation.id)
    of_classes = providers.join(Enrolment, Enrolment.class_id == TrainingClass.id).where(Enrolment.person_id.in_(person_ids))
    training = _offices_on(session, of_classes)
    by_provider = and_(AccessRecord.organisation_id.in_(training), AccessRecord.form.in_(WITH_TRAINEES))
    classes = select(Enrolment.class_id).where(Enrolment.person_id.in_(person_ids))
    nobody = and_(AccessRecord.person_id.is_(None), AccessRecord.class_id.is_(None), AccessRecord.organisation_id.is_(None))
    own = or_(AccessRecord.person_id.in_(person_ids), AccessRecord.class_id.in_(classes), AccessRecord.organisation_id.in_(above))
    return or_(own, by_provider, nobody)


def _offices_on(session: Session, paths: Select[str]) -> set[int]:
    """Return the organisations of these paths and all above them."""
    return {int(part) for path in session.scalars(paths.distinct()) for part in path.split("/") if part}


def _joined() -> Select[Any]:
    query: Any = select(AccessRecord, _by.name, _whose.name, TrainingClass.name, _office.name).select_from(AccessRecord)
    query = query.outerjoin(_by, _by.id == AccessRecord.by).outerjoin(_own, _own.id == _by.organisation_id)
    query = query.outerjoin(_whose, _whose.id == AccessRecord.person_id).outerjoin(_school, _school.id == _whose.organisation_id)
    query = query.outerjoin(TrainingClass, TrainingClass.id == AccessRecord.class_id)
    joined: Select[Any] = query.outerjoin(_office, _office.id == AccessRecord.organisation_id)
    return joined


def _page(session: Session, query: Select[Any], after: int | None) -> AccessPage:
    if after is not None:
        query = query.where(AccessRecord.id < after)
    rows = session.execute(query.order_by(AccessRecord.id.desc()).limit(PAGE + 1)).all()
    lines = [AccessLine(row[0], *(one or "" for one in row[1:])) for row in rows[:PAGE]]
    return AccessPage(lines, lines[-1].record.id if len(rows) > PAGE else None)
