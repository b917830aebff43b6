"""The page of administrators about checks of the ledger: the last results, and a check of everything on demand."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms.accounts.access import person, requires
from lms.accounts.models import ADMIN, Person
from lms.audit.anchor_files import folder_of
from lms.audit.anchors import public_key_of
from lms.audit.check_run import NIGHTS, begin, latest, under_way
from lms.audit.models import AuditExport
from lms.audit.tasks import work
from lms.celery_app import ring
from lms.classes.models import TrainingClass
from lms.clock import now
from lms.config import NO_ANCHORS
from lms.crediting.models import OFFICE
from lms.db import session, transaction
from lms.records.sections import bp
from lms.site_settings import site_settings

SHOWN = 40


@bp.get("/ledger-checks")
@requires(ADMIN)
def ledger_checks() -> ResponseReturnValue:
    """Show the last checks, each with its findings."""
    settings = site_settings()
    runs = latest(session(), SHOWN)
    who = {one.asked_by for one in runs if one.asked_by is not None}
    return render_template(
        "records/ledger_checks.html",
        running=under_way(session()),
        last=next((one for one in runs if one.finished_at is not None), None),
        runs=runs,
        names={number: name for number, name in session().execute(select(Person.id, Person.name).where(Person.id.in_(who)))},
        nights=NIGHTS,
        exports=_exports(),
        folder=None if settings.anchors == NO_ANCHORS else folder_of(settings),
        public_key=public_key_of(settings.secret_key),
    )


def _exports() -> Sequence[tuple[AuditExport, str]]:
    """Return the audit bundles that were exported, the newest first, each with the name of its class."""
    query = select(AuditExport, TrainingClass.name).join(TrainingClass, TrainingClass.id == AuditExport.class_id)
    return [(row, name) for row, name in session().execute(query.order_by(AuditExport.id.desc()).limit(SHOWN))]


@bp.post("/ledger-checks")
@requires(ADMIN)
def check_ledger() -> ResponseReturnValue:
    """Start a check of everything. It continues when the page is closed."""
    with transaction() as writing:
        if under_way(writing) is None:
            begin(writing, OFFICE, now(), asked_by=person().id)
    ring(work)
    flash(_("The check has begun. It continues when this page is closed."), "success")
    return redirect(url_for(".ledger_checks"))
