"""Compress replies by gzip if no proxy does it: pages, style sheets, scripts, drawings and JSON.

One of our files is compressed once per process and cached: all of them together are about 100 kB. Its ETag becomes weak, because the
bytes differ; a conditional request still gets 304. Not compressed: streamed replies and ranges (films,
packages, exports), the record store (its ETags stand for exact bytes, and its clients are programs), and small replies.

The BREACH attack learns a secret from the sizes of many replies that contain both the secret and a text chosen by the attacker. Our
pages repeat search terms, but an attacker's page cannot make a browser request them with its cookie, except by opening each in
a window (SameSite=Lax, no framing). The only secret in a page, the token of its forms, is useless without
its signature, and the signature changes every second, because it covers the time of its creation.
"""

import gzip
from functools import lru_cache

from flask import Flask, Response, request

TYPES = frozenset(
    {
        "text/html",
        "text/css",
        "text/javascript",
        "text/plain",
        "application/javascript",
        "application/json",
        "application/problem+json",
        "image/svg+xml",
    }
)
SMALL = 1024  # bytes; in smaller replies most bytes are headers
OUR_FILES = frozenset({"static", "content.player_file"})
RECORD_STORE = "xapi"
FILES_KEPT = 128
ONCE, EACH_TIME = 9, 4  # compression levels


def init_app(app: Flask) -> None:
    """Compress replies after all other hooks have run; so it must be registered before them."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in TYPES or request.blueprint == RECORD_STORE or response.status_code == 206:  # noqa: PLR2004
        return response
    ours = request.endpoint in OUR_FILES
    if response.is_streamed and not ours:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code in {204, 304} or "Content-Encoding" in response.headers or not request.accept_encodings["gzip"]:
        return response
    response.direct_passthrough = False
    content = response.get_data()
    if len(content) >= SMALL:
        response.set_data(_kept(content) if ours else gzip.compress(content, EACH_TIME, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        etag, _weak = response.get_etag()
        if etag is not None:
            response.set_etag(etag, weak=True)
    return response


@lru_cache(FILES_KEPT)
def _kept(content: bytes) -> bytes:
    return gzip.compress(content, ONCE, mtime=0)
