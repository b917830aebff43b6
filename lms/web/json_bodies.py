"""Read the JSON body of a request, and answer with JSON: for every page that talks to the server by script."""

from typing import TypeVar

import msgspec
from flask import Response, request
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge

from lms.errors import InvalidInput, TooLarge

Body = TypeVar("Body", bound=msgspec.Struct)
MOST_BYTES = 256 * 1024


def body_of(kind: type[Body], most_bytes: int = MOST_BYTES) -> Body:
    """Return the request's JSON as `kind`.

    Raises:
        InvalidInput: with the path of the wrong value.
        TooLarge: it is longer than `most_bytes`; it is not read to its end.
    """
    request.max_content_length = most_bytes
    try:
        return msgspec.json.decode(request.get_data(cache=False).decode(), type=kind)  # UTF-8, also in fields that are stored raw
    except RequestEntityTooLarge:
        raise TooLarge(_("At most %(kb)s kB are taken here; nothing was saved.", kb=most_bytes // 1024)) from None
    except RecursionError:
        raise InvalidInput("The request's JSON is nested too deep.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput("The request's JSON is not what this address takes.", [str(error)]) from None


def json_reply(reply: object, headers: dict[str, str] | None = None) -> Response:
    """Answer with a value as JSON."""
    return Response(msgspec.json.encode(reply), mimetype="application/json", headers=headers)
