"""Find drafts by their title."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation, Person
from lms.accounts.offices import below
from lms.catalogue.course_index import MOST_WORDS
from lms.row_ids import row_id
from lms.workshop.models import PUBLISHED, Draft

PAGE = 30


@dataclass(frozen=True, slots=True)
class DraftPage:
    """Some drafts, the latest changed first, and where the next page starts."""

    drafts: Sequence[Draft]
    next: str | None
    total: int


def search(session: Session, by: Person, words: str = "", after: str = "", size: int = PAGE) -> DraftPage:
    """Return a page of the unpublished drafts that a person may change and whose title has all of these words.

    `after` is `next` of the page before. A draft that is changed while somebody reads the pages moves to the first one.
    """
    conditions = [_changeable(session, by), Draft.state != PUBLISHED, *(_in_title(word) for word in words.split()[:MOST_WORDS])]
    total = session.scalar(select(func.count(Draft.id)).where(*conditions)) or 0
    order = tuple_(Draft.touched_at, Draft.id)
    query = select(Draft).where(*conditions).order_by(Draft.touched_at.desc(), Draft.id.desc())
    last = session.get(Draft, found) if (found := row_id(after)) is not None else None
    if last is not None:
        query = query.where(order < (last.touched_at, last.id))
    drafts = session.scalars(query.limit(size + 1)).all()
    return DraftPage(drafts[:size], str(drafts[size - 1].id) if len(drafts) > size else None, total)


def _changeable(session: Session, by: Person) -> ColumnElement[bool]:
    own = session.get(Organisation, by.organisation_id) if by.organisation_id else None
    return Draft.organisation_id.is_(None) if own is None else Draft.organisation_id.in_(select(Organisation.id).where(below(own.path)))


def _in_title(word: str) -> ColumnElement[bool]:
    return or_(Draft.title_zh.icontains(word, autoescape=True), Draft.title_en.icontains(word, autoescape=True))
