"""The page with new initial passwords, shown once, and why an office may not make one."""

import base64
from collections.abc import Sequence

from flask import Response, make_response, render_template
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation, Person
from lms.clock import now
from lms.rosters import sheets
from lms.rosters.sheets import SignIn, SignInRefusal
from lms.site_settings import site_settings


def sheet_page(sign_ins: Sequence[SignIn], *, crumbs: Sequence[tuple[str, str]], title: str, stem: str, back: str) -> Response:
    """Return the page; nothing caches it. `stem`: how its files are called; `back`: the address for afterwards."""
    files = {
        "xlsx": base64.b64encode(sheets.as_book(sign_ins, now())).decode(),
        "csv": base64.b64encode(sheets.as_csv(sign_ins)).decode(),
    }
    page = make_response(
        render_template(
            "office/password_sheet.html",
            schools=sheets.by_school(sign_ins),
            files=files,
            address=site_settings().public_url,
            crumbs=crumbs,
            title=title,
            stem=stem,
            back=back,
        )
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def refusal_words(session: Session, refusal: SignInRefusal, person: Person) -> str:
    """Return why an office may not change how a person signs in, and who can."""
    if refusal is SignInRefusal.MORE_ROLES:
        return _("%(name)s has other roles, too. The system administrator can help.", name=person.name)
    if refusal is SignInRefusal.CLOSED:
        return _("The account of %(name)s is closed. The system administrator can open it again.", name=person.name)
    organisation = session.get(Organisation, person.organisation_id) if person.organisation_id else None
    if organisation is None:
        return _("%(name)s belongs to no organisation. The system administrator can help.", name=person.name)
    return _(
        "%(name)s belongs to %(school)s. The office of that school can help: it finds the teacher under Our teachers.",
        name=person.name,
        school=organisation.name,
    )


def signed_out_words(session: Session, refusal: SignInRefusal | None, person: Person) -> tuple[str, str]:
    """Return the message after an attempt to sign a person out everywhere, and the kind of the message."""
    if refusal is not None:
        return refusal_words(session, refusal, person), "warning"
    return _("Signed out everywhere. Their password stays."), "success"
