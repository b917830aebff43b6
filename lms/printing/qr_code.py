"""Draw the QR code that a document prints for its verification."""

from functools import lru_cache
from io import BytesIO

import segno

from lms.i18n import gettext as _

KEPT = 128  # many documents of one batch have the same address


@lru_cache(KEPT)
def qr_code(address: str) -> str:
    """Return the QR code of an address as SVG."""
    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False, svgns=True)
    return drawn.getvalue().decode()


def verification(address: str) -> dict[str, str]:
    """Return what a template prints of the page that verifies its document: the address, and its code with a description."""
    return {
        "address": address,
        "qr": qr_code(address),
        "qr_alt": _("QR code of the verification page: %(address)s", address=address),
    }
