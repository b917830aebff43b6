"""Lead from a page of a draft that cannot be shown back to the draft."""

from flask import Response, request, url_for
from flask_babel import gettext as _

from lms.accounts.access import person
from lms.db import session
from lms.errors import LmsError, NotFound
from lms.web.refusals import refused
from lms.workshop import drafts
from lms.workshop.views.blueprint import bp


@bp.errorhandler(NotFound)
def lead_back(error: NotFound) -> Response:
    """Answer that something is not there; the page has a link to the draft, if that is there and the person may change it."""
    given = request.view_args or {}
    try:
        drafts.own(session(), given["draft_id"], person())
    except (KeyError, LmsError):
        return refused(error)
    activity = given.get("activity") or given.get("key") or ""
    place = url_for("workshop.editor", draft_id=given["draft_id"], _anchor=f"activity-{activity}" if activity else None)
    return refused(error, (_("Back to the draft"), place))
