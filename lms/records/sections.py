"""Sections of the records pages and their access rules. Each section is a tab on every page of this package.

A section is one module of `lms.records.views` that adds its pages to `bp`, and one line of SECTIONS. A section of the administrators
is also in ADMINISTRATORS_ONLY; nobody else can open it.
"""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.accounts.access import person
from lms.accounts.models import ADMIN
from lms.errors import NotAllowed

bp = Blueprint("records", __name__, url_prefix="/records")

# (endpoint of its first page, label); a page belongs to the first section whose address begins its own
SECTIONS = (
    ("records.statements", _l("Statements")),
    ("records.needs_attention", _l("Needs attention")),
    ("records.export", _l("Export")),
    ("records.accesses", _l("Accesses")),
    ("records.keys", _l("Keys")),
    ("records.forwarding", _l("Forwarding")),
    ("records.importing", _l("Import")),
    ("records.erasure", _l("Erasure")),
    ("records.retention", _l("Retention")),
    ("records.ledger_checks", _l("Ledger checks")),
)
ADMINISTRATORS_ONLY = {
    "records.keys",
    "records.forwarding",
    "records.importing",
    "records.erasure",
    "records.retention",
}  # administrators' own
ADMINISTRATORS_ONLY |= {"records.ledger_checks"}


def section_of(address: str) -> str | None:
    """Return the section to which this address belongs, by the endpoint of its first page."""
    return next((endpoint for endpoint, _label in SECTIONS if f"{address}/".startswith(f"{url_for(endpoint)}/")), None)


@bp.before_request
def _refuse() -> None:
    """Refuse everybody but administrators in their sections, and refuse pages without a section."""
    section = section_of(request.path)
    if section is None:
        raise NotAllowed(_("This page belongs to no section."))
    if section in ADMINISTRATORS_ONLY and not person().has_role(ADMIN):
        raise NotAllowed(_("Only administrators of the site open this page."))


@bp.context_processor
def _tabs() -> dict[str, object]:
    closed = frozenset() if person().is_authenticated and person().has_role(ADMIN) else ADMINISTRATORS_ONLY
    here = section_of(request.path)
    return {"sections": [(label, url_for(endpoint), endpoint == here, None) for endpoint, label in SECTIONS if endpoint not in closed]}
