"""Routes of the record store, and the steps of every request.

Identify the client → negotiate the version → call the resource → add the common headers. One module for each resource.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Request, Response, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from xapi.errors import Missing, NotAnswered, XapiError
from xapi.rules.auth import ACCESS, Credential
from xapi.rules.document_key import ACTIVITY_PROFILE, AGENT_PROFILE, STATE
from xapi.storage.key_usage import refusal_of
from xapi.storage.packing import MIXED
from xapi.views import about, described, documents, oauth, statements
from xapi.views.alternate import unwrapped
from xapi.views.answers import VERSION_HEADER, finish, preflight, refusal, unavailable
from xapi.views.call import Call, Incoming, negotiate, parameters_of, spoken
from xapi.views.fast_path import raise_failed
from xapi.views.mount import Mount
from xapi.views.whose import identify

View = Callable[..., Response]
MarkView = Callable[[View], Any]
Resource = Mapping[str, Callable[[Call], Response]]

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS")
RESOURCES: Mapping[str, Resource] = {
    "statements": {"GET": statements.get, "PUT": statements.put, "POST": statements.post},
    "activities": {"GET": described.activity},
    "agents": {"GET": described.person},
    **{kind.name: documents.resource(kind) for kind in (STATE, ACTIVITY_PROFILE, AGENT_PROFILE)},
}


def unmarked(view: View) -> View:
    """Return a view function unchanged."""
    return view


def blueprint(mount: Mount, mark: MarkView) -> Blueprint:
    """Return the routes of a record store; each view function is decorated with `mark`."""
    mounted = Blueprint("xapi", __name__)

    def route(path: str, endpoint: str, view: View) -> None:
        mounted.add_url_rule(path, endpoint, mark(view), methods=METHODS, provide_automatic_options=False)

    for name, resource in RESOURCES.items():
        if name not in ACCESS:
            raise LookupError(f"xapi.auth.ACCESS has no entry for the resource {name}")
        route(f"/{name}", name, _view(mount, name, resource))
    route("/oauth/token", "token", lambda: _token(mount))
    route("/about", "about", lambda: _about(mount))
    route("/<path:elsewhere>", "elsewhere", lambda elsewhere: _elsewhere(mount, elsewhere))
    return mounted


def answer(mount: Mount, name: str) -> Response:
    """Answer the current request as the route of a resource does; `name` may be of none."""
    if name == "about":
        return _about(mount)
    return _view(mount, name, RESOURCES[name])() if name in RESOURCES else _elsewhere(mount, name)


def _view(mount: Mount, name: str, resource: Resource) -> Callable[[], Response]:
    allowed = ", ".join([*resource, "HEAD", "OPTIONS"])
    return lambda: _serve(mount, name, resource, allowed)


def _serve(mount: Mount, name: str, resource: Resource, allowed: str) -> Response:
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]  # once, as it is looked at a dozen times
    version = spoken(asked.headers.get(VERSION_HEADER), mount.default_version)
    credential = None
    try:
        if asked.method == "OPTIONS":
            return _finish(mount, preflight(), version)
        raise_failed(asked.environ)
        meant = unwrapped(asked, mount.most_bytes)
        handle = resource.get("GET" if meant.method == "HEAD" else meant.method)
        credential = identify(mount, meant.headers.get("Authorization", ""))
        wanted = meant.headers.get(VERSION_HEADER)
        version = spoken(wanted, credential.default_version)
        negotiate(wanted)
        if handle is None:
            raise NotAnswered(f"this resource takes {allowed}")
        incoming = Incoming(meant, mount.most_bytes)
        if meant.mimetype != MIXED:
            incoming.whole()  # before any response: a connection that is kept open must have no unread bytes
        path = asked.root_path.rstrip("/") + asked.path
        call = Call(mount, credential, version, meant.method, path, parameters_of(meant), meant.headers, incoming)
        credential.enter(name, call.method)
        response = handle(call)
        mount.tally.note(credential, None, mount.clock())
    except XapiError as error:
        response = _refused(mount, error, credential, name, allowed)
    except (OperationalError, PoolExhausted):
        response = unavailable()
    return _finish(mount, response, version)


def _refused(mount: Mount, error: XapiError, credential: Credential | None, name: str, allowed: str) -> Response:
    mount.tally.note(credential, refusal_of(error, credential, f"{request.method} {name}"), mount.clock())
    return refusal(error, allowed)


def _token(mount: Mount) -> Response:
    allowed = "POST, OPTIONS"
    credential = None
    try:
        if request.method == "OPTIONS":
            response = preflight()
        elif request.method != "POST":
            raise NotAnswered(f"this resource takes {allowed}")
        else:
            credential, form = oauth.client(mount, request)
            response = oauth.token(mount, credential, form)
            mount.tally.note(credential, None, mount.clock())
    except XapiError as error:
        response = _refused(mount, error, credential, "oauth/token", allowed)
    except (OperationalError, PoolExhausted):
        response = unavailable()
    response.headers["Cache-Control"] = "no-store"  # RFC 6749 5.1
    return _finish(mount, response, _version(mount.default_version))


def _version(default: str) -> str:
    return spoken(request.headers.get(VERSION_HEADER), default)


def _about(mount: Mount) -> Response:
    version = _version(mount.default_version)
    if request.method == "OPTIONS":
        return _finish(mount, preflight(), version)
    if request.method not in {"GET", "HEAD"}:
        return _finish(mount, refusal(NotAnswered("this resource takes GET, HEAD, OPTIONS"), "GET, HEAD, OPTIONS"), version)
    return _finish(mount, about.get(), version)


def _elsewhere(mount: Mount, elsewhere: str) -> Response:
    return _finish(mount, refusal(Missing(f"this store has no resource {elsewhere!r}")), _version(mount.default_version))


def _finish(mount: Mount, response: Response, version: str) -> Response:
    return finish(response, version, mount.through())
