"""A file on its way through a preview: the page carries it to the confirmation, because the server stores nothing before that."""

import base64
import zlib
from contextlib import closing

from flask import request


def carried_size(limit: int) -> int:
    """Return how long a file of at most `limit` bytes can be as a page carries it: compressed and base64-encoded."""
    return limit * 3 // 2


def uploaded(limit: int) -> bytes:
    """Return the uploaded file; one byte more than `limit` if it is longer, b'' if there is none."""
    upload = request.files.get("file")
    if upload is None:
        return b""
    with closing(upload):
        return upload.stream.read(limit + 1)


def packed(content: bytes) -> str:
    """Return a file as a page carries it."""
    return base64.b64encode(zlib.compress(content)).decode()


def unpacked(carried: str, limit: int) -> bytes:
    """Return the file that a form carries; one byte more than `limit` if it is longer, b'' if no page of ours made it."""
    try:
        return zlib.decompressobj().decompress(base64.b64decode(carried, validate=True), limit + 1)
    except (ValueError, zlib.error):  # also characters beyond ASCII
        return b""
