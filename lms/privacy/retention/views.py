"""The retention page of administrators: the plan, obstacles, and past removals."""

from dataclasses import dataclass

import structlog
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms.accounts.access import person, requires
from lms.accounts.models import ADMIN, Person
from lms.celery_app import ring
from lms.clock import now
from lms.db import session, transaction
from lms.privacy.retention import words
from lms.privacy.retention.models import OFFICE, Removal
from lms.privacy.retention.plan import Hold, plan
from lms.privacy.retention.removal_run import begin, under_way
from lms.privacy.retention.tasks import work
from lms.records.models import RemovedMonth
from lms.records.sections import bp
from lms.site_settings import site_settings

log = structlog.get_logger(__name__)
SHOWN = 120  # months: ten years


@dataclass(frozen=True, slots=True)
class RemovedMonthLine:
    """A month that was removed or is being removed, and who requested it."""

    row: RemovedMonth
    by: str
    name: str | None


@bp.get("/retention")
@requires(ADMIN)
def retention() -> ResponseReturnValue:
    """Show the setting, the plan with its obstacles, the current run, and past removals."""
    kept, running = _kept(), under_way(session())
    last = session().scalars(select(Removal).where(Removal.finished_at.is_not(None)).order_by(Removal.id.desc()).limit(1)).first()
    return render_template(
        "records/retention.html",
        kept=kept,
        planned=plan(session(), now(), kept) if kept and running is None else [],
        running=running,
        last=last,
        held=[(str(month), words.hold_words(Hold(str(reason), int(number), str(name)))) for month, reason, number, name in last.held]
        if last
        else [],
        gone=_gone(),
        words=words,
    )


@bp.post("/retention/remove")
@requires(ADMIN)
def remove_old() -> ResponseReturnValue:
    """Start removing the months that are ready. It cannot be undone, and it continues when the page is closed."""
    kept = _kept()
    if not kept or request.form.get("typed", "").strip() != str(kept):
        flash(_("What you typed is not the number of months: nothing is removed."), "warning")
        return redirect(url_for(".retention"))
    with transaction() as writing:
        if under_way(writing) is None:
            begun = begin(writing, OFFICE, kept, asked_by=person().id)
            log.info("removal.begun", removal=begun.id, by=person().id)
    ring(work)
    flash(_("Removing has begun. It continues when this page is closed."), "success")
    return redirect(url_for(".retention"))


def _kept() -> int:
    return site_settings().statements_kept_months


def _gone() -> list[RemovedMonthLine]:
    query = select(RemovedMonth, Removal.by, Person.name).outerjoin(Removal, Removal.id == RemovedMonth.removal_id)
    query = query.outerjoin(Person, Person.id == Removal.asked_by).order_by(RemovedMonth.id.desc()).limit(SHOWN)
    return [RemovedMonthLine(row, by or "", name) for row, by, name in session().execute(query)]
