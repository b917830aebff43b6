"""The format of documents: a PDF or one picture, shown page by page, of which every page must be seen."""

from pathlib import Path

from courses.formats.format import CheckedActivity, Files, Format, Frame, ReadFile, SingleActivity, read_head
from courses.formats.pdf_probe import PASSWORD, pages_of
from courses.libraries import FindLibrary
from courses.strict_json.problem import N_, Problem
from courses.values import MOST_MINUTES, Activity, Text

PDF = "pdf"
ENDINGS = {PDF: (PDF,), "jpeg": ("jpg", "jpeg"), "png": ("png",), "webp": ("webp",)}  # kind → endings of its files
MOST_PAGES = 2000
PAGE_MINUTES = 2  # the value of a page in minutes, because the file does not state one: some 400 characters

# Drawn by hand for the bar: an icon font would be a file more.
_LEFT, _RIGHT = "M15 5l-7 7 7 7", "M9 5l7 7-7 7"
_LARGER, _SMALLER = "M12 5v14M5 12h14", "M5 12h14"


def kind_of(head: bytes) -> str | None:
    """Return what these first bytes belong to (`ENDINGS`), or None."""
    if b"%PDF-" in head[:1024]:  # PDF 2.0, annex I: readers accept a header within the first 1024 bytes
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def check(activity: Activity, files: Files, _find: FindLibrary) -> CheckedActivity | list[Problem]:
    """Check that the file is what its name says, and that a PDF can be opened."""
    path = files.get(activity.entry)
    if path is None:
        return [Problem("missing", activity.entry)]
    kind = kind_of(read_head(path))
    if kind is None or activity.entry.lower().rpartition(".")[2] not in ENDINGS[kind]:
        return [Problem("document-kind", activity.entry)]
    pages = _pages(kind, path, activity.entry)
    return [pages] if isinstance(pages, Problem) else CheckedActivity(activity, {activity.entry: path})


def _pages(kind: str, path: Path, name: str) -> int | Problem:
    pages = pages_of(path) if kind == PDF else 1
    if isinstance(pages, str):
        return Problem("pdf-password", name) if pages == PASSWORD else Problem("pdf-damaged", name)
    return Problem("pdf-too-long", name, {"count": pages, "most": MOST_PAGES}) if pages > MOST_PAGES else pages


def detect(files: Files) -> bool:
    """Say whether an upload is one document."""
    return len(files) == 1 and kind_of(read_head(*files.values())) is not None


def single(title: str, files: Files) -> SingleActivity | list[Problem]:
    """Make an activity of one document; every page must be seen."""
    ((name, path),) = files.items()
    kind = kind_of(read_head(path)) or PDF
    pages = _pages(kind, path, name)
    if isinstance(pages, Problem):
        return [pages]
    minutes, entry = min(MOST_MINUTES, pages * PAGE_MINUTES), f"documents/document.{ENDINGS[kind][0]}"
    return SingleActivity(Activity("main", Text(title, title), "document", minutes, entry, {"completed": True}), {entry: path})


def _sends(_activity: Activity, _read: ReadFile) -> tuple[str, ...]:
    return ("completed",)


def _button(name: str, drawing: str) -> str:
    return f'<button type="button" data-document="{name}"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="{drawing}"/></svg></button>'


def _reader_parts(entry: str, _read: ReadFile) -> tuple[str, ...]:
    """Return the parts of pdf.js, for PDF alone."""
    return ("vendor/pdfjs/pdf.min.mjs", "vendor/pdfjs/pdf.worker.min.mjs") if entry.lower().endswith(".pdf") else ()


FORMAT = Format(
    name="document",
    words=N_("Document"),
    icon="reading",
    frame=Frame(
        scripts=("watching.js", "document-frame.mjs"),
        body=(
            '<main><div class="document-bar" data-document="bar" role="group" hidden>'
            + _button("back", _LEFT)
            + '<span class="document-count" data-document="count"><input data-document="number" type="number" min="1" inputmode="numeric">'
            + '<span data-document="of"></span></span>'
            + _button("next", _RIGHT)
            + _button("smaller", _SMALLER)
            + _button("larger", _LARGER)
            + '</div><p class="visually-hidden" role="status" data-document="said"></p>'
            + '<div class="document-pages" data-document="pages" role="group" tabindex="0">'
            + '<div class="document-page" data-document="page"></div></div>'
            + '<div class="document-foot" data-document="foot" hidden><p role="status" data-document="seen"></p>'
            + '<button type="button" data-document="on"></button></div></main>'
        ),
        style="frame-document",
        styles=("document.css",),
        later=_reader_parts,
        policy={"worker-src": "blob:"},  # pdf.js reads files in a worker, which a frame without an origin starts from a blob
    ),
    endings=frozenset(ending for endings in ENDINGS.values() for ending in endings),
    check=check,
    detect=detect,
    single=single,
    uploads=(".pdf", ".png", ".jpg", ".jpeg", ".webp"),
    download=True,
    own_origin=True,
    sends=_sends,
    conditions={"completed": N_("see every page")},
)
