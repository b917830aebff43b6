"""Serve content to its frame, only on the content hosts, as files that never change; nothing secret is served here.

A frame on the shared host runs untrusted code without an origin (`sandbox`), so its files allow every origin to read them. In Chromium the
frame itself is on a host for this package and browser session, with that host's origin, so that its files are kept (`frame_address`); they
stay on the shared host. On the host of a package (`package_hosts`) its pages run with that origin, and no other origin reads them.
"""

import json
import re
from functools import partial
from importlib import resources
from pathlib import Path
from urllib.parse import quote

import structlog
from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue

from courses.formats import FORMATS, PAGES
from courses.formats.format import Format
from lms.accounts.access import public
from lms.catalogue import contents
from lms.learning.ahead_page import LARGEST_FILE, policy_of_ahead, write_ahead
from lms.learning.file_kinds import headers_of, headers_on_own_host
from lms.learning.frame_page import FrameSite, policy_of, policy_of_inner_page, policy_of_pages, write_page
from lms.learning.package_hosts import PackageHosts, frame_alone
from lms.site_settings import site_settings
from lms.storage import storage
from lms.web.file_ranges import whole_or_range
from lms.web.hosts import is_shared_host, on_content_host, package_label
from lms.web.own_files import FOR_EVER, named_by, version_of

bp = Blueprint("content", __name__)
log = structlog.get_logger(__name__)

FOR_AN_HOUR = "public, max-age=3600"
SHA256 = re.compile(r"[0-9a-f]{64}")
NOT_THERE = json.dumps({"type": "about:blank", "title": "Not found", "status": 404, "detail": "The package has no such file."})


@bp.get("/frame/<name>/<sha256>/<path:entry>")
@on_content_host
@public
def frame(name: str, sha256: str, entry: str) -> ResponseReturnValue:
    """Return the page that plays one activity of the format `name`."""
    format, site = _framed(name, sha256, entry)
    outline = (_player() / "frame.html").read_text(encoding="utf-8")
    attributes = format.frame.attributes(
        entry, partial(_address_of, sha256, site), partial(contents.read, storage(), sha256, anonymous=True)
    )
    response = Response(write_page(outline, format, entry, site, attributes), mimetype="text/html")
    response.headers["Cache-Control"] = FOR_AN_HOUR
    response.headers["Content-Security-Policy"] = policy_of(format, site)
    return response


@bp.get("/ahead/<name>/<sha256>/<path:entry>")
@on_content_host
@public
def ahead(name: str, sha256: str, entry: str) -> ResponseReturnValue:
    """Return the page that lets a browser fetch what an activity's frame reads first."""
    format, site = _framed(name, sha256, entry)
    listing = contents.listing_by(storage(), sha256, anonymous=True)
    if not site.has_origin and not format.own_host:
        abort(404)
    sizes = {path: one.bytes for path, one in listing.files.items()} if listing else {}

    def read(path: str) -> bytes | None:
        return contents.read(storage(), sha256, path, anonymous=True) if sizes.get(path, LARGEST_FILE) < LARGEST_FILE else None

    parts, first = format.frame.later(entry, read), format.first_files(entry, read)
    response = Response(write_ahead(format, site, parts, first, sizes), mimetype="text/html")
    response.headers["Cache-Control"] = FOR_AN_HOUR
    response.headers["Content-Security-Policy"] = policy_of_ahead(site)
    return response


def _framed(name: str, sha256: str, entry: str) -> tuple[Format, FrameSite]:
    """Return the format and the addresses of a frame, if this host may show it. Only a format that needs it has its files beside it."""
    format = FORMATS.get(name)
    if format is None or format.leads_to or not _is_plain(entry):
        abort(404)
    alone = format.own_origin and not is_shared_host(site_settings())
    label = _label_for(sha256, alone=alone)
    if not alone and format.own_host is not bool(label):
        abort(404)
    origin = _hosts().address(label) if label and not alone else site_settings().content_url
    return format, FrameSite(site_settings().public_url, origin, f"{origin}/content/{sha256}/", version_of(_player()), alone)


