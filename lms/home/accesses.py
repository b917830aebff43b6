"""The page on which a teacher sees who looked at their own data."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lms.access_log import searching, words
from lms.accounts.access import person, requires
from lms.db import session
from lms.site_settings import site_settings
from lms.web.amounts import whole_number

bp = Blueprint("accesses", __name__)


@bp.get("/accesses")
@requires()
def mine() -> ResponseReturnValue:
    """List the accesses to one's own data, the newest first."""
    page = searching.about(session(), person().id, request.args.get("after", type=whole_number))
    months = site_settings().accesses_kept_months
    return render_template("home/accesses.html", page=page, words=words, months=months)
