"""The page on which people ask for a copy of everything about them."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from lms.accounts.access import person, requires
from lms.celery_app import ring
from lms.clock import now
from lms.db import transaction
from lms.jobs import queue
from lms.jobs.tasks import work
from lms.personal_copy.making import PERSONAL_COPY

bp = Blueprint("personal_copy", __name__, url_prefix="/my-data")


@bp.get("/")
@requires()
def mine() -> ResponseReturnValue:
    """Say what a copy contains."""
    return render_template("personal_copy/mine.html")


@bp.post("/")
@requires()
def make() -> ResponseReturnValue:
    """Start a copy; while one is being made, return that one."""
    with transaction() as writing:
        queue.enqueue(writing, PERSONAL_COPY, person().id, {"person": person().id, "locale": str(get_locale())}, now())
    ring(work)
    flash(_("Your copy is being made. Its progress is shown here."), "info")
    return redirect(url_for("jobs.mine"))
