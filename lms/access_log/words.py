"""Words for accesses, on pages."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

WHAT: Mapping[str, LazyString] = {"viewed": _l("Looked at"), "exported": _l("Exported"), "revealed": _l("Revealed")}
FORM: Mapping[str, LazyString] = {
    "transcript": _l("the transcript"),
    "pdf": _l("the transcript as PDF"),
    "xlsx": _l("the transcript as spreadsheet"),
    "json": _l("the evidence bundle"),
    "jws": _l("the signed evidence bundle"),
    "certificate": _l("the certificate"),
    "lifetime": _l("the hours of all years"),
    "lifetime-pdf": _l("the hours of all years as PDF"),
    "lifetime-xlsx": _l("the hours of all years as spreadsheet"),
    "lifetime-json": _l("the evidence bundle of all years"),
    "elsewhere": _l("hours earned elsewhere that wait for approval"),
    "document": _l("the document of hours earned elsewhere"),
    "statements": _l("learning records"),
    "review": _l("held hours or a question about hours"),
    "bulk": _l("transcripts or certificates in bulk"),
    "people": _l("the list of teachers"),
    "audit": _l("an audit bundle"),
    "username": _l("the user name"),
}
