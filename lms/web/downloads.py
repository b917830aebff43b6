"""How is a file handed over under a name that may be Chinese?"""

import unicodedata
from urllib.parse import quote

from flask import Response


def as_download(response: Response, name: str) -> Response:
    """Let the browser save the response under `name` (RFC 6266: plain letters for old programs, UTF-8 for the others); nobody caches it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().replace('"', "").replace("\\", "") or "download"
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Cache-Control"] = "private, no-store"
    return response