def _label_for(sha256: str, *, alone: bool = False) -> str:
    """Return the label of the package's own host to which this request came; '' for the shared host. Any other host is not found."""
    label = package_label(site_settings())
    whose = frame_alone(sha256) if alone else sha256
    if not SHA256.fullmatch(sha256) or not (_hosts().is_of(label, whose) if label else is_shared_host(site_settings())):
        abort(404)
    return label


def _hosts() -> PackageHosts:
    found: PackageHosts = current_app.extensions["package_hosts"]
    return found


def _address_of(sha256: str, site: FrameSite, path: str) -> str | None:
    return f"{site.base}{quote(path)}" if contents.find(storage(), sha256, path, anonymous=True) is not None else None


@bp.get("/content/<sha256>/<path:path>", provide_automatic_options=False)
@on_content_host
@public
def file(sha256: str, path: str) -> ResponseReturnValue:
    """Return one file of an activity or a package, or a range of it. Answer keys are not among them."""
    label = _label_for(sha256)
    if not _is_plain(path):
        abort(404)
    found = _find(sha256, path, any_case=bool(label))
    if found is None:
        return _not_there(path)
    try:
        response = whole_or_range(*found)
    except FileNotFoundError:
        if not contents.bring_back_of(storage(), sha256, found[0]):  # then somebody took it out of the file store
            log.error("content.lost", name=found[0])
            return _not_there(path)
        response = whole_or_range(*found)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Access-Control-Expose-Headers"] = "Accept-Ranges, Content-Range"  # or pdf.js fetches the whole file
    if label:
        return _for_its_pages(response, path)
    return _as_inner_page(_for_everybody(response, path, FOR_EVER), sha256, path)


def _as_inner_page(response: Response, sha256: str, path: str) -> Response:
    """Let a frame show a web page of a package, which is a download everywhere else. Old browsers do not say that they ask for a frame."""
    if path.lower().endswith(PAGES):
        response.headers["Vary"] = "Sec-Fetch-Dest"
        if request.headers.get("Sec-Fetch-Dest") == "iframe":
            response.headers["Content-Security-Policy"] = policy_of_inner_page(f"{site_settings().content_url}/content/{sha256}/")
            response.headers["Content-Type"] = "text/html"  # the page states its encoding
            response.headers.pop("Content-Disposition")
    return response


def _find(sha256: str, path: str, *, any_case: bool) -> tuple[str, int] | None:
    """Return a file's name in the storage and its size. Pages made on Windows write names in any case: such files have lowercase names."""
    found = contents.find(storage(), sha256, path, anonymous=True)
    return contents.find(storage(), sha256, path.lower(), anonymous=True) if found is None and any_case else found


def _not_there(path: str) -> Response:
    """Answer 404 in a form that a frame can read, so that the frame can distinguish it from a network failure."""
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


@bp.get("/player/<path:path>", provide_automatic_options=False)
@on_content_host
@public
def player_file(path: str) -> ResponseReturnValue:
    """Return a file of the players themselves."""
    name, caching = named_by(path, version_of(_player()))
    found = _player().joinpath(*name.split("/")) if _is_plain(name) else None
    if found is None or not found.is_file() or name.endswith(".html"):
        abort(404)
    return _for_everybody(Response(found.read_bytes()), name, caching)


def _player() -> Path:
    return Path(str(resources.files("courses"))) / "player"


def _is_plain(path: str) -> bool:
    return all(part not in {"", ".", ".."} and "\\" not in part and "\0" not in part for part in path.split("/"))


def _for_its_pages(response: Response, path: str) -> Response:
    response.headers.update(headers_on_own_host(path, policy_of_pages(site_settings().public_url)))
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _for_everybody(response: Response, path: str, caching: str) -> Response:
    response.headers.update(headers_of(path))
    response.headers["Cache-Control"] = caching
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
