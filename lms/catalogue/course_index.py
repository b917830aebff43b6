"""Derive what the library searches from a course's newest version: its code and titles in one text, its formats and its language."""

import unicodedata

from sqlalchemy import ColumnElement, delete
from sqlalchemy.orm import InstrumentedAttribute, Session

from courses.outline import Course as Outline
from lms.catalogue.models import Course, CourseLabel, CourseVersion

FORMAT, LANGUAGE = DERIVED = ("format", "language")  # kinds of labels
MOST_WORDS = 10


def renew(session: Session, course: Course, newest: CourseVersion, outline: Outline) -> None:
    """Let the library find a course by its newest version."""
    course.newest_version_id = newest.id
    course.search_text = comparable(f"{course.code}\n{newest.title_zh}\n{newest.title_en}")
    session.execute(delete(CourseLabel).where(CourseLabel.course_id == course.id, CourseLabel.kind.in_(DERIVED)))
    formats = sorted({one.format for one in outline.activities})
    session.add_all(CourseLabel(course_id=course.id, kind=FORMAT, value=one) for one in formats)
    session.add(CourseLabel(course_id=course.id, kind=LANGUAGE, value=outline.language))
    session.flush()


def containing(column: InstrumentedAttribute[str], words: str) -> list[ColumnElement[bool]]:
    """Return the conditions that a searched text has all of these words; words after the tenth are not looked for."""
    return [column.contains(word, autoescape=True) for word in comparable(words).split()[:MOST_WORDS]]


def comparable(words: str) -> str:
    """Return words as searches compare them: without case, and with wide letters and digits as narrow ones."""
    return unicodedata.normalize("NFKC", words).casefold()
