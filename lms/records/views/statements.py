"""Which statements were stored of the people below this office, and what became of one?"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from lms.accounts.access import requires, scope
from lms.accounts.models import OFFICE
from lms.catalogue import listing
from lms.clock import now
from lms.crediting.verdict import verdict_of
from lms.db import session
from lms.errors import InvalidInput, NotFound
from lms.i18n import pick
from lms.records import reading, words
from lms.records.counted import counted
from lms.records.export import sight_of
from lms.records.naming import titles_in
from lms.records.pretty import pretty
from lms.records.reading import Page, Record
from lms.records.sections import bp
from lms.records.selection import look_of
from lms.records.selection_form import SelectionForm
from lms.transcripts.words import observation_words
from lms.web.downloads import as_download
from xapi.browsing import about, some
from xapi.query import Cursor
from xapi.values import EPOCH, MICROSECOND

MOST_ABOUT = 20
MOST_COURSES = 500
LONGEST_SHOWN = 100_000  # characters of JSON on a page; the file has all of them


class FilterForm(SelectionForm):
    """The filters of the list: in the address, so that what is shown can be sent to somebody."""

    course = SelectField(_l("Course"), default="")
    verb = SelectField(_l("Verb"), default="")

    class Meta:
        """A form that changes nothing."""

        csrf = False


def _form() -> FilterForm:
    form = FilterForm(request.args)
    newest = listing.newest(session(), size=MOST_COURSES).versions
    form.course.choices = _choices({version.course.code: pick(version.title_zh, version.title_en) for version in newest}, form.course)
    form.verb.choices = _choices({iri: str(said) for iri, said in words.VERBS.items()}, form.verb)
    return form


def _choices(known: dict[str, str], field: SelectField) -> list[tuple[str, str]]:
    """Return all, what is known, and what the address asks for besides."""
    given = field.data or ""
    return [("", _("All")), *known.items(), *([(given, given)] if given and given not in known else [])]


@bp.get("/statements")
@requires(OFFICE)
def statements() -> ResponseReturnValue:
    """List statements, newest first."""
    form = _form()
    page, sight = Page([], None), sight_of(scope())
    if form.validate():
        try:
            page = reading.page(session(), look_of(session(), form.selection(), sight), sight, _place(request.args.get("after", "")))
        except InvalidInput as error:
            form.mark(error.problems)
    shown = render_template(
        "records/statements.html", form=form, page=page, next=_token(page.next), told=_told(page.records, sight.public_url)
    )
    return shown, 422 if form.errors else 200


def _told(records: Sequence[Record], public_url: str) -> dict[UUID, str]:
    """Return each statement in one line."""
    titles = titles_in(session(), [one.statement for one in records], public_url)
    return {one.seen.id: words.line_words(one.people, one.statement, titles) for one in records}


def _place(text: str) -> Cursor | None:
    micros, _dash, sid = text.partition("-")
    if not (micros.isascii() and micros.isdigit() and sid.isascii() and sid.isdigit() and len(text) < len(str(2**63)) * 2):
        return None
    try:
        return Cursor(EPOCH + timedelta(microseconds=int(micros)), int(sid))
    except OverflowError:
        return None


def _token(place: Cursor | None) -> str | None:
    return None if place is None else f"{(place.stored - EPOCH) // MICROSECOND}-{place.sid}"


@bp.get("/statements/<uuid:statement_id>")
@requires(OFFICE)
def statement(statement_id: UUID) -> ResponseReturnValue:
    """Show one statement whole, and what became of it."""
    sight, record = sight_of(scope()), _seen(statement_id)
    whole = pretty(record.seen.text)
    verdict = verdict_of(session(), statement_id, record.statement, sight.public_url, voided=record.seen.voided)
    return render_template(
        "records/statement.html",
        record=record,
        told=_told([record], sight.public_url)[statement_id],
        sender=words.sender_words(record.statement, sight.public_url),
        verdict=verdict,
        became=words.verdict_words(verdict),
        others=about(session(), statement_id, MOST_ABOUT),
        counted=counted(session(), verdict.evidence, now()) if verdict.reason == "evidence" else None,
        whole=whole[:LONGEST_SHOWN],
        cut=len(whole) > LONGEST_SHOWN,
        evidence_words=observation_words,
    )


@bp.get("/statements/<uuid:statement_id>.json")
@requires(OFFICE)
def statement_json(statement_id: UUID) -> ResponseReturnValue:
    """Give one statement as it is stored."""
    response = Response(_seen(statement_id).seen.text.encode(), mimetype="application/json")
    return as_download(response, f"statement-{statement_id}.json")


def _seen(statement_id: UUID) -> Record:
    """Return a statement of people below the office that asks; nobody else learns that it exists."""
    for record in reading.visible(session(), some(session(), [statement_id]), sight_of(scope())):
        return record
    raise NotFound(_("There is no such statement, or it is not yours to see."))
