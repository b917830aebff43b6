"""The document resources: activity state, activity profile, agent profile. (1.0.3 Communication 2.2, 2.3, 2.6, 2.7, 3.1; 2.0 4.1.4, 4.1.6)

A request that changes a document locks it, checks the request's conditions, and writes, all in one transaction.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from flask import Response, json
from werkzeug.http import http_date

from xapi.errors import BadRequest, Conflicting, Missing, TooLarge, Unmet
from xapi.rules.document_key import STATE, DocumentKey, DocumentResource, parse_place, pinned
from xapi.rules.etag import Precondition, etag_of
from xapi.rules.merging import JSON, check_json, is_json, merged, read_object
from xapi.rules.profile import DocumentRequest
from xapi.storage.documents import Document, listed, load, lock, put, remove, remove_all
from xapi.storage.quota import charge_beside, check_room
from xapi.views.answers import json_answer, tagged
from xapi.views.call import Call

ATTEMPTS = 5
FIRST_VERSION = "1."
UNTYPED = "application/octet-stream"
# A document is untrusted content: a browser may show it, but must not run it as one of our pages. It may cache it and must revalidate.
HEADERS = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache"}


def resource(kind: DocumentResource) -> Mapping[str, Callable[[Call], Response]]:
    """Return the function for each method of one document resource."""
    return {"GET": partial(_get, kind), "PUT": partial(_put, kind), "POST": partial(_post, kind), "DELETE": partial(_delete, kind)}


def _get(kind: DocumentResource, call: Call) -> Response:
    place = _place(kind, call)
    _ask_profile(kind, call, place)
    with call.mount.readers() as session:
        if place.id is None:
            return _list(call, listed(session, place))
        found = load(session, place)
    if found is None:
        raise Missing(f"there is no document with this {kind.id} here")
    response = Response(found.content, content_type=found.type, headers=HEADERS)
    response.headers["Last-Modified"] = http_date(found.updated)
    return tagged(response, found.etag, call.headers)


def _list(call: Call, found: Mapping[str, datetime]) -> Response:
    body = json.dumps(list(found))
    response = json_answer(body)
    response.headers["Cache-Control"] = HEADERS["Cache-Control"]
    if found:
        response.headers["Last-Modified"] = http_date(max(found.values()))
    return tagged(response, etag_of(body.encode()), call.headers)


def _put(kind: DocumentResource, call: Call) -> Response:
    """Store a document and replace the existing one."""
    content, content_type = _sent(call)
    place = _place(kind, call)
    _ask_profile(kind, call, place, content, content_type)
    if is_json(content_type):
        check_json(content, "the document")

    def replace(known: Document | None) -> tuple[bytes, str]:
        if not _condition(call).given:
            _refuse_unconditional(kind, call, known)
        return content, content_type

    response = _change(call, place, replace)
    response.headers["ETag"] = f'"{etag_of(content)}"'
    return response


def _refuse_unconditional(kind: DocumentResource, call: Call, known: Document | None) -> None:
    """Refuse a PUT without conditions if a document exists; 1.0.3 allows it for states."""
    first = call.version.startswith(FIRST_VERSION)
    if first and kind is STATE:
        return
    if known is not None:
        raise Conflicting("there is a document here: GET it, and send its current ETag as If-Match to replace it")
    if first:
        raise BadRequest("a PUT of a profile needs If-Match with the current ETag, or If-None-Match: * for a new one (XAPI-00322)")


def _post(kind: DocumentResource, call: Call) -> Response:
    """Merge a JSON object into the existing one; store it as it is if there is none."""
    content, content_type = _sent(call)
    place = _place(kind, call)
    _ask_profile(kind, call, place, content, content_type)
    if is_json(content_type):
        read_object(content, "the posted document")

    def merge(known: Document | None) -> tuple[bytes, str]:
        if known is None:
            return content, content_type
        if not (is_json(content_type) and is_json(known.type)):
            raise BadRequest(f"only {JSON} is merged: the stored document is {known.type}, the posted one {content_type}")
        return merged(known.content, content), known.type

    return _change(call, place, merge)


def _change(call: Call, place: DocumentKey, make: Callable[[Document | None], tuple[bytes, str]]) -> Response:
    """Write the result of `make` for the existing document; start again if another request has just written the first one."""
    for _ in range(ATTEMPTS):
        with call.mount.writers() as session:
            known = lock(session, place)
            _check(_condition(call), known)
            content, content_type = make(known)
            if len(content) > call.mount.most_document_bytes:
                raise TooLarge(f"at most {call.mount.most_document_bytes} bytes in one document")
            grows = len(content) - (len(known.content) if known else 0)
            if known is None or grows > 0:
                check_room(session, place.key, grows, new=known is None, quota=call.mount.documents)
            charge_beside(session, call.credential, grows)
            if put(session, place, content, content_type, call.mount.clock(), known=known):
                session.commit()
                return Response(status=204)
    raise Conflicting("other requests are changing this document now: GET it and send yours again")


def _delete(kind: DocumentResource, call: Call) -> Response:
    """Delete a document, or all states with this key."""
    place, condition = _place(kind, call), _condition(call)
    _ask_profile(kind, call, place)
    if place.id is None and condition.given:
        raise BadRequest("If-Match and If-None-Match apply to one document, and this request names none")
    with call.mount.writers() as session:
        if place.id is None:
            freed = remove_all(session, place)
        else:
            known = lock(session, place)
            _check(condition, known)
            remove(session, place)
            freed = len(known.content) if known else 0
        charge_beside(session, call.credential, -freed)
        session.commit()
    return Response(status=204)


def _place(kind: DocumentResource, call: Call) -> DocumentKey:
    return pinned(parse_place(kind, call.parameters, call.method), call.credential)


def _ask_profile(kind: DocumentResource, call: Call, place: DocumentKey, content: bytes = b"", content_type: str = "") -> None:
    """Let the host's rules for this credential look at the request."""
    profile = call.credential.profile
    if profile is not None:
        profile.document(DocumentRequest(kind.name, call.method, place.activity, place.id, content, content_type))


def _sent(call: Call) -> tuple[bytes, str]:
    """Return the content and its type; the body of a refused request is read too, because its connection may stay open."""
    return call.incoming.measured(), call.headers.get("Content-Type") or UNTYPED


def _condition(call: Call) -> Precondition:
    return Precondition(call.headers.get("If-Match"), call.headers.get("If-None-Match"))


def _check(condition: Precondition, known: Document | None) -> None:
    if not condition.holds(known.etag if known else None):
        there = f'the document here has the ETag "{known.etag}"' if known else "there is no document here"
        raise Unmet(f"{there}, which is not what If-Match or If-None-Match demands; nothing was changed")
