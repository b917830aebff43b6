"""The document of a reading: pages of blocks, each page with check questions that can be tried again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courses.authoring.formulas import check_formulas
from courses.formats.own import check_reading
from courses.reader import CourseReader


@dataclass(frozen=True, slots=True)
class CheckQuestion:
    """A question that a learner can try until the answer is right; `answer` is the number of the right option, from 0."""

    id: str
    question: str
    options: tuple[str, ...]
    answer: int
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class ReadingBlock:
    """A block of a page: its type, and its other fields as they are written (`courses.formats.own_blocks` has checked them)."""

    type: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReadingPage:
    """A page of a reading."""

    heading: str
    blocks: tuple[ReadingBlock, ...]
    checks: tuple[CheckQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadingDocument:
    """A reading."""

    pages: tuple[ReadingPage, ...]


def read_reading(reader: CourseReader, body: Any) -> ReadingDocument:
    """Read a reading. If the reader has problems afterwards, do not use the result.

    Pages of HTML, as people write them by hand, are refused.
    """
    found = check_reading(body)
    pages = body.get("pages") if isinstance(body, dict) else None
    for number, page in enumerate(pages if isinstance(pages, list) else []):
        if isinstance(page, dict) and "body" in page:
            reader.refuse("page-of-html", f"pages[{number}].body")
    reader.problems += found
    if not reader.problems:
        reader.problems += check_formulas(body)
    if reader.problems:
        return ReadingDocument(())
    return ReadingDocument(tuple(_page(one) for one in body["pages"]))


def _page(page: Mapping[str, Any]) -> ReadingPage:
    blocks = tuple(
        ReadingBlock(one["type"], {name: value for name, value in one.items() if name not in {"type", "mathml"}}) for one in page["blocks"]
    )
    return ReadingPage(page["heading"].strip(), blocks, tuple(check_of(one) for one in page.get("checks") or ()))


def check_of(value: Mapping[str, Any]) -> CheckQuestion:
    """Return a check question from JSON that `read_reading` has accepted."""
    options = tuple(one.strip() for one in value["options"])
    return CheckQuestion(value["id"], value["question"].strip(), options, value["answer"], value.get("feedback", "").strip())


def check_json(check: CheckQuestion) -> dict[str, Any]:
    """Return a check question as JSON."""
    written = {"id": check.id, "question": check.question, "options": list(check.options), "answer": check.answer}
    return written | ({"feedback": check.feedback} if check.feedback else {})


def reading_json(reading: ReadingDocument) -> dict[str, Any]:
    """Return a reading as JSON; `read_reading` is the inverse."""
    return {"pages": [_page_json(one) for one in reading.pages]}


def _page_json(page: ReadingPage) -> dict[str, Any]:
    written: dict[str, Any] = {"heading": page.heading, "blocks": [{"type": one.type, **one.fields} for one in page.blocks]}
    return written | ({"checks": [check_json(one) for one in page.checks]} if page.checks else {})
