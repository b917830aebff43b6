"""Pages on which an office sets the wording and the logo of its certificates and transcripts, with a preview as PDF."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lms.accounts.access import person, requires, scope_or_site
from lms.accounts.models import ADMIN, OFFICE, Organisation
from lms.accounts.offices import is_below
from lms.certification.letterhead_input import LetterheadInput, logo_in, problems_in, sample_pdf
from lms.certification.views.offices import bp
from lms.clock import now
from lms.db import session, transaction
from lms.errors import FieldProblem, NotFound
from lms.i18n import write_time
from lms.office.places import NOT_YOURS, by_me
from lms.printing import letterheads
from lms.printing.letterheads import LetterheadChange, SetLetterhead
from lms.printing.logo import LARGEST_FILE, MOST
from lms.printing.wording import LANGUAGES, LONGEST, PLACEHOLDERS, Wordings

FORM_BYTES = 65_536  # the texts and the form around the file
KINDS = {"issuer": _l("Issuer"), "title": _l("Title"), "text": _l("Text"), "closing": _l("Closing line")}
IN = {"zh": _l("in Chinese"), "en": _l("in English")}


@bp.url_value_preprocessor
def _allow_logo(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Set the size limit before the form is read; the CSRF check reads it."""
    if endpoint in {"certification.preview_letterhead", "certification.set_letterhead"}:
        request.max_content_length = LARGEST_FILE + FORM_BYTES


def _own(reading: Session, organisation_id: int) -> Organisation:
    """Return the signed-in person's organisation, or one below it; administrators may open all.

    Raises:
        NotFound: there is none, or it belongs to others: both look the same on purpose.
    """
    found = reading.get(Organisation, organisation_id)
    if found is None or not is_below(scope_or_site(), found.path):
        raise NotFound(str(NOT_YOURS))
    return found


@bp.get("/office/letterhead")
@requires(OFFICE, ADMIN)
def own_letterhead() -> ResponseReturnValue:
    """Redirect to the letterhead of one's own organisation; without one, to all organisations."""
    own = person().organisation_id
    if own is None:
        return redirect(url_for("organisations.all_"))
    return redirect(url_for(".letterhead", organisation_id=own))


@bp.get("/office/letterheads/<int:organisation_id>")
@requires(OFFICE, ADMIN)
def letterhead(organisation_id: int) -> ResponseReturnValue:
    """Show the letterhead of an organisation, with its history, to change it."""
    return _page(_own(session(), organisation_id))


@bp.get("/office/letterheads/<int:organisation_id>/logo.png")
@requires(OFFICE, ADMIN)
def logo(organisation_id: int) -> ResponseReturnValue:
    """Return the logo of an organisation."""
    own = letterheads.own_of(session(), _own(session(), organisation_id).id)
    if own is None or own.logo is None:
        raise NotFound(str(NOT_YOURS))
    return Response(own.logo, mimetype="image/png", headers={"Cache-Control": "private, no-cache"})


