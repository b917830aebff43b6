"""Resumable uploads by the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload): creation, termination, expiration, checksum.

A file comes in parts of any size, each in a request of its own; after a lost line the client asks how much arrived and goes on there, even
from another machine. Of a request that breaks off, what came is kept.
"""

import base64
import binascii
import hashlib
import hmac
import tempfile
from collections.abc import Callable
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import ClientDisconnected

from lms.accounts.access import person, requires
from lms.accounts.models import TRAINER
from lms.catalogue import receiving
from lms.catalogue.models import Upload
from lms.catalogue.views.blueprint import bp
from lms.catalogue.views.uploading import most_bytes, refusal_of
from lms.celery_app import ring
from lms.clock import now
from lms.db import release, session, transaction
from lms.errors import Conflict, Gone, InvalidInput, TooLarge
from lms.jobs.tasks import work
from lms.storage import storage

VERSION = "1.0.0"
LONGEST_METADATA = 4096  # characters
DIGITS = 15  # of a length or an offset
PIECE = 64 * 1024
PART_TYPE = "application/offset+octet-stream"
BROKEN_OFF = (ClientDisconnected, ConnectionError)
CHECKSUM_MISMATCH = 460  # tus, Checksum


@bp.url_value_preprocessor
def _allow_parts(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Set the limit before the body is read."""
    if endpoint == "catalogue.take_part":
        request.max_content_length = receiving.LARGEST_PART


@bp.route("/tus", methods=["OPTIONS"], provide_automatic_options=False)
@requires(TRAINER)
def capabilities() -> ResponseReturnValue:
    """Say what this server can do."""
    headers = {"Tus-Version": VERSION, "Tus-Extension": "creation,termination,expiration,checksum", "Tus-Checksum-Algorithm": "sha1,sha256"}
    return _answer(204, {**headers, "Tus-Max-Size": str(receiving.LARGEST)})


@bp.post("/tus")
@requires(TRAINER)
def create() -> ResponseReturnValue:
    """Announce a file that becomes a course, by its name and length."""
    return announce()


def announce(
    purpose: str = receiving.PUBLISHING, target: dict[str, Any] | None = None, refuse: Callable[[str], str] = refusal_of
) -> Response:
    """Begin an upload for the job of the kind `purpose`, which gets `target` among its parameters.

    Raises:
        InvalidInput: the file is empty, or `refuse` says what is wrong with its name (usually: no course has this kind).
    """
    name, size = _file_name(request.headers.get("Upload-Metadata", "")), _number("Upload-Length")
    refused = refuse(name)
    if refused or not size:
        raise InvalidInput(refused or _("This file is empty. Choose it again."))
    with transaction() as writing:
        upload = receiving.begin(writing, name, size, person(), most_bytes(), now())
        upload.purpose, upload.target = purpose, target
    return _answer(201, {"Location": url_for("catalogue.take_part", upload_id=upload.id), **_expiry(upload)})


@bp.route("/tus/<upload_id>", methods=["HEAD"], provide_automatic_options=False)
@requires(TRAINER)
def offset(upload_id: str) -> ResponseReturnValue:
    """Say how much of a file has arrived."""
    upload = receiving.own(session(), upload_id, person())
    known = {"Upload-Offset": str(upload.received), "Upload-Length": str(upload.bytes), "Cache-Control": "no-store"}
    return _answer(200, {**known, **_expiry(upload)})


@bp.patch("/tus/<upload_id>")
@requires(TRAINER)
def take_part(upload_id: str) -> ResponseReturnValue:
    """Take the next part of a file."""
    if request.mimetype != PART_TYPE:
        raise InvalidInput(f"The content type of a part is {PART_TYPE}.")
    at, upload = _number("Upload-Offset"), receiving.own(session(), upload_id, person())
    if upload.ended_at is not None:
        raise Gone("This upload has ended.")
    if at != upload.received:
        raise Conflict("The upload is at another offset.")
    release()  # the part may take long to come
    with tempfile.NamedTemporaryFile(prefix="part-") as file:
        size = _read_part(Path(file.name), min(upload.bytes - at, receiving.LARGEST_PART))
        if size is None:
            return _answer(CHECKSUM_MISMATCH, {})
        if size:
            storage().put(receiving.part_name(upload_id, at, size), Path(file.name))
    with transaction() as writing:
        locked = receiving.own(writing, upload_id, person(), lock=True)
        complete = size and receiving.add_part(writing, locked, at, size, now())
    if complete:
        ring(work)
    return _answer(204, {"Upload-Offset": str(at + size), **_expiry(locked)})


@bp.delete("/tus/<upload_id>")
@requires(TRAINER)
def terminate(upload_id: str) -> ResponseReturnValue:
    """Forget a file that is not wanted any more."""
    with transaction() as writing:
        receiving.discard(writing, storage(), receiving.own(writing, upload_id, person(), lock=True), now())
    return _answer(204, {})


def _read_part(path: Path, most: int) -> int | None:
    """Write the body into a file; return how many bytes came, or None if they are not what their checksum says."""
    if (request.content_length or 0) > most:
        raise TooLarge("This part is longer than what is missing, or than 8 MB.")
    algorithm, _space, said = request.headers.get("Upload-Checksum", "").partition(" ")
    digest = hashlib.new(algorithm if algorithm in {"sha1", "sha256"} else "sha256", usedforsecurity=False)
    size = 0
    with path.open("wb") as file:
        try:
            while size < most and (piece := request.stream.read(min(PIECE, most - size))):
                file.write(piece)
                digest.update(piece)
                size += len(piece)
        except BROKEN_OFF:
            pass  # what came is kept
    if said and not hmac.compare_digest(base64.b64encode(digest.digest()), said.encode()):
        return None
    return size


def _file_name(metadata: str) -> str:
    """Return the file's name from pairs of a key and a base64 value (tus, Upload-Metadata); 'course' if it has none."""
    if len(metadata) > LONGEST_METADATA:
        raise InvalidInput("Upload-Metadata is too long.")
    pairs = dict(one.strip().partition(" ")[::2] for one in metadata.split(","))
    try:
        return base64.b64decode(pairs.get("filename", ""), validate=True).decode().replace("\0", "") or "course"
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidInput("Upload-Metadata cannot be read.") from None


def _number(header: str) -> int:
    said = request.headers.get(header, "")
    if not (said.isascii() and said.isdigit() and len(said) <= DIGITS):
        raise InvalidInput(f"{header} must be a whole number.")
    return int(said)


def _expiry(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": format_datetime(upload.touched_at + receiving.EXPIRE, usegmt=True)}


def _answer(status: int, headers: dict[str, str]) -> Response:
    return Response(status=status, headers={"Tus-Resumable": VERSION, **headers})
