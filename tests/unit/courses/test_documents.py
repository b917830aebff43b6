"""Does a PDF or a picture become an activity, and is a document that nobody could open refused with the reason?"""

import copy
import io
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfWriter

from courses.formats import document, pdf_probe
from tests.unit.courses import folders
from tests.unit.courses.folders import Open, problems, said, sound, text

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def pdf(pages: int = 3, *, user: str | None = None, owner: str | None = None) -> bytes:
    """A PDF of blank pages, encrypted if passwords are given."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=200, height=300)
    if user is not None:
        writer.encrypt(user, owner, algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def course_with(entry: str, content: bytes) -> dict[str, bytes]:
    """A course package whose only activity is this document."""
    whole: dict[str, Any] = copy.deepcopy(folders.DOCUMENT)
    activity = {"key": "paper", "title": "讲义", "format": "document", "entry": entry, "minutes": 6, "requires": {"completed": True}}
    whole["modules"][0]["activities"] = [activity]
    return {"course.json": text(whole).encode(), entry: content}


def test_a_pdf_alone_is_a_course_of_one_activity_of_two_minutes_a_page(opened: Open) -> None:
    package = sound(opened(pdf(5), "讲义.pdf"))
    (activity,) = package.course.activities
    assert (activity.format, activity.title.zh, activity.minutes, dict(activity.requires)) == ("document", "讲义", 10, {"completed": True})
    assert list(package.files) == [activity.entry] == ["documents/document.pdf"]


def test_a_picture_alone_is_a_document_of_one_page(opened: Open) -> None:
    (activity,) = sound(opened(PNG, "板书.png")).course.activities
    assert (activity.format, activity.minutes, activity.entry) == ("document", 2, "documents/document.png")


def test_a_course_may_hold_documents(opened: Open) -> None:
    package = sound(opened(course_with("讲义/第一讲.pdf", pdf())))
    assert list(package.files) == ["讲义/第一讲.pdf"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pdf(user="geheim"), "is a PDF with a password: save it without one"),
        (pdf()[:300], "is a PDF that cannot be opened: it may be damaged; save it as PDF again"),
        (b"%PDF-1.7\n" + b"\0" * 2000, "is a PDF that cannot be opened: it may be damaged; save it as PDF again"),
    ],
    ids=["password", "cut-off", "zeros"],
)
def test_a_pdf_that_learners_could_not_open_is_refused_in_one_sentence(opened: Open, content: bytes, reason: str) -> None:
    assert [said(one) for one in opened(content, "a.pdf")] == [reason]  # type: ignore[union-attr]
    assert problems(opened(course_with("a/b.pdf", content))) == ["a/b.pdf"]


def test_a_pdf_that_may_only_not_be_printed_opens_for_everybody(opened: Open) -> None:
    assert sound(opened(pdf(user="", owner="geheim"), "a.pdf")).course.activities[0].minutes == 6


def test_a_document_that_is_not_what_its_name_says_is_refused(opened: Open) -> None:
    for name, content in {"a.pdf": PNG, "a.png": pdf(), "a.docx": b"PK\x03\x04", "a.txt": b"%PDF"}.items():
        assert problems(opened(course_with(name, content))) == [name]


def test_a_pdf_of_too_many_pages_is_refused(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MOST_PAGES", 2)
    assert problems(opened(pdf(3), "a.pdf")) == ["a.pdf"]


def test_a_pdf_that_takes_too_long_or_too_much_stops_its_own_process_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf())
    assert pdf_probe.pages_of(path) == 3
    monkeypatch.setattr(pdf_probe, "PATIENCE_S", 0.001)
    assert pdf_probe.pages_of(path) == pdf_probe.DAMAGED
