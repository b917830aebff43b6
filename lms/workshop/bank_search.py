"""Find questions in the bank: those of a person's organisation and those that others share with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, undefer

from courses.answer_key import MOST_QUESTIONS
from lms.accounts.models import Person
from lms.accounts.offices import names_of
from lms.catalogue.course_index import containing
from lms.catalogue.sharing import shared_with
from lms.errors import NotFound
from lms.row_ids import row_id
from lms.workshop.models import BankQuestion, BankTag

PAGE = 30
TAGS_SHOWN = 200
IN_USE, ARCHIVED = STATES = ("", "archived")


@dataclass(frozen=True, slots=True)
class BankFilter:
    """A search: all of these words in text or tags, a kind of question, a tag, an organisation, and a state."""

    words: str = ""
    kind: str = ""
    tag: str = ""
    organisation_id: int | None = None
    state: str = IN_USE


@dataclass(frozen=True, slots=True)
class BankPage:
    """Some questions, the newest first, and where the next page starts."""

    questions: Sequence[BankQuestion]
    next: str | None
    total: int


def search(session: Session, by: Person, wanted: BankFilter, after: str = "", size: int = PAGE) -> BankPage:
    """Return a page of the questions that a person may use, the newest first; `after` is `next` of the page before."""
    conditions = [_readable(session, by), *_conditions(wanted)]
    query = select(BankQuestion).options(undefer(BankQuestion.document)).where(*conditions).order_by(BankQuestion.id.desc())
    if (last := row_id(after)) is not None:
        query = query.where(BankQuestion.id < last)
    found = session.scalars(query.limit(size + 1)).all()
    total = session.scalar(select(func.count(BankQuestion.id)).where(*conditions)) or 0
    return BankPage(found[:size], str(found[size - 1].id) if len(found) > size else None, total)


def by_codes(session: Session, by: Person, codes: Iterable[str]) -> list[BankQuestion]:
    """Return the questions with these codes that a person may use, in this order; archived ones too."""
    codes = list(dict.fromkeys(codes))[:MOST_QUESTIONS]
    query = select(BankQuestion).options(undefer(BankQuestion.document)).where(BankQuestion.code.in_(codes), _readable(session, by))
    found = {one.code: one for one in session.scalars(query)}
    return [found[code] for code in codes if code in found]


def one(session: Session, code: str, by: Person) -> BankQuestion:
    """Return a question that a person may use.

    Raises:
        NotFound: there is none, or it is not shared with them.
    """
    found = by_codes(session, by, [code])
    if not found:
        raise NotFound(_("There is no such question, or it is not shared with your organisation."))
    return found[0]


def with_tag(session: Session, by: Person, tag: str) -> Sequence[BankQuestion]:
    """Return the questions with a tag that a person may use, oldest first: at most as many as a quiz can have, and one more."""
    query = select(BankQuestion).options(undefer(BankQuestion.document)).where(_readable(session, by), *_conditions(BankFilter(tag=tag)))
    return session.scalars(query.order_by(BankQuestion.id).limit(MOST_QUESTIONS + 1)).all()


def tags(session: Session, by: Person) -> list[tuple[str, int]]:
    """Return the tags of the questions that a person may use, with how many questions have each, by name."""
    counted = func.count(BankTag.question_id)
    query = (
        select(BankTag.tag, counted)
        .join(BankQuestion, BankQuestion.id == BankTag.question_id)
        .where(_readable(session, by), BankQuestion.archived_at.is_(None))
        .group_by(BankTag.tag)
        .order_by(counted.desc(), BankTag.tag)
        .limit(TAGS_SHOWN)
    )
    return sorted((tag, count) for tag, count in session.execute(query))


def owners(session: Session, by: Person) -> list[tuple[int, str]]:
    """Return the organisations of the questions that a person may use, by name."""
    return names_of(session, select(BankQuestion.organisation_id).where(_readable(session, by)))


def _readable(session: Session, by: Person) -> ColumnElement[bool]:
    return shared_with(session, by, BankQuestion.organisation_id, BankQuestion.shared)


def _conditions(wanted: BankFilter) -> list[ColumnElement[bool]]:
    found = containing(BankQuestion.search_text, wanted.words)
    if wanted.kind:
        found.append(BankQuestion.kind == wanted.kind)
    if wanted.tag:
        found.append(BankQuestion.id.in_(select(BankTag.question_id).where(BankTag.tag == wanted.tag)))
    if wanted.organisation_id is not None:
        found.append(BankQuestion.organisation_id == wanted.organisation_id)
    found.append(BankQuestion.archived_at.is_not(None) if wanted.state == ARCHIVED else BankQuestion.archived_at.is_(None))
    return found
