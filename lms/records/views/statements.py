"""Which statements were stored of the people below this office?"""

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from lms.accounts.access import requires, scope
from lms.accounts.models import OFFICE
from lms.db import session
from lms.records import reading
from lms.records.people import Sight
from lms.records.sections import bp
from xapi.browsing import Look


@bp.get("/statements")
@requires(OFFICE)
def statements() -> ResponseReturnValue:
    """List statements, newest first."""
    sight = Sight(scope(), current_app.extensions["settings"].public_url)
    return render_template("records/statements.html", page=reading.page(session(), Look(), sight, None))