def _page(found: Organisation, problems: Sequence[FieldProblem] = (), typed: Mapping[str, str] | None = None) -> ResponseReturnValue:
    own = letterheads.own_of(session(), found.id)
    counts = letterheads.letterheads_of(session(), [found]).get(found.id)
    from_above = session().get(Organisation, counts.organisation_id) if counts and own is None else None
    page = render_template(
        "certification/letterhead.html",
        one=found,
        own=own,
        above=from_above,
        said=typed or (own.wordings if own else Wordings()).fields(),
        inherited=counts.wordings.fields() if from_above and counts else {},
        problems={problem.field: problem.words for problem in problems},
        labels={f"{language}_{kind}": _label(language, kind) for language in LANGUAGES for kind in KINDS},
        kinds=KINDS,
        languages=LANGUAGES,
        longest=LONGEST,
        placeholder_rows=_placeholder_rows(),
        history=[_history(one) for one in letterheads.changes_of(session(), found.id)],
        limits={"kb": LARGEST_FILE // 1000, "pixels": MOST},
    )
    return page, 422 if problems else 200


def _placeholder_rows() -> Sequence[tuple[str, str]]:
    """Return each placeholder in both languages, with its meaning."""
    meanings = {
        "name": _("Name"),
        "school": _("School"),
        "programme": _("Programme"),
        "track": _("Track"),
        "class": _("Class"),
        "provider": _("Training provider"),
        "issuer": _("Issuer"),
        "begin": _("First day of the class"),
        "end": _("Last day of the class"),
        "hours": _("Credit hours earned online"),
        "minutes": _("Minutes in one credit hour"),
        "days": _("Days attended; for programmes that ask for days"),
        "number": _("Certificate number"),
        "date": _("Day of issue"),
    }
    return [(f"{{{zh}}} {{{name}}}", meanings[name]) for name, zh in PLACEHOLDERS.items()]


def _label(language: str, kind: str) -> str:
    return _("%(text)s (%(language)s)", text=str(KINDS[kind]), language=str(IN[language]))


@dataclass(frozen=True, slots=True)
class _HistoryRow:
    """One change, in words: each line is a field with its earlier and its later text."""

    when: str
    by: str
    lines: Sequence[str]


def _history(one: LetterheadChange) -> _HistoryRow:
    before = Wordings.read(one.before.wordings if one.before else {}).fields()
    after = Wordings.read(one.row.wordings).fields()
    lines = [
        f"{_label(*name.split('_'))}{_(': ')}{before[name] or '–'} → {text or '–'}" for name, text in after.items() if text != before[name]
    ]
    old, new = one.before.logo_sha256 if one.before else "", one.row.logo_sha256
    if old != new:
        lines.append(f"{_('Logo')}{_(': ')}{old[:12] or '–'} → {new[:12] or '–'}")
    return _HistoryRow(write_time(one.row.set_at), one.by or _("Command line"), lines)


def _typed(found: Organisation) -> tuple[LetterheadInput, list[FieldProblem]]:
    """Read the form. Without an uploaded file the present logo stays, unless the form removes it."""
    own = letterheads.own_of(session(), found.id) or SetLetterhead(found.id)
    sent = request.files.get("logo")
    content = sent.stream.read(LARGEST_FILE + 1) if sent else b""
    kept, wrong = logo_in(content) if content else (None if request.form.get("no_logo") else own.logo, [])
    wordings = Wordings.of_form(request.form)
    typed = LetterheadInput(wordings, kept, found.name)
    return typed, [*wrong, *problems_in(typed, now())]


@bp.post("/office/letterheads/<int:organisation_id>/preview")
@requires(OFFICE, ADMIN)
def preview_letterhead(organisation_id: int) -> ResponseReturnValue:
    """Show a sample certificate with the typed letterhead as PDF. Nothing is stored."""
    found = _own(session(), organisation_id)
    typed, problems = _typed(found)
    if problems:
        return _page(found, problems, typed.wordings.fields())
    language = "en" if request.form.get("preview") == "en" else "zh"
    answer = Response(sample_pdf(typed, language, now()), mimetype="application/pdf")
    answer.headers.update({"Content-Disposition": f'inline; filename="sample-{language}.pdf"', "Cache-Control": "private, no-store"})
    return answer


@bp.post("/office/letterheads/<int:organisation_id>")
@requires(OFFICE, ADMIN)
def set_letterhead(organisation_id: int) -> ResponseReturnValue:
    """Set the letterhead of an organisation. Certificates that were issued keep theirs."""
    found = _own(session(), organisation_id)
    typed, problems = _typed(found)
    if problems:
        return _page(found, problems, typed.wordings.fields())
    with transaction() as writing:
        sha256 = letterheads.keep_logo(writing, typed.logo) if typed.logo else ""
        changed = letterheads.put(writing, _own(writing, organisation_id), typed.wordings, sha256, by_me())
    said = _("Saved. Certificates issued from now on have it; those issued before keep theirs.") if changed else _("Nothing differs.")
    flash(said, "success" if changed else "info")
    return redirect(url_for(".letterhead", organisation_id=organisation_id))
