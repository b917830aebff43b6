"""Read the form for hours earned elsewhere. Lengths are checked before anything else is done with a text."""

from collections.abc import Mapping

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from lms.lifetime.elsewhere import WORDS_MAX, AskedElsewhere
from lms.practice.files import BYTES_MAX, HandedIn, read
from lms.web.amounts import read_amount, read_day

KEY_MAX = 64
NAME_SENT_MAX = 1000  # characters of a file name that are looked at


def read_form(form: Mapping[str, str], sent: FileStorage | None) -> tuple[AskedElsewhere, list[str]]:
    """Return what was entered, and what is wrong with the document."""
    document, problem = _document(sent)
    asked = AskedElsewhere(
        kind=form.get("kind", "")[:KEY_MAX],
        title=form.get("title", "")[: WORDS_MAX + 1].strip(),
        provider=form.get("provider", "")[: WORDS_MAX + 1].strip(),
        first_on=read_day(form.get("first_on", "")),
        last_on=read_day(form.get("last_on", "")),
        unit=form.get("unit", "")[:KEY_MAX],
        amount=read_amount(form.get("amount", "")),
        document=document,
    )
    return asked, [problem] if problem else []


def _document(sent: FileStorage | None) -> tuple[HandedIn | None, str]:
    if sent is None or not sent.filename:
        return None, ""
    found = read(sent.filename[-NAME_SENT_MAX:], sent.stream.read(BYTES_MAX + 1))
    if isinstance(found, HandedIn):
        return found, ""
    return None, {
        "empty": _("Document: the file is empty"),
        "too-large": _("Document: larger than 20 MB; scan it with a lower resolution"),
        "unknown-kind": _("Document: this is not a PDF, JPEG or PNG; save it as one of these"),
    }[found]
