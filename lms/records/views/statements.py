"""Pages of the stored statements of people below an office."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.access_log.noting import VIEWED, NotedAccess
from lms.access_log.recording import record
from lms.accounts.access import requires
from lms.accounts.models import ADMIN, OFFICE
from lms.clock import now
from lms.crediting.verdict import verdict_of
from lms.db import session
from lms.errors import InvalidInput, NotFound
from lms.records import statement_page, words
from lms.records.attested_words import attested_words
from lms.records.candidates import Candidates, candidates
from lms.records.counted_words import counted
from lms.records.gone import latest_removed, removed
from lms.records.marks import marks_of
from lms.records.naming import titles_in
from lms.records.people import OfficeScope
from lms.records.pretty import pretty
from lms.records.scope import course_reader, own_scope
from lms.records.sections import bp
from lms.records.selection import Selection, statement_filter_of
from lms.records.selection_form import SelectionForm
from lms.records.statement_page import Record, RecordPage
from lms.row_ids import row_id
from lms.transcripts.visibility import way_of
from lms.transcripts.words import observation_words
from lms.web.downloads import as_download
from xapi.queries import about, some
from xapi.statements import EPOCH, MICROSECOND, Cursor

MOST_ABOUT = 20
LONGEST_SHOWN = 100_000  # characters of JSON on a page; the download has all of them


class FilterForm(SelectionForm):
    """The filters of the list. They are in the address, so that a user can send a link to the list."""

    nobody = _l("Nobody whom you may see has this name, user name or id.")

    class Meta:
        """A GET form."""

        csrf = False


def _form() -> FilterForm:
    form = FilterForm(request.args)
    form.offer(session(), course_reader())
    return form


@bp.get("/statements")
@requires(OFFICE, ADMIN)
def statements() -> ResponseReturnValue:
    """List statements, newest first."""
    form, scope = _form(), own_scope()
    asked = form.selection() if form.validate() else None
    among = _among(asked.person, scope) if asked and asked.person else None
    if among and among.only:
        record(NotedAccess(VIEWED, "statements", person_id=among.only.id))
    page = RecordPage([], None)
    if asked and not (among and among.people):
        try:
            page = _page(replace(asked, person=f"#{among.only.id}") if among and among.only else asked, scope)
        except InvalidInput as error:
            form.show_problems(error.problems)
    shown = render_template(
        "records/statements.html",
        form=form,
        among=among,
        page=page,
        next=_token(page.next),
        lines=_lines_of(page.records, scope.public_url),
        marks=marks_of(session(), page.records),
        words=words,
        gone=None if page.next or (among and among.people) else latest_removed(session()),
    )
    return shown, 422 if form.errors else 200


def _among(person: str, scope: OfficeScope) -> Candidates:
    """Return the candidates for the person filter; if there are several, the requested page of them."""
    after = request.args.get("after", "")
    return candidates(session(), person, scope, row_id(after))


def _page(asked: Selection, scope: OfficeScope) -> RecordPage:
    return statement_page.page(session(), statement_filter_of(session(), asked, scope), scope, _place(request.args.get("after", "")))


def _lines_of(records: Sequence[Record], public_url: str) -> dict[UUID, str]:
    """Return each statement on one line."""
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
@requires(OFFICE, ADMIN)
def statement(statement_id: UUID) -> ResponseReturnValue:
    """Show one statement with its result."""
    scope = own_scope()
    gone = removed(session(), statement_id, scope)
    if gone is not None:
        return render_template("records/statement_removed.html", one=gone), 410
    record = _seen(statement_id)
    whole = pretty(record.seen.text)
    attested = attested_words(session(), statement_id, record.statement)
    verdict = verdict_of(session(), statement_id, record.statement, scope.public_url, voided=record.seen.voided)
    return render_template(
        "records/statement.html",
        record=record,
        title=_lines_of([record], scope.public_url)[statement_id],
        sender=words.sender_words(record.statement, scope.public_url),
        verdict=verdict,
        became=words.verdict_words(verdict),
        failure=words.failure_words(verdict.error),
        others=about(session(), statement_id, MOST_ABOUT),
        attested=attested,
        counted=counted(session(), verdict.evidence, now()) if verdict.reason == "evidence" and attested is None else None,
        transcript_of=verdict.enrolment_id if verdict.enrolment_id and way_of(verdict.enrolment_id) else None,
        whole=whole[:LONGEST_SHOWN],
        cut=len(whole) > LONGEST_SHOWN,
        evidence_words=observation_words,
    )


@bp.get("/statements/<uuid:statement_id>.json")
@requires(OFFICE, ADMIN)
def statement_json(statement_id: UUID) -> ResponseReturnValue:
    """Return one statement as it is stored."""
    response = Response(_seen(statement_id).seen.text.encode(), mimetype="application/json")
    return as_download(response, f"statement-{statement_id}.json")


def _seen(statement_id: UUID) -> Record:
    """Return a statement that the signed-in person may see; for others it does not exist."""
    for found in statement_page.visible(session(), some(session(), [statement_id]), own_scope()):
        return found
    raise NotFound(_("There is no such statement, or it is not yours to see."))
