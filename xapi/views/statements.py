"""The statements resource: POST, PUT and GET. (1.0.3 Communication 2.1; 2.0 4.1.6.1)"""

import random
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from flask import Response, current_app, json
from sqlalchemy.exc import DBAPIError
from werkzeug.http import http_date

from xapi.errors import BadRequest, Missing
from xapi.rules.auth import Credential
from xapi.rules.checking import check_received, write_instant
from xapi.rules.formats import formatted
from xapi.rules.indexing import Key
from xapi.rules.query import OneStatementQuery, ResponseShape, StatementsQuery, more_of, parse_query
from xapi.rules.statement_json import ReceivedStatement, compose
from xapi.rules.values import uuid
from xapi.storage.definitions import definitions_of
from xapi.storage.doorbell import statements_stored
from xapi.storage.finding import find_many, find_one, owned_by
from xapi.storage.packing import MIXED
from xapi.storage.store import CheckedRequest
from xapi.views.answers import THROUGH_HEADER, json_answer
from xapi.views.call import Call
from xapi.views.mixed import ReceivedRequest, answer, take
from xapi.views.mount import Mount

ATTEMPTS = 4
FEW, LITTLE = 10, 64 * 1024  # the most statements and bytes of a request that may share its transaction with others
PASSING = {"40P01", "40001"}  # deadlock, serialisation failure: a second try succeeds


def post(call: Call) -> Response:
    """Store one statement or a batch; answer with the ids in order."""
    if call.parameters:
        raise BadRequest("is not a parameter of a POST", next(iter(call.parameters)))
    with ExitStack() as held:
        ids = _store(call, take(call, held))
    return json_answer(listed(ids))


def put(call: Call) -> Response:
    """Store one statement under the id in the request's parameter."""
    unknown = [name for name in call.parameters if name != "statementId"]
    if unknown or "statementId" not in call.parameters:
        raise BadRequest("is not a parameter of a PUT" if unknown else "is missing", unknown[0] if unknown else "statementId")
    wanted = uuid(call.parameters["statementId"], "statementId")
    with ExitStack() as held:
        received = take(call, held)
        _store(call, replace(received, statements=[_under(wanted, received)]))
    return Response(status=204)


def _under(wanted: UUID, received: ReceivedRequest) -> ReceivedStatement:
    """Return the one statement of a PUT under the id in the parameter."""
    if received.many:
        raise BadRequest("a PUT carries one statement, not an array")
    (one,) = received.statements
    given = one.parsed.get("id", str(wanted))
    if uuid(given, "statement.id") != wanted:
        raise BadRequest("differs from the parameter statementId", "statement.id")
    return one if "id" in one.parsed else ReceivedStatement({**one.parsed, "id": given}, compose(one, {"id": given}))


def listed(ids: Sequence[UUID]) -> str:
    """Write the response to a POST."""
    return '["' + '", "'.join(map(str, ids)) + '"]' if ids else "[]"


def _store(call: Call, received: ReceivedRequest) -> list[UUID]:
    little = call.media_type != MIXED and len(call.body) <= LITTLE
    return store_received(call.mount, call.credential, call.version, received, little=little)


def store_received(
    mount: Mount, credential: Credential, version: str, received: ReceivedRequest, *, little: bool, api_key: str = ""
) -> list[UUID]:
    """Store all or nothing, signal the doorbell and return the ids; retry after a temporary conflict between transactions.

    A request with few statements and `little` data may share its transaction. Others must wait for a transaction, and a statement that
    refers to another blocks all other writers. `api_key`: the key that must still work, if it was not looked up for this request.

    Raises:
        XapiError: nothing was stored.
    """
    checked = check_received(received.statements, credential, version, many=received.many, attached=received.attached)
    plain = credential.profile is None and not any(one.refers for one in checked)
    small = little and len(checked) <= FEW and plain
    store = mount.store if small else _alone(mount)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            new = store(CheckedRequest(checked, credential, api_key))
            break
        except DBAPIError as error:
            if attempt == ATTEMPTS or getattr(error.orig, "sqlstate", None) not in PASSING:
                raise
            time.sleep(random.uniform(0, 0.02 * attempt))  # noqa: S311 - no secret: two that collided go apart
    if new and mount.announces:
        statements_stored.send(current_app._get_current_object(), count=new)  # type: ignore[attr-defined]
    return [one.id for one in checked]


def _alone(mount: Mount) -> Callable[[CheckedRequest], int]:
    return lambda requests: mount.commit([requests])[0]


def get(call: Call) -> Response:
    """Answer with one statement, or with a page of them and the address of the next page."""
    mine = None if call.credential.allows("statements/read") else owned_by(call.credential.owner)
    query = parse_query(call.parameters)
    return _one(call, query, mine) if isinstance(query, OneStatementQuery) else _many(call, query, mine)


def _one(call: Call, query: OneStatementQuery, mine: Key | None) -> Response:
    reading = call.mount.clock()
    with call.mount.readers() as session:
        through = call.mount.watermark.lately(session, reading)
        found = find_one(session, query, mine)
        if found is None:
            raise Missing(f"there is no {'voided ' if query.voided else ''}statement with the id {query.id}")
        (text,) = formatted([found.text], query.shape.format, call.languages, partial(definitions_of, session))
    response = _shaped(call, text, query.shape, [found.text])
    response.headers["Last-Modified"] = http_date(found.stored)
    return _through(response, through)


def _many(call: Call, query: StatementsQuery, mine: Key | None) -> Response:
    reading = call.mount.clock()
    with call.mount.readers() as session:
        # An ascending page ends at the horizon, so the horizon must be fresh. For other pages only the header needs it.
        watermark = call.mount.watermark.refresh if query.ascending else call.mount.watermark.lately
        through = watermark(session, reading)
        texts, last = find_many(session, query, mine, through)
        shown = ",".join(formatted(texts, query.shape.format, call.languages, partial(definitions_of, session)))
    more = f"{call.path}?more={more_of(query, last)}" if last else ""
    return _through(_shaped(call, f'{{"statements":[{shown}],"more":{json.dumps(more)}}}', query.shape, texts), through)


def _through(response: Response, through: datetime) -> Response:
    response.headers[THROUGH_HEADER] = write_instant(through)
    return response


def _shaped(call: Call, text: str, shape: ResponseShape, statements: Sequence[str]) -> Response:
    """Answer with JSON, or also with the attachments' data if the request asks for it."""
    return answer(call, text, statements) if shape.attachments else json_answer(text)
