"""Send a file under a name that may be Chinese."""

import unicodedata
from urllib.parse import quote

from flask import Response


def as_download(response: Response, name: str) -> Response:
    """Make the browser save the response under `name` (RFC 6266: ASCII for old programs, UTF-8 for others), without caching."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().replace('"', "").replace("\\", "") or "download"
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Cache-Control"] = "private, no-store"
    return response
