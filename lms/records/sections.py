"""Which sections does the window on the record store have? Each is a tab on every page of this slice.

A section is one module of `lms.records.views` that adds its pages to `bp`, and one line of SECTIONS.
"""

from flask import Blueprint, request, url_for
from flask_babel import lazy_gettext as _l

bp = Blueprint("records", __name__, url_prefix="/records")

# (endpoint of its first page, label); a page belongs to the section under whose address its own lies
SECTIONS = (("records.statements", _l("Statements")), ("records.export", _l("Export")))


@bp.context_processor
def _tabs() -> dict[str, object]:
    first_pages = [(label, url_for(endpoint)) for endpoint, label in SECTIONS]
    return {"sections": [(label, address, f"{request.path}/".startswith(f"{address}/"), None) for label, address in first_pages]}
