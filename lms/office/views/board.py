"""Show an office its programmes: classes, people, verdicts and what is late; and each programme's classes, down to one person's why."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from lms.accounts.access import person, requires, scope
from lms.accounts.models import OFFICE
from lms.clock import now
from lms.db import session
from lms.errors import NotFound
from lms.i18n import SITE_ZONE, local_time
from lms.office import board
from lms.office.administration import providers
from lms.office.board import ClassFigures
from lms.office.places import NOT_YOURS, bp
from lms.programmes.models import Programme, ProgrammeVersion
from lms.programmes.store import document_of
from lms.programmes.values import ProgrammeDocument
from lms.web.amounts import whole_number

PAGE = 50
DEADLINES = 12
SHOWS = ("", "late", *board.PHASES)


@bp.get("/board")
@requires(OFFICE)
def programme_board() -> ResponseReturnValue:
    """Show every programme that runs below this office."""
    today = local_time(now(), SITE_ZONE).date()
    classes = board.figures(session(), scope()) if person().organisation_id else []
    documents = _documents({one.version_id for one in classes})
    return render_template(
        "office/board.html",
        programmes=sorted(board.by_programme(session(), classes, today), key=lambda one: documents[one.version_id].shown_after),
        documents=documents,
        deadlines=board.deadlines(classes, documents, today)[:DEADLINES],
        today=today,
        placed=person().organisation_id is not None,
        runs=bool(classes or (person().organisation_id and providers(session(), scope()))),
    )


def _documents(versions: set[int]) -> dict[int, ProgrammeDocument]:
    rows = session().scalars(select(ProgrammeVersion).where(ProgrammeVersion.id.in_(versions)))
    return {one.id: document_of(one) for one in rows}


@bp.get("/board/<int:programme_id>")
@requires(OFFICE)
def programme_classes(programme_id: int) -> ResponseReturnValue:
    """Show the classes of one programme, those that are late first."""
    programme = session().get(Programme, programme_id)
    classes = board.figures(session(), scope(), programme_id) if programme is not None else []
    if programme is None or not classes:
        raise NotFound(str(NOT_YOURS))
    today = local_time(now(), SITE_ZONE).date()
    (summary,) = board.by_programme(session(), classes, today)
    shown = _chosen(classes)
    start = request.args.get("after", 0, type=whole_number)
    if start < 0:
        abort(422)
    return render_template(
        "office/programme_classes.html",
        programme=programme,
        document=_documents({summary.version_id})[summary.version_id],
        summary=summary,
        shown=shown[start : start + PAGE],
        matching=len(shown),
        next=start + PAGE if len(shown) > start + PAGE else None,
        today=today,
    )


def _chosen(classes: list[ClassFigures]) -> list[ClassFigures]:
    """Return the classes that the address asks for, those that are late first."""
    today = local_time(now(), SITE_ZONE).date()
    words, show = request.args.get("q", "")[:100].strip().lower(), request.args.get("show", "")
    found = [one for one in classes if words in f"{one.name} {one.code} {one.provider}".lower()]
    if show == "late":
        found = [one for one in found if one.late(today)]
    elif show in board.PHASES:
        found = [one for one in found if one.phase(today) == show]
    return sorted(found, key=lambda one: not one.late(today))
