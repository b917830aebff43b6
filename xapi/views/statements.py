"""The statements resource: POST, PUT and GET. (1.0.3 Communication 2.1; 2.0 4.1.6.1)"""

import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from flask import Response, current_app, json
from sqlalchemy.exc import DBAPIError
from werkzeug.http import http_date

from xapi.admission import Admitted, admit, write_instant
from xapi.consistency import announce
from xapi.doorbell import statements_stored
from xapi.errors import BadRequest, Missing
from xapi.finding import find_many, find_one, owned_by
from xapi.formats import formatted
from xapi.indexing import Key
from xapi.known import definitions_of
from xapi.query import Many, One, Shape, more_of, parse_query
from xapi.reading import Received
from xapi.store import insert_admitted
from xapi.values import uuid
from xapi.views.answers import THROUGH_HEADER, json_answer
from xapi.views.call import Call
from xapi.views.mixed import Taken, answer, take

ATTEMPTS = 4
PASSING = {"40P01", "40001"}  # deadlock, serialisation: the same again succeeds


def post(call: Call) -> Response:
    """Store one statement or a batch; answer with the ids in order."""
    if call.parameters:
        raise BadRequest("is not a parameter of a POST", next(iter(call.parameters)))
    with ExitStack() as held:
        ids = _store(call, take(call, held))
    return json_answer(json.dumps([str(one) for one in ids]))


def put(call: Call) -> Response:
    """Store one statement under the id that the request names."""
    unknown = [name for name in call.parameters if name != "statementId"]
    if unknown or "statementId" not in call.parameters:
        raise BadRequest("is not a parameter of a PUT" if unknown else "is missing", unknown[0] if unknown else "statementId")
    wanted = uuid(call.parameters["statementId"], "statementId")
    with ExitStack() as held:
        taken = take(call, held)
        _store(call, replace(taken, statements=[_under(wanted, taken)]))
    return Response(status=204)


def _under(wanted: UUID, taken: Taken) -> Received:
    """Return the one statement of a PUT under the id of the request."""
    if taken.many:
        raise BadRequest("a PUT carries one statement, not an array")
    (one,) = taken.statements
    given = one.parsed.get("id", str(wanted))
    if uuid(given, "statement.id") != wanted:
        raise BadRequest("differs from the parameter statementId", "statement.id")
    return Received({"id": given, **one.parsed}, {"id": json.dumps(given), **one.raw})


def _store(call: Call, taken: Taken) -> list[UUID]:
    """Store all or nothing and ring the bell; what a passing conflict between transactions undid is done again."""
    admitted = admit(taken.statements, call.credential, call.version, many=taken.many, attached=taken.attached)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            new = _in_one_transaction(call, admitted)
            break
        except DBAPIError as error:
            if attempt == ATTEMPTS or getattr(error.orig, "sqlstate", None) not in PASSING:
                raise
            time.sleep(random.uniform(0, 0.02 * attempt))  # noqa: S311 - no secret: two that collided go apart
    if new:
        statements_stored.send(current_app._get_current_object(), count=new)  # type: ignore[attr-defined]
    return [one.id for one in admitted]


def _in_one_transaction(call: Call, admitted: Sequence[Admitted]) -> int:
    clock = call.mount.clock
    with call.mount.writers() as session:
        announce(session, clock(), referring=any(one.refers for one in admitted))
        new = insert_admitted(session, admitted, call.credential, clock())
        session.commit()
        return new


def get(call: Call) -> Response:
    """Answer with one statement, or with a page of them and where to go on."""
    mine = None if call.credential.allows("statements/read") else owned_by(call.credential.owner)
    query = parse_query(call.parameters)
    return _one(call, query, mine) if isinstance(query, One) else _many(call, query, mine)


def _one(call: Call, query: One, mine: Key | None) -> Response:
    reading = call.mount.clock()
    with call.mount.readers() as session:
        through = call.mount.watermark.refresh(session, reading)
        found = find_one(session, query, mine)
        if found is None:
            raise Missing(f"there is no {'voided ' if query.voided else ''}statement with the id {query.id}")
        (text,) = formatted([found.text], query.shape.format, call.languages, partial(definitions_of, session))
    response = _shaped(call, text, query.shape, [found.text])
    response.headers["Last-Modified"] = http_date(found.stored)
    return _through(response, through)


def _many(call: Call, query: Many, mine: Key | None) -> Response:
    reading = call.mount.clock()
    with call.mount.readers() as session:
        through = call.mount.watermark.refresh(session, reading)
        texts, last = find_many(session, query, mine, through)
        shown = ",".join(formatted(texts, query.shape.format, call.languages, partial(definitions_of, session)))
    more = f"{call.path}?more={more_of(query, last)}" if last else ""
    return _through(_shaped(call, f'{{"statements":[{shown}],"more":{json.dumps(more)}}}', query.shape, texts), through)


def _through(response: Response, through: datetime) -> Response:
    response.headers[THROUGH_HEADER] = write_instant(through)
    return response


def _shaped(call: Call, text: str, shape: Shape, statements: Sequence[str]) -> Response:
    """Answer with JSON, or with the attachments' data after it where that is asked for."""
    return answer(call, text, statements) if shape.attachments else json_answer(text)
