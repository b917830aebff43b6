"""Pages of statements whose processing failed."""

import re
from collections import Counter
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.accounts.access import requires
from lms.accounts.models import ADMIN, OFFICE
from lms.clock import now
from lms.db import database, session
from lms.records import attention, words
from lms.records.naming import titles_in
from lms.records.scope import own_scope
from lms.records.sections import bp

PLACE = re.compile("[0-9]{1,18}")


@bp.get("/attention")
@requires(OFFICE, ADMIN)
def needs_attention() -> ResponseReturnValue:
    """List statements that were set aside, the latest first."""
    reason = request.args.get("reason", "")
    scope = own_scope()
    after = request.args.get("after", "")
    page = attention.page(session(), scope, int(after) if PLACE.fullmatch(after) else None, reason)
    titles = titles_in(session(), [one.record.statement for one in page.found], scope.public_url)
    reasons = Counter(one.row.reason for one in page.found)
    return render_template("records/attention.html", page=page, reason=reason, reasons=reasons, words=words, titles=titles)


@bp.post("/attention/retry")
@requires(OFFICE, ADMIN)
def retry() -> ResponseReturnValue:
    """Try one statement again, or all that failed for one reason, or all."""
    scope, statement = own_scope(), request.form.get("statement", type=UUID)
    if statement is None:
        again = attention.retry_all(database(), scope, request.form.get("reason", ""), now())
    else:
        again = attention.retry_one(database(), scope, statement, now())
    if again.done:
        flash(ngettext("%(num)s statement was processed.", "%(num)s statements were processed.", again.done), "success")
    if again.failed:
        flash(ngettext("%(num)s statement failed again.", "%(num)s statements failed again.", again.failed), "warning")
    if not again.done and not again.failed:
        flash(_("There was nothing left to try again. Perhaps somebody has just done it."), "info")
    return redirect(url_for("records.needs_attention"))
