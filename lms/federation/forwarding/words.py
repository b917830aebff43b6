"""Texts for the reasons why a forward is paused."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

REASONS: Mapping[str, Any] = {
    "by-hand": _l("Somebody paused it."),
    "credential": _l("The other store does not accept the key and its secret, or they may not write statements there. Ask its operator."),
    "address": _l("No record store answers at this address."),
    "ourselves": _l("This address leads back to this very site."),
    "all-refused": _l("The other store refused many statements in a row: what is wrong is more than one statement."),
    "secret": _l("The secret cannot be read any more, because SECRET_KEY is another one. Resume with the secret of the key."),
}
