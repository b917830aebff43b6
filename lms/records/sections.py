"""Sections of the records pages and their access rules. Each section is a tab on every page of this package.

A section is one module of `lms.records.views` that adds its pages to `bp`, and one line of SECTIONS. A section of the root office
is also in WHOLE_SITE; nobody else can open it, so its pages need no check of their own.
"""

from flask import Blueprint, request, url_for
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.accounts.access import person
from lms.db import session
from lms.errors import NotAllowed
from lms.records.keys import is_root_office

bp = Blueprint("records", __name__, url_prefix="/records")

# (endpoint of its first page, label); a page belongs to the first section whose address begins its own
SECTIONS = (
    ("records.statements", _l("Statements")),
    ("records.needs_attention", _l("Needs attention")),
    ("records.export", _l("Export")),
    ("records.keys", _l("Keys")),
    ("records.forwarding", _l("Forwarding")),
    ("records.importing", _l("Import")),
    ("records.erasure", _l("Erasure")),
    ("records.retention", _l("Retention")),
)
WHOLE_SITE: dict[str, LazyString] = {  # the reason why only the root office may open the section
    "records.keys": _l("A key opens the record store for the whole site. Only the office above all others sees and gives keys."),
    "records.forwarding": _l("Forwarding carries statements of the whole site. Only the office above all others sees and changes it."),
    "records.importing": _l("An import brings statements about anybody on the site. Only the office above all others sees and begins any."),
    "records.erasure": _l("Only the office above all others erases people."),
    "records.retention": _l("Only the office above all others lets old statements go: they are of the whole site."),
}


def section_of(address: str) -> str | None:
    """Return the section to which this address belongs, by the endpoint of its first page."""
    return next((endpoint for endpoint, _label in SECTIONS if f"{address}/".startswith(f"{url_for(endpoint)}/")), None)


@bp.before_request
def _refuse() -> None:
    """Refuse users outside the root office in sections of the root office, and refuse pages without a section."""
    section = section_of(request.path)
    if section is None:
        raise NotAllowed(_("This page belongs to no section."))
    if section in WHOLE_SITE and not is_root_office(session(), person()):
        raise NotAllowed(str(WHOLE_SITE[section]))


@bp.context_processor
def _tabs() -> dict[str, object]:
    closed = frozenset() if person().is_authenticated and is_root_office(session(), person()) else WHOLE_SITE.keys()
    here = section_of(request.path)
    return {"sections": [(label, url_for(endpoint), endpoint == here, None) for endpoint, label in SECTIONS if endpoint not in closed]}
