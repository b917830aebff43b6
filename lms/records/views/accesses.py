"""The page of accesses: who looked at, exported or revealed what is recorded about people of this office."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.access_log import searching, words
from lms.access_log.searching import AccessFilter
from lms.accounts.access import person, requires, scope
from lms.accounts.models import ADMIN, OFFICE
from lms.db import session
from lms.records.sections import bp
from lms.web.amounts import read_day, whole_number

LONGEST_WORDS = 100


@bp.get("/accesses")
@requires(OFFICE, ADMIN)
def accesses() -> ResponseReturnValue:
    """List accesses, the newest first; by the person they were about, by the person who looked, and by day."""
    said = {name: request.args.get(name, "")[:LONGEST_WORDS].strip() for name in ("whose", "by", "day")}
    wanted = AccessFilter(said["whose"], said["by"], read_day(said["day"]))
    page = searching.search(session(), None if person().has_role(ADMIN) else scope(), wanted, request.args.get("after", type=whole_number))
    return render_template("records/accesses.html", page=page, said=said, words=words)
