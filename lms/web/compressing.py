"""Which replies are sent compressed where no proxy does it? Pages, style sheets, scripts, drawings and JSON, by gzip, to whoever takes it.

A file of ours is compressed once a process and kept: all of them together are some 100 kB. Its ETag becomes a weak one, for the
bytes are others; asked about it the answer is 304 as before. Not touched: what is streamed or asked for in ranges (films,
packages, exports), the record store (its ETags stand for bytes, and its clients are programs), and what is small.

BREACH reads a secret of a page off the sizes of many replies that also repeat what an attacker chose. Our pages repeat what
is searched for, but an attacker's page cannot make a browser ask for them with its cookie, except by opening each in
a window (SameSite=Lax, nobody may frame them); and the one secret in a page, the token of its forms, is worth nothing without
its signature, which covers the second in which it was made and so is another one in every second.
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
SMALL = 1024  # bytes; below, the headers are most of a reply
OUR_FILES = frozenset({"static", "content.player_file"})
RECORD_STORE = "xapi"
FILES_KEPT = 128
ONCE, EACH_TIME = 9, 4  # how hard gzip tries


def init_app(app: Flask) -> None:
    """Compress replies, after everything else has been done to them; so it is registered before what else looks at replies."""
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
