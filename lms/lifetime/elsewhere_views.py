"""Pages of hours earned elsewhere: an office enters them with a document, a second person approves, both read why not."""

from collections.abc import Sequence

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms.access_log.noting import EXPORTED, VIEWED
from lms.accounts.access import person, requires, scope
from lms.accounts.account_changes import By
from lms.accounts.models import OFFICE, Person
from lms.clock import now
from lms.crediting.attesting import Attestor
from lms.db import session, transaction
from lms.errors import InvalidInput, NotFound
from lms.lifetime import elsewhere
from lms.lifetime.elsewhere_forms import read_form
from lms.lifetime.models import APPROVED, RETURNED, WITHDRAWN, ElsewhereHours
from lms.lifetime.rules import newest_versions, rule_of
from lms.lifetime.teachers import not_there, own_or_teacher, record_access, record_accesses, teacher
from lms.lifetime.views import bp
from lms.lifetime.words import STATES
from lms.practice.files import BYTES_MAX
from lms.site_settings import site_settings
from lms.storage import storage
from lms.web.downloads import as_download

FORM_BYTES = 65536
HOW = {APPROVED: "success", RETURNED: "info", WITHDRAWN: "info"}


@bp.before_request
def _allow_a_document() -> None:
    if request.endpoint == "lifetime.enter_elsewhere":
        request.max_content_length = BYTES_MAX + FORM_BYTES


@bp.get("/waiting")
@requires(OFFICE)
def waiting() -> ResponseReturnValue:
    """List what this office's teachers earned elsewhere and somebody still has to decide."""
    rows = elsewhere.waiting(session(), scope()) if person().organisation_id is not None else []
    record_accesses([whose.id for _entry, whose in rows], VIEWED, "elsewhere")
    return render_template("lifetime/waiting.html", rows=rows, kinds=_kinds())


@bp.get("/<int:person_id>/elsewhere")
@requires(OFFICE)
def of_elsewhere(person_id: int) -> ResponseReturnValue:
    """Show what a teacher earned elsewhere, with the decisions and a form for more."""
    return _page(teacher(person_id))


@bp.post("/<int:person_id>/elsewhere")
@requires(OFFICE)
def enter_elsewhere(person_id: int) -> ResponseReturnValue:
    """Enter hours earned elsewhere."""
    whose = teacher(person_id)
    asked, problems = read_form(request.form, request.files.get("document"))
    if problems:
        return _page(whose, problems)
    try:
        with transaction() as writing:
            rules = [rule_of(one) for one in newest_versions(writing)]
            elsewhere.enter(writing, storage(), whose, asked, By(person().id, now()), rules)
    except InvalidInput as error:
        return _page(whose, error.problems or [error.message])
    flash(_("Entered. It counts as soon as somebody else of the office approves it."), "success")
    return redirect(url_for(".of_elsewhere", person_id=person_id))


@bp.post("/<int:person_id>/elsewhere/<int:entry_id>")
@requires(OFFICE)
def decide_elsewhere(person_id: int, entry_id: int) -> ResponseReturnValue:
    """Approve, return or withdraw hours earned elsewhere."""
    whose = teacher(person_id)
    what, reason = request.form.get("what", "")[:20], request.form.get("reason", "")[: elsewhere.REASON_MAX + 1]
    if what not in HOW:
        raise NotFound(not_there())
    try:
        with transaction() as writing:
            own = (ElsewhereHours.id == entry_id, ElsewhereHours.person_id == whose.id)
            entry = writing.scalar(select(ElsewhereHours).where(*own).with_for_update())
            if entry is None:
                raise NotFound(not_there())
            attestor = Attestor(writing, site_settings().public_url, person().id, now())
            done = elsewhere.decide(storage(), entry, what, reason, attestor)
    except InvalidInput as error:
        return _page(whose, error.problems or [error.message])
    said = {
        APPROVED: _("Approved. It counts now."),
        RETURNED: _("Returned with your reason."),
        WITHDRAWN: _("Withdrawn. It no longer counts."),
    }
    if done:
        flash(said[what], HOW[what])
    else:
        flash(_("Somebody else has decided it in the meantime."), "info")
    return redirect(url_for(".of_elsewhere", person_id=person_id))


@bp.get("/<int:person_id>/elsewhere/<int:entry_id>/document")
@requires()
def document(person_id: int, entry_id: int) -> ResponseReturnValue:
    """Return the document of an entry, to the teacher and their office; it is never shown inside our pages."""
    whose = own_or_teacher(person_id)
    own = (ElsewhereHours.id == entry_id, ElsewhereHours.person_id == whose.id)
    entry = session().scalar(select(ElsewhereHours).where(*own))
    name = None if entry is None else elsewhere.document_object(entry.person_id, entry.document_sha256)
    if entry is None or name is None or storage().size(name) is None:
        raise NotFound(not_there())
    record_access(whose, EXPORTED, "document")
    return as_download(Response(storage().stream(name), mimetype=entry.document_mimetype), entry.document_name)


def _kinds() -> dict[str, object]:
    return {**elsewhere.kinds_of(rule_of(one) for one in newest_versions(session()))}


def _page(whose: Person, problems: Sequence[str] = ()) -> ResponseReturnValue:
    record_access(whose, VIEWED, "lifetime")
    entries = elsewhere.of_person(session(), whose.id)
    who = {one.entered_by for one in entries} | {done.by for one in entries for done in one.decisions}
    names = {row[0]: row[1] for row in session().execute(select(Person.id, Person.name).where(Person.id.in_(who)))}
    page = render_template(
        "lifetime/elsewhere.html",
        whose=whose,
        entries=entries,
        names=names,
        kinds=_kinds(),
        states=STATES,
        me=person().id,
        given=request.form if problems else {},
        problems=[(one, None) for one in problems],
        most=elsewhere.REASON_MAX,
        longest=elsewhere.WORDS_MAX,
    )
    return page, 422 if problems else 200
