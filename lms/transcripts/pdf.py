"""Write a transcript as PDF, with typst and our own Chinese fonts: the same on every machine."""

import json
import threading
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import pylopdf_fonts_zh_cn
import typst
from flask_babel import gettext as _

from lms.hours import Policy
from lms.i18n import is_chinese, pick, unit_after, write_credit, write_hours, write_length
from lms.programmes.progress import RequirementProgress
from lms.signing.printed import signature_words
from lms.signing.site_key import SiteKey, demand, signed
from lms.transcripts.identity import identity_rows
from lms.transcripts.transcript import Chapter, Transcript, TranscriptLine
from lms.transcripts.words import policy_words

TEMPLATE = Path(__file__).parent / "transcript.typ"
ROOT = TEMPLATE.parent.parent  # typst reads templates below it
REASON = "Training transcript"  # in its signature
STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
ONE_SIGN = b'#set document(title: "-")\n#set text(font: "Noto Sans SC")\n#sys.inputs.glyph'
FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent
PdfSource = TypeVar("PdfSource", Path, bytes)
_own = threading.local()  # a compiler belongs to one thread; it keeps the fonts and the parsed template


@dataclass(frozen=True, slots=True)
class PdfDocument:
    """All that `write_pdf` needs for one document."""

    template: Path
    content: dict[str, Any]
    issued_at: datetime


def of_transcript(transcript: Transcript) -> bytes:
    """Return the transcript as PDF, signed if this site signs its documents.

    Raises:
        Conflict: the signing key cannot sign; nothing was issued.
    """
    content = content_of(transcript, demand())
    return signed(write_pdf(TEMPLATE, content, transcript.issued_at), REASON)


def write_pdf(template: Path, content: dict[str, Any], issued_at: datetime) -> bytes:
    """Return a PDF (PDF/A-2a and PDF/UA-1: archivable, tagged, with a title and a language) of texts that a typst template arranges.

    A character that our fonts lack is printed as its code. The same texts and time give the same bytes.
    """
    words, issued = json.dumps(content, ensure_ascii=False), int(issued_at.timestamp())
    try:
        return _compile(template, {"data": words}, timestamp=issued)
    except typst.TypstError:  # PDF/UA refuses a missing glyph, and one rare name would otherwise stop a whole class's export
        spelt = json.dumps(_spelt(content), ensure_ascii=False)
        if spelt == words:
            raise
        return _compile(template, {"data": spelt}, timestamp=issued)


def _spelt(content: Any) -> Any:
    """Return the content with codes in place of the glyphs that no font has.

    A text that is written from right to left has codes only or letters only: a mixture would be in the wrong order.
    """
    if isinstance(content, dict):
        return {name: _spelt(one) for name, one in content.items()}
    if isinstance(content, list):
        return [_spelt(one) for one in content]
    if not isinstance(content, str):
        return content
    missing = {glyph for glyph in content if not _is_printed(glyph)}
    if any(map(_is_from_the_right, missing)):
        missing |= set(filter(_is_from_the_right, content))
    return "".join(f"[U+{ord(glyph):04X}]" if glyph in missing else glyph for glyph in content)


def _is_from_the_right(glyph: str) -> bool:
    return unicodedata.bidirectional(glyph) in {"R", "AL"}


@cache
def _is_printed(glyph: str) -> bool:
    try:
        return glyph.isascii() or bool(_compile(ONE_SIGN, {"glyph": glyph}))
    except typst.TypstError:
        return False


def _compile(source: PdfSource, inputs: dict[str, str], timestamp: int = 0) -> bytes:
    made = _compiler().compile(source, format="pdf", sys_inputs=inputs, timestamp=timestamp, pdf_standards=[*STANDARDS])
    if not isinstance(made, bytes):
        raise TypeError("one source makes one PDF")
    return made


def _compiler() -> typst.Compiler:
    if not hasattr(_own, "compiler"):
        _own.compiler = typst.Compiler(root=str(ROOT), font_paths=[str(FONTS)], ignore_system_fonts=True)
    found: typst.Compiler = _own.compiler
    return found


