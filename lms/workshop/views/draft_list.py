"""The list of drafts, to search."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.accounts.access import person, requires
from lms.accounts.models import TRAINER
from lms.db import session
from lms.i18n import pick
from lms.workshop import draft_search
from lms.workshop.views.blueprint import bp

LONGEST_SEARCH = 100
LONGEST_AFTER = 12


@bp.get("/workshop/drafts")
@requires(TRAINER)
def draft_list() -> ResponseReturnValue:
    """List the drafts that the trainer may change and that fit the search."""
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    page = draft_search.search(session(), person(), words, request.args.get("after", "")[:LONGEST_AFTER])
    titles = {one.id: pick(one.title_zh, one.title_en) for one in page.drafts}
    return render_template("workshop/drafts.html", page=page, words=words, titles=titles)
