"""Return a file of the file store, or the range of it that a browser asks for: a film is not sent whole to show its middle."""

from collections.abc import Iterator
from itertools import chain

from flask import Response, request
from werkzeug.http import parse_range_header

from lms.storage import CHUNK, Storage, storage


def whole_or_range(name: str, size: int) -> Response:
    """Answer 200, 206 or 416 (RFC 9110, 14.2). A request for several ranges gets the whole file, which the RFC allows.

    Raises:
        FileNotFoundError: the file is not in the file store any more.
    """
    if request.method == "HEAD" and storage().size(name) is None:  # nothing else would look: the answer has no body
        raise FileNotFoundError(name)
    etag = request.path
    if request.if_none_match.contains_weak(etag):
        return Response(status=304, headers={"ETag": f'"{etag}"'})
    wanted = parse_range_header(request.headers.get("Range"))
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return Response(_begun(storage().stream(name, size)), headers={"Content-Length": str(size), "ETag": f'"{etag}"'})
    span = wanted.range_for_length(size)
    if span is None:
        return Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = span
    headers = {"Content-Range": f"bytes {start}-{end - 1}/{size}", "Content-Length": str(end - start), "ETag": f'"{etag}"'}
    return Response(_begun(_pieces(storage(), name, start, end)), status=206, headers=headers)


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Read the first piece before the answer begins, so that a lost file is an error and not a broken answer."""
    if request.method == "HEAD":
        return pieces
    return chain([first] if (first := next(pieces, None)) is not None else [], pieces)


def _pieces(files: Storage, name: str, start: int, end: int) -> Iterator[bytes]:
    for at in range(start, end, CHUNK):
        yield files.get_range(name, at, min(at + CHUNK, end))