def content_of(transcript: Transcript, site: SiteKey) -> dict[str, Any]:
    """Return all printed texts: the template only arranges them. `site` has the key that will sign them."""
    person = transcript.standing.enrolment.person
    minutes = transcript.case.policy.hour_minutes
    return {
        "language": "zh" if is_chinese() else "en",
        "title": _("Training transcript"),
        "name": person.name,
        "about": _about(transcript),
        "total": {
            "label": _("Credited online"),
            "value": write_hours(transcript.hours),
            "unit": _("credit hours of %(n)s minutes", n=minutes),
        },
        "requirements": {
            "title": _("Requirements"),
            "head": [_("Requirement"), _("Earned"), _("Of it waived"), _("Required"), _("Reached")],
            "rows": [_requirement(one) for one in transcript.requirements],
        },
        "courses": _courses(transcript),
        "rules": {"title": _("How hours are credited"), "items": policy_words(transcript.case.policy, transcript.standing)},
        "proof": {
            "title": _("How to verify this"),
            "text": _how_to_check(transcript),
            "signature": signature_words(site),
            "items": [
                [_("Evidence bundle"), transcript.bundle_sha256],
                [_("As of"), transcript.as_of],
                [_("Ledger checksum"), transcript.ledger_head],
            ],
        },
        "footer": f"{person.name} · {transcript.standing.training_class.code} · {transcript.ledger_head[:16]}",
        "page": _("Page {n} of {all}"),
    }


def _how_to_check(transcript: Transcript) -> str:
    if transcript.erased_at is not None:
        return _("The evidence was erased on purpose: these hours can be verified in the ledger, but not recomputed any more.")
    if transcript.certificate is not None:
        return (
            transcript.certified_words
            + " "
            + _("Download the evidence bundle and recompute it with “lms hours recompute”. Its SHA-256 and the ledger checksum:")
        )
    return _(
        "Ask for the evidence bundle as of the time below and recompute it with “lms hours recompute”. Its SHA-256 and the ledger checksum:"
    )


def _about(transcript: Transcript) -> list[list[str]]:
    rows = [*identity_rows(transcript.standing, transcript.belongs), (_("Issued"), transcript.issued)]
    return [list(row) for row in rows]


def _requirement(one: RequirementProgress) -> list[str]:
    unit = pick(one.unit.zh, one.unit.en)
    return [
        pick(one.title.zh, one.title.en),
        _amount(one.earned, unit),
        _amount(one.waived, unit) if one.waived else "–",
        "–" if one.target is None else _amount(one.target, unit),
        _("yes") if one.done else _("no"),
    ]


def _amount(hours: Decimal, unit: str) -> str:
    written = write_hours(hours)
    return f"{written} {unit_after(unit, written)}"


def _courses(transcript: Transcript) -> dict[str, Any]:
    """List the courses in which the person studied, activity by activity; the others only by name."""
    begun = [one for one in transcript.chapters if any(line.why.account.measured_seconds or line.credited_seconds for line in one.lines)]
    untouched = [pick(one.course.title.zh, one.course.title.en) for one in transcript.chapters if one not in begun]
    return {
        "title": _("Courses"),
        "head": [_("Activity"), _("Worth"), _("Time measured"), _("Credited"), _("Condition met")],
        "chapters": [_chapter(one, transcript.case.policy) for one in begun],
        "untouched": _("Not begun: %(courses)s", courses=_(", ").join(untouched)) if untouched else "",
    }


def _chapter(chapter: Chapter, policy: Policy) -> dict[str, Any]:
    return {
        "title": pick(chapter.course.title.zh, chapter.course.title.en),
        "sum": _("Credited: %(time)s", time=write_credit(chapter.credited_seconds, policy)),
        "rows": [_row(line) for line in chapter.lines],
    }


def _row(line: TranscriptLine) -> list[str]:
    account = line.why.account
    return [
        pick(line.activity.title.zh, line.activity.title.en),
        write_length(line.activity.worth_seconds),
        write_length(account.measured_seconds),
        write_length(line.credited_seconds),
        "–" if not line.why.conditions else _("yes") if account.gate.open else _("no"),
    ]
