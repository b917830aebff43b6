"""Build responses: headers that every response has, and refusals as problem+json (RFC 9457)."""

from datetime import datetime
from http import HTTPStatus

from flask import Response, json
from werkzeug.datastructures import Headers

from xapi.errors import NotAnswered, TokenRefused, Unauthorised, XapiError
from xapi.rules.checking import write_instant
from xapi.rules.etag import Precondition

VERSION_HEADER = "X-Experience-API-Version"
THROUGH_HEADER = "X-Experience-API-Consistent-Through"
RETRY_AFTER_SECONDS = 5
BASIC, BEARER = 'Basic realm="xAPI", charset="UTF-8"', 'Bearer realm="xAPI"'
# Nobody is signed in by cookie here, so any page, from any origin or from a sandbox, gains nothing by sending a request.
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": f"{VERSION_HEADER}, {THROUGH_HEADER}, ETag, Last-Modified, Retry-After, WWW-Authenticate",
}
# With Last-Modified alone, a browser may reuse a response for a tenth of the statement's age (RFC 9111 4.2.2), even a voided one.
UNLESS_SAID = {"Cache-Control": "private, no-cache"}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, PUT, POST, DELETE",
    "Access-Control-Allow-Headers": f"Authorization, Content-Type, Accept-Language, If-Match, If-None-Match, {VERSION_HEADER}, Updated",
    "Access-Control-Max-Age": "86400",
}


def json_answer(text: str) -> Response:
    """Answer with JSON text."""
    return Response(text, mimetype="application/json")


def tagged(response: Response, etag: str, asked: Headers) -> Response:
    """Give a response its ETag; answer 304 to a client that already has this version (RFC 9110 13.1.2)."""
    response.headers["ETag"] = f'"{etag}"'
    if not Precondition(if_none_match=asked.get("If-None-Match")).holds(etag):
        response.status_code = 304
        response.set_data(b"")
    return response


def preflight() -> Response:
    """Answer a browser's preflight request."""
    return Response(status=204, headers=PREFLIGHT)


def refusal(error: XapiError, allowed: str = "") -> Response:
    """Answer with the error and its path; the token endpoint uses OAuth's form (RFC 6749 5.2)."""
    if isinstance(error, TokenRefused):
        body = json.dumps({"error": error.code, "error_description": error.message})
        headers = {"WWW-Authenticate": BASIC} if error.status == HTTPStatus.UNAUTHORIZED else {}
        return Response(body, status=error.status, headers=headers, mimetype="application/json")
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": str(error),
        "path": error.path,
    }
    response = Response(json.dumps(problem), status=error.status, mimetype="application/problem+json")
    if isinstance(error, Unauthorised):
        response.headers.extend([("WWW-Authenticate", BASIC), ("WWW-Authenticate", BEARER)])
    if isinstance(error, NotAnswered):
        response.headers["Allow"] = allowed
    return response


def unavailable() -> Response:
    """Answer while the database is not reachable: nothing was stored, and the client should try again with the same ids."""
    detail = "The database does not answer at the moment. Nothing was stored: send the same again in a few seconds."
    problem = {"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": detail, "path": ""}
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return Response(json.dumps(problem), status=503, headers=headers, mimetype="application/problem+json")


def finish(response: Response, version: str, through: datetime) -> Response:
    """Set the headers that every response has, errors too (XAPI-00333, -00153)."""
    response.headers.extend(CORS)
    for name, value in carried(version, through).items():
        response.headers.setdefault(name, value)
    return response


def carried(version: str, through: datetime) -> dict[str, str]:
    """Return the headers that every response has, CORS included, unless the response sets them itself."""
    return {VERSION_HEADER: version, THROUGH_HEADER: write_instant(through), **UNLESS_SAID}
