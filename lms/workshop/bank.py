"""Keep questions in a bank, from which quizzes copy them. A quiz holds its copies itself, so the bank never changes a published version.

A copy names the question that it was copied from and its revision then (`BankOrigin`): the form says when the bank has a newer one.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from courses.authoring.questions import QuizQuestion, question_json, read_question
from courses.reader import CourseReader
from courses.strict_json.canonical import digest_of
from courses.strict_json.problem import Problem
from lms.accounts.account_changes import By
from lms.accounts.models import Organisation, Person
from lms.catalogue import publish
from lms.catalogue.course_index import comparable
from lms.catalogue.models import OWN
from lms.errors import Conflict, NotFound
from lms.workshop.models import BankQuestion, BankTag

LANGUAGES = ("zh", "en")


def read(value: Any, path: str = "question") -> QuizQuestion | list[Problem]:
    """Read a question of the bank from a form, or return its problems, each with the path of its field."""
    reader = CourseReader()
    found = read_question(reader, value, path)
    return reader.problems if found is None or reader.problems else found


def add(session: Session, question: QuizQuestion, language: str, by: Person, at: By) -> BankQuestion:
    """Add a question to the bank of a person's organisation; only that organisation and those above it see it at first."""
    code = f"q-{secrets.token_hex(8)}"
    made = BankQuestion(code=code, organisation_id=by.organisation_id, shared=OWN, created_by=by.id, created_at=at.at, revision=0)
    session.add(made)
    _write(session, made, question, language, at)
    return made


def change(session: Session, kept: BankQuestion, question: QuizQuestion, language: str, seen: int, at: By) -> None:
    """Change a locked question, whose revision its author saw; quizzes that have a copy keep it.

    The same question once more changes nothing: its author may not have seen the answer to the first time.

    Raises:
        Conflict: somebody else has changed it since.
    """
    if seen != kept.revision and _digest(question, language) != kept.digest:
        raise Conflict(_("Nothing was saved, because somebody changed this question after you opened it. Open it again to see both."))
    _write(session, kept, question, language, at)


def _write(session: Session, kept: BankQuestion, question: QuizQuestion, language: str, at: By) -> None:
    digest = _digest(question, language)
    if digest == kept.digest:
        return
    kept.document, kept.digest, kept.language, kept.kind = _document(question), digest, language, question.type
    kept.search_text = comparable("\n".join([question.text, *question.tags]))
    kept.revision += 1
    kept.touched_at = at.at
    session.flush()
    session.execute(delete(BankTag).where(BankTag.question_id == kept.id))
    session.add_all(BankTag(question_id=kept.id, tag=one) for one in question.tags)
    session.flush()


def _document(question: QuizQuestion) -> dict[str, Any]:
    return {name: one for name, one in question_json(question).items() if name not in {"id", "bank"}}


def _digest(question: QuizQuestion, language: str) -> str:
    return digest_of([language, _document(question)])


def own(session: Session, code: str, by: Person) -> BankQuestion:
    """Return a question that a person may change, locked: of their organisation or one below it.

    Raises:
        NotFound: there is none, or it is another organisation's.
    """
    found = session.scalar(select(BankQuestion).where(BankQuestion.code == code).with_for_update())
    if found is None or not publish.owns(session, found.organisation_id, by):
        raise NotFound(_("There is no such question, or it is not yours to change."))
    return found


def add_once(session: Session, question: QuizQuestion, language: str, by: Person, at: By) -> BankQuestion:
    """Add a question, or return the one that the organisation's bank has already, word for word."""
    _lock(session, by)
    return _same(session, question, language, by) or add(session, question, language, by, at)


def keep_all(
    session: Session, questions: Sequence[QuizQuestion], language: str, by: Person, at: By
) -> tuple[dict[str, dict[str, Any]], int]:
    """Add the questions of a quiz that were not copied from a bank; return where each is now by its id, and how many were added.

    A question that the organisation's bank already has, word for word, is not added twice.
    """
    _lock(session, by)
    kept: dict[str, dict[str, Any]] = {}
    added = 0
    for one in questions:
        if one.bank is not None:
            continue
        there = _same(session, one, language, by)
        if there is None:
            there = add(session, one, language, by, at)
            added += 1
        kept[one.id] = origin_of(there)
    return kept, added


def _lock(session: Session, by: Person) -> None:
    """Lock a person's bank until the end of the transaction: two colleagues must not both find that a question is not there."""
    whose = (
        select(Organisation.id).where(Organisation.id == by.organisation_id)
        if by.organisation_id
        else select(Person.id).where(Person.id == by.id)
    )
    session.execute(whose.with_for_update(key_share=True))


def _same(session: Session, question: QuizQuestion, language: str, by: Person) -> BankQuestion | None:
    mine = BankQuestion.organisation_id == by.organisation_id if by.organisation_id else BankQuestion.organisation_id.is_(None)
    found = select(BankQuestion).where(mine, BankQuestion.digest == _digest(question, language), BankQuestion.archived_at.is_(None))
    return session.scalars(found.limit(1)).first()


def origin_of(kept: BankQuestion) -> dict[str, Any]:
    """Return what a copy says of the question that it was copied from."""
    return {"id": kept.code, "revision": kept.revision}


def copy_of(kept: BankQuestion) -> Mapping[str, Any]:
    """Return a question as a quiz copies it: its code is its id there."""
    return {"id": kept.code, **kept.document, "bank": origin_of(kept)}
