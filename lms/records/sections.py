"""Which sections does the window on the record store have? Each is a tab on every page of this slice.

A section is one module of `lms.records.views` that adds its pages to `bp`, and one line of SECTIONS; what belongs to the
office of the whole site stands in WHOLE_SITE too.
"""

from flask import Blueprint, request, url_for
from flask_babel import lazy_gettext as _l

from lms.accounts.access import person
from lms.db import session
from lms.records.keys import may_give_keys

bp = Blueprint("records", __name__, url_prefix="/records")

# (endpoint of its first page, label); a page belongs to the section under whose address its own lies
SECTIONS = (
    ("records.statements", _l("Statements")),
    ("records.needs_attention", _l("Needs attention")),
    ("records.export", _l("Export")),
    ("records.keys", _l("Keys")),
    ("records.forwarding", _l("Forwarding")),
    ("records.importing", _l("Import")),
    ("records.erasure", _l("Erasure")),
)
WHOLE_SITE = frozenset({"records.keys", "records.forwarding", "records.importing", "records.erasure"})


@bp.context_processor
def _tabs() -> dict[str, object]:
    closed = frozenset() if person().is_authenticated and may_give_keys(session(), person()) else WHOLE_SITE
    first_pages = [(label, url_for(endpoint)) for endpoint, label in SECTIONS if endpoint not in closed]
    return {"sections": [(label, address, f"{request.path}/".startswith(f"{address}/"), None) for label, address in first_pages]}
