"""Read the wording and the logo that an office types, check everything, and print a sample. Nothing is stored here."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from pypdf import PdfReader

from courses.strict_json.problem import Problem
from lms.certification.pdf import PrintOrder, of_certificate
from lms.certification.words import glyph_words
from lms.crediting.models import VALID, Certificate
from lms.errors import FieldProblem
from lms.i18n import DEFAULT, in_words
from lms.printing.logo import read_logo
from lms.printing.sentences import SENTENCES
from lms.printing.typesetting import missing_in
from lms.printing.wording import LANGUAGES, Wordings, problems_of
from lms.signing.site_key import SiteKey

LOCALES = {"zh": DEFAULT, "en": "en"}
NUMBER = "2026-7K3Q9-XWM42"
TARGETS = (("hours", "在线学习", "Online study", "学时", "credit hours", "40"), ("days", "集中培训", "Workshop", "天", "days", "7"))


@dataclass(frozen=True, slots=True)
class LetterheadInput:
    """A letterhead as it was typed, its logo as PNG, and the office that prints it if no issuer is typed."""

    wordings: Wordings
    logo: bytes | None
    office: str


def logo_in(uploaded: bytes) -> tuple[bytes | None, list[FieldProblem]]:
    """Read an uploaded logo."""
    read = read_logo(uploaded)
    return (None, [_problem("logo", read)]) if isinstance(read, Problem) else (read, [])


def problems_in(typed: LetterheadInput, at: datetime) -> list[FieldProblem]:
    """Return everything that is wrong with a letterhead, each with the name of its field. The sample is printed to try it out."""
    found = [_problem(name, one) for name, one in problems_of(typed.wordings)]
    if found:
        return found
    for name, text in typed.wordings.fields().items():
        if glyphs := missing_in([text]):
            found.append(_problem(name, Problem("wording-character", name, {"characters": glyph_words(glyphs)})))
    if found:
        return found
    too_long = [one for one in LANGUAGES if len(PdfReader(BytesIO(sample_pdf(typed, one, at))).pages) > 1]
    return [_problem(f"{one}_text", Problem("wording-room", one, {})) for one in too_long]


def _problem(name: str, one: Problem) -> FieldProblem:
    return FieldProblem(name, in_words(one, SENTENCES))


def sample_pdf(typed: LetterheadInput, language: str, at: datetime) -> bytes:
    """Return the certificate of an invented person with this letterhead. It says that it is a sample, and it is not signed."""
    order = PrintOrder(hashlib.sha256(b"sample").hexdigest(), f"https://…/verify/{NUMBER}", SiteKey(), typed.logo, True)
    with force_locale(LOCALES[language]):
        return of_certificate(_sample(typed, at), order)


def _sample(typed: LetterheadInput, at: datetime) -> Certificate:
    wordings = typed.wordings
    facts: Mapping[str, Any] = {
        "programme": {
            "code": "sample",
            "year": 2026,
            "version": 1,
            "zh": "乡村首席教师培训（样例项目）",
            "en": "Training of rural lead teachers (sample programme)",
        },
        "track": {"key": "sample", "zh": "乡村首席教师", "en": "rural lead teachers"},
        "class": {"code": "sample", "name": _("Sample class 1")},
        "period": [(at - timedelta(days=90)).date().isoformat(), at.date().isoformat()],
        "provider": _("Sample training provider"),
        "issuer": wordings.zh.issuer or wordings.en.issuer or typed.office,
        "time_zone": "Asia/Shanghai",
        "hour_minutes": 45,
        "hours": "40",
        "requirements": [_requirement(*one) for one in TARGETS],
        "wording": wordings.values(),
    }
    person = {"name": _("Wang Xiulan (sample)"), "school": _("No. 1 Middle School of the sample county")}
    return Certificate(number=NUMBER, version=1, issued_at=at, state=VALID, facts=facts, person=person)


def _requirement(kind: str, zh: str, en: str, unit_zh: str, unit_en: str, target: str) -> dict[str, str]:
    return {"kind": kind, "zh": zh, "en": en, "unit_zh": unit_zh, "unit_en": unit_en, "earned": target, "target": target}
