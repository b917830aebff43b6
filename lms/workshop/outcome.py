"""Tell a draft's trainer its problems, each at its field, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.sentences import SENTENCES as PACKAGE_SENTENCES
from courses.strict_json.problem import Problem
from lms.catalogue.models import Course
from lms.catalogue.publish import free_code
from lms.i18n import in_words, pick
from lms.workshop.documents import check_document, place_of, title_of
from lms.workshop.edits import DraftDocument
from lms.workshop.models import Draft
from lms.workshop.sentences import SENTENCES

ALL = {**PACKAGE_SENTENCES, **SENTENCES}


@dataclass(frozen=True, slots=True)
class FieldFault:
    """A problem at its field: `of` course, module or activity; `where` is the title of that part, `label` the name of the field."""

    of: str
    key: str
    field: str
    where: str
    words: str
    label: str = ""

    @property
    def at(self) -> str:
        """The part and the field, as a list names them."""
        return " · ".join(filter(None, (self.where or _("Course"), self.label)))

    @property
    def id(self) -> str:
        """The id of the field on the page."""
        return field_id(self.of, self.key, self.field)


def field_id(of: str, key: str, field: str) -> str:
    """Return the id of a field on the editor's page; a title in any language is the Chinese or English field that people fill in."""
    return "-".join(filter(None, (of, key, field.replace(".", "-"))))


def faults_of(session: Session, draft: Draft) -> list[FieldFault]:
    """Return everything that prevents publishing: what the outline lacks, and what the last try to publish found."""
    found = check_document(draft.document)
    problems = found if isinstance(found, list) else []
    code = draft.document["code"]
    if draft.version_id is None and session.scalar(select(Course.id).where(Course.code == code)) is not None:
        problems = [*problems, Problem("code-taken", "code", {"free": free_code(session, code)})]
    tried = [Problem.from_record(one) for one in draft.problems or ()]
    return in_fields(draft.document, [*problems, *(one for one in tried if one.code in ALL)])


def in_fields(document: DraftDocument, problems: Iterable[Problem]) -> list[FieldFault]:
    """Return problems at the fields that they concern; the two languages of a missing title are one problem."""
    found: dict[tuple[str, str, str, str], FieldFault] = {}
    for problem in problems:
        of, key, field = place_of(document, problem.path)
        field = _shown_field(of, field)
        words = {"filled-text": _("is missing"), "array-length": _("has no activity")}.get(problem.code) or in_words(problem, ALL)
        title = title_of(document, of, key or None)
        fault = FieldFault(of, key, field, pick(title["zh"], title["en"]), words, _label(field))
        found.setdefault((of, key, field, words), fault)
    return list(found.values())


def _label(field: str) -> str:
    """Return the name of a field on the page; '' for those that the words themselves name."""
    names = {
        "title.zh": _("Title in Chinese"),
        "title.en": _("Title in English"),
        "minutes": _("Minutes that it can earn at most"),
        "gate": _("Before the time counts, learners must"),
        "code": _("Code"),
        "summary.zh": _("Summary in Chinese"),
        "summary.en": _("Summary in English"),
    }
    return names.get(field, "")


def _shown_field(of: str, field: str) -> str:
    """Return the field of the page that a field of the outline belongs to."""
    if field.startswith("title"):
        return pick("title.zh", "title.en")
    if field.startswith(("requires", "grading")):
        return "gate"
    if field.startswith("modules") or (of == "module" and field.startswith("activities")):
        return "activities"
    return field
