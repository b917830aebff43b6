"""Serve content to its frame, only on the content host, as files that never change; nothing secret is served here.

A frame runs untrusted code without an origin (`sandbox`), so its files allow every origin to read them.
"""

import html
import json
import re
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from urllib.parse import quote

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.http import parse_range_header

from lms.accounts.access import public
from lms.catalogue.publish import file_name
from lms.config import Settings
from lms.learning.file_kinds import headers_of
from lms.storage import CHUNK, Storage, storage
from lms.web.hosts import on_content_host

bp = Blueprint("content", __name__)

FOR_EVER = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"
SHA256 = re.compile(r"[0-9a-f]{64}")
FORMATS = ("h5p", "video")
NOT_THERE = json.dumps({"type": "about:blank", "title": "Not found", "status": 404, "detail": "The package has no such file."})
CAPTIONS = {".zh.vtt": ("zh-CN", "中文"), ".en.vtt": ("en", "English")}


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


@bp.get("/frame/<kind>/<sha256>/<path:entry>")
@on_content_host
@public
def frame(kind: str, sha256: str, entry: str) -> ResponseReturnValue:
    """Return the page that plays one activity."""
    if kind not in FORMATS or not SHA256.fullmatch(sha256) or not _is_plain(entry):
        abort(404)
    settings = _settings()
    filled = {
        "__APP_ORIGIN__": settings.public_url,
        "__BASE__": f"{settings.content_url}/content/{sha256}/",
        "__ENTRY__": quote(entry),
        "__PLAYER__": f"{settings.content_url}/player",
        "__CAPTIONS__": json.dumps(_captions(storage(), sha256, entry) if kind == "video" else []),
    }
    page = (_player() / f"{kind}.html").read_text(encoding="utf-8")
    for name, value in filled.items():
        page = page.replace(name, html.escape(value, quote=True))
    response = Response(page, mimetype="text/html")
    response.headers["Cache-Control"] = FOR_AN_HOUR
    response.headers["Content-Security-Policy"] = _frame_policy(settings, kind, sha256)
    return response


def _frame_policy(settings: Settings, kind: str, sha256: str) -> str:
    """Restrict a frame and its code to the player and one package. Only our player page may embed it.

    Content has inline styles. Older H5P libraries turn their templates into code (EmbeddedJS); a frame without an
    origin loses nothing by that.
    """
    own = f"{settings.content_url}/player/ {settings.content_url}/content/{sha256}/"
    scripts = f"{own} 'unsafe-eval'" if kind == "h5p" else own
    return (
        f"sandbox allow-scripts allow-forms allow-popups; default-src 'none'; script-src {scripts}; style-src {own} 'unsafe-inline'; "
        f"img-src {own} data: blob:; media-src {own} blob:; font-src {own} data:; connect-src {own}; "
        f"frame-ancestors {settings.public_url}; base-uri 'none'; form-action 'none'"
    )


def _captions(files: Storage, sha256: str, entry: str) -> list[dict[str, str]]:
    stem = entry.rpartition(".")[0]
    found = [(stem + ending, *named) for ending, named in CAPTIONS.items() if files.size(file_name(sha256, stem + ending)) is not None]
    base = f"{_settings().content_url}/content/{sha256}/"
    return [{"url": base + quote(path), "language": language, "label": label} for path, language, label in found]


@bp.get("/content/<sha256>/<path:path>", provide_automatic_options=False)
@on_content_host
@public
def file(sha256: str, path: str) -> ResponseReturnValue:
    """Return one file of a package, or a range of it. Answer keys are not among a package's files."""
    if not SHA256.fullmatch(sha256) or not _is_plain(path):
        abort(404)
    name = file_name(sha256, path)
    size = storage().size(name)
    if size is None:
        return _not_there(path)
    response = _whole_or_range(name, size)
    response.headers["Accept-Ranges"] = "bytes"
    return _for_everybody(response, path, FOR_EVER)


def _not_there(path: str) -> Response:
    """Answer 404 so that a frame can read it: it can tell that from a network that is down."""
    response = _for_everybody(Response(NOT_THERE, status=404), path, "no-store")
    response.mimetype = "application/problem+json"
    response.headers.pop("Content-Disposition", None)
    return response


@bp.route("/content/<sha256>/<path:path>", methods=["OPTIONS"])
@bp.route("/player/<path:path>", methods=["OPTIONS"])
@on_content_host
@public
def preflight(path: str, **_names: str) -> ResponseReturnValue:
    """Answer preflight requests: jQuery in a frame without an origin sends its own header, for which browsers ask first."""
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
    response.headers["Access-Control-Allow-Headers"] = "X-Requested-With, Content-Type, Range"
    response.headers["Access-Control-Max-Age"] = "86400"
    return _for_everybody(response, path, FOR_AN_HOUR)


def _whole_or_range(name: str, size: int) -> Response:
    """Answer 200, 206 or 416 (RFC 9110, 14.2). A request for several ranges gets the whole file, which the RFC allows."""
    etag = request.path
    if request.if_none_match.contains_weak(etag):
        return Response(status=304, headers={"ETag": f'"{etag}"'})
    wanted = parse_range_header(request.headers.get("Range"))
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return Response(storage().stream(name), headers={"Content-Length": str(size), "ETag": f'"{etag}"'})
    span = wanted.range_for_length(size)
    if span is None:
        return Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = span
    headers = {"Content-Range": f"bytes {start}-{end - 1}/{size}", "Content-Length": str(end - start), "ETag": f'"{etag}"'}
    return Response(_pieces(storage(), name, start, end), status=206, headers=headers)


def _pieces(files: Storage, name: str, start: int, end: int) -> Iterator[bytes]:
    for at in range(start, end, CHUNK):
        yield files.get_range(name, at, min(at + CHUNK, end))


@bp.get("/player/<path:path>", provide_automatic_options=False)
@on_content_host
@public
def player_file(path: str) -> ResponseReturnValue:
    """Return a file of the players themselves."""
    found = _player().joinpath(*path.split("/")) if _is_plain(path) else None
    if found is None or not found.is_file() or path.endswith(".html"):
        abort(404)
    return _for_everybody(Response(found.read_bytes()), path, FOR_AN_HOUR)


def _player() -> Traversable:
    return resources.files("courses") / "player"


def _is_plain(path: str) -> bool:
    return all(part not in {"", ".", ".."} and "\\" not in part and "\0" not in part for part in path.split("/"))


def _for_everybody(response: Response, path: str, caching: str) -> Response:
    response.headers.update(headers_of(path))
    response.headers["Cache-Control"] = caching
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
