"""Texts for the obstacles to a removal, and what to do about them."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.privacy.retention.models import COMMAND, NIGHTLY, OFFICE
from lms.privacy.retention.plan import Hold

BY: Mapping[str, Any] = {OFFICE: _l("An office"), COMMAND: _l("On the command line"), NIGHTLY: _l("Automatically, at night")}
# obstacles with a remedy: the section's endpoint and its name
WHERE: Mapping[str, tuple[str, Any]] = {
    "parked": ("records.needs_attention", _l("Needs attention")),
    "not-sent": ("records.forwarding", _l("Forwarding")),
    "refused": ("records.forwarding", _l("Forwarding")),
}


def hold_words(hold: Hold) -> str:
    """Describe an obstacle and what to do."""
    number, name = hold.number, hold.name
    if hold.reason == "waiting":
        return ngettext(
            "%(num)s statement was not processed yet; that happens automatically.",
            "%(num)s statements were not processed yet; that happens automatically.",
            number,
        )
    if hold.reason == "parked":
        return ngettext(
            "%(num)s statement was set aside: have it tried again.", "%(num)s statements were set aside: have them tried again.", number
        )
    if hold.reason == "refused":
        return ngettext(
            "%(store)s refused %(num)s statement: have it tried again, or discard the refusal.",
            "%(store)s refused %(num)s statements: have them tried again, or discard the refusals.",
            number,
            store=name,
        )
    if hold.reason == "studying":
        return ngettext(
            "%(num)s enrolment is not over, or has not been for 30 days; its statements stay until then.",
            "%(num)s enrolments are not over, or have not been for 30 days; their statements stay until then.",
            number,
        )
    return {
        "not-sent": _("Not everything was sent on to %(store)s yet: wait, resume it, or remove the forward.", store=name),
        "export": _("An export is being made; it waits for its end."),
        "busy": _("Somebody was reading without a pause; it is tried again."),
    }.get(hold.reason, hold.reason)
