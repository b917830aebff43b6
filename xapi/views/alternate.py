"""Read a request that is wrapped in a POST. (1.0.3 Communication 1.3: for browsers that could send nothing else)

The query string names the method; the form holds the headers, the parameters, and the body as `content`. The result
is an ordinary request; no resource sees a difference. xAPI 2.0 has no such syntax.
"""

import io
from urllib.parse import parse_qsl, urlencode

from flask import Request, current_app

from xapi.errors import BadRequest
from xapi.views.call import body_of, demand_length, negotiate

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
HEADERS = ("Authorization", "X-Experience-API-Version", "Content-Type", "Content-Length", "If-Match", "If-None-Match", "Accept-Language")
FORM = "application/x-www-form-urlencoded"
WITH_CONTENT = ("PUT", "POST")
MOST_FIELDS = 100


def unwrapped(request: Request, most_bytes: int) -> Request:
    """Return the wrapped request, or the request itself if it wraps none.

    Raises:
        BadRequest: it uses the alternate syntax but breaks its rules.
    """
    if request.method != "POST" or "method" not in request.args:
        return request
    if list(request.args.items(multi=True)) != [("method", request.args["method"])]:
        raise BadRequest("in the alternate request syntax the query has the method and nothing else (XAPI-00336)", "method")
    method = request.args["method"].upper()
    if method not in METHODS:
        raise BadRequest(f"must be one of {', '.join(METHODS)}", "method")
    demand_length(request)
    headers, parameters, content = _sorted_out(_fields(body_of(request, most_bytes)))
    if (content is not None) != (method in WITH_CONTENT):
        raise BadRequest("is missing" if method in WITH_CONTENT else f"does not go with a {method}", "content")
    version = headers.get("X-Experience-API-Version") or request.headers.get("X-Experience-API-Version")
    if negotiate(version).startswith("2."):
        raise BadRequest("xAPI 2.0 has no alternate request syntax: send the request itself", "method")
    return _inside(request, method, headers, parameters, (content or "").encode("utf-8", "surrogatepass"))


def _fields(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise BadRequest("the body of a request in the alternate syntax is a form") from error
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadRequest("a field of the form is given more than once")
    return found


def _sorted_out(fields: dict[str, str]) -> tuple[dict[str, str], dict[str, str], str | None]:
    """Return the headers, the parameters and the body."""
    known = {name.lower(): name for name in HEADERS}
    headers = {known[name.lower()]: value for name, value in fields.items() if name.lower() in known}
    if any(ord(sign) < ord(" ") for value in headers.values() for sign in value):
        raise BadRequest("a header among the form's fields has a character that no header has")
    parameters = {name: value for name, value in fields.items() if name.lower() not in known and name != "content"}
    return headers, parameters, fields.get("content")


def _inside(request: Request, method: str, headers: dict[str, str], parameters: dict[str, str], content: bytes) -> Request:
    environ = {name: value for name, value in request.environ.items() if not name.startswith("werkzeug.")}
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items() if not name.startswith("Content-")}
    environ |= {
        "REQUEST_METHOD": method,
        "QUERY_STRING": urlencode(parameters, errors="surrogatepass"),
        "CONTENT_TYPE": headers.get("Content-Type", "application/json"),
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.input": io.BytesIO(content),
    }
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return current_app.request_class(environ)
