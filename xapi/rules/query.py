"""Read the parameters of a request for statements. (1.0.3 Communication 2.1.3; 2.0 4.1.6.1) Pure.

A `more` link carries the whole query and the place to continue from. It is read by the same rules as a first request, so it
grants nothing that a request could not ask for.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from xapi.errors import BadRequest
from xapi.rules.actor import actor, key_of
from xapi.rules.indexing import Key, Usage, iri_key
from xapi.rules.statement_json import parse
from xapi.rules.values import EPOCH, MICROSECOND, iri, one_of, timestamp, uuid

MOST_RESULTS = 500
LONGEST_LIMIT = 9  # digits; no client needs a larger limit
LAST_SID = 2**63 - 1  # the largest value of a database's BIGINT
MANY_ONLY = ("agent", "verb", "activity", "registration", "related_activities", "related_agents", "since", "until", "limit", "ascending")
KNOWN = {"statementId", "voidedStatementId", "format", "attachments", *MANY_ONLY}


class Cursor(NamedTuple):
    """The place of a statement in the order of storing."""

    stored: datetime
    sid: int


@dataclass(frozen=True, slots=True)
class ResponseShape:
    """The form of the response."""

    format: str = "exact"
    attachments: bool = False


@dataclass(frozen=True, slots=True)
class OneStatementQuery:
    """A query for one statement by its id: an ordinary one or a voided one."""

    id: UUID
    voided: bool
    shape: ResponseShape


@dataclass(frozen=True, slots=True)
class StatementsQuery:
    """A query for the statements that have all `keys`, in the order of storing."""

    keys: tuple[Key, ...]
    since: datetime | None
    until: datetime | None
    limit: int
    ascending: bool
    shape: ResponseShape
    asked: Mapping[str, str] = field(default_factory=dict)
    after: Cursor | None = None


def parse_query(parameters: Mapping[str, str]) -> OneStatementQuery | StatementsQuery:
    """Read a request's parameters.

    Raises:
        BadRequest: an unknown parameter (names are case-sensitive, XAPI-00325), one that cannot be combined with an id, or a bad value.
    """
    if "more" in parameters:
        return _go_on(parameters)
    for name in parameters:
        if name not in KNOWN:
            raise BadRequest("is not a parameter here (names are case-sensitive)", name)
    shape = ResponseShape(
        one_of("ids", "exact", "canonical")(parameters.get("format", "exact"), "format"), _flag(parameters, "attachments")
    )
    ids = [name for name in ("statementId", "voidedStatementId") if name in parameters]
    if not ids:
        return _many(parameters, shape)
    besides = [name for name in parameters if name in MANY_ONLY or name in ids[1:]]
    if besides:
        raise BadRequest(f"cannot be combined with {ids[0]} (XAPI-00150, -00151)", besides[0])
    return OneStatementQuery(uuid(parameters[ids[0]], ids[0]), ids[0] == "voidedStatementId", shape)


def _many(parameters: Mapping[str, str], shape: ResponseShape) -> StatementsQuery:
    instants = {name: timestamp(parameters[name], name) if name in parameters else None for name in ("since", "until")}
    return StatementsQuery(
        keys=tuple(_keys(parameters)),
        since=instants["since"],
        until=instants["until"],
        limit=_limit(parameters),
        ascending=_flag(parameters, "ascending"),
        shape=shape,
        asked=parameters,
    )


def _keys(parameters: Mapping[str, str]) -> list[Key]:
    """Return the keys asked for; those that match few statements come first."""
    any_agent, any_activity = _flag(parameters, "related_agents"), _flag(parameters, "related_activities")
    found: list[Key] = []
    if "registration" in parameters:
        found.append((uuid(parameters["registration"], "registration"), Usage.REGISTRATION))
    if "agent" in parameters:
        found.append((_agent_key(parameters["agent"]), Usage.ANY_AGENT if any_agent else Usage.AGENT))
    if "activity" in parameters:
        found.append((iri_key(iri(parameters["activity"], "activity")), Usage.ANY_ACTIVITY if any_activity else Usage.ACTIVITY))
    if "verb" in parameters:
        found.append((iri_key(iri(parameters["verb"], "verb")), Usage.VERB))
    return found


def _agent_key(text: str) -> UUID:
    whoever = parse_json(text, "agent")
    actor(whoever, "agent")
    key = key_of(whoever)
    if key is None:
        raise BadRequest("must be an Agent or an identified Group", "agent")
    return key


def parse_json(text: str, path: str) -> Any:
    """Read a parameter that is JSON."""
    try:
        return parse(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest("is not JSON", path) from error
    except BadRequest as error:
        raise BadRequest(error.message, path) from error


def _flag(parameters: Mapping[str, str], name: str) -> bool:
    return bool(one_of("true", "false")(parameters.get(name, "false"), name) == "true")


def _limit(parameters: Mapping[str, str]) -> int:
    """Return how many statements a page has; 0 or no limit means the store's own page size."""
    given = parameters.get("limit", "0")
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST_LIMIT):
        raise BadRequest("must be a whole number, 0 or more", "limit")
    return min(int(given) or MOST_RESULTS, MOST_RESULTS)


def more_of(query: StatementsQuery, last: Cursor) -> str:
    """Return the text of a `more` link that continues after `last`."""
    place = [(last.stored - EPOCH) // MICROSECOND, last.sid]
    return base64.urlsafe_b64encode(json.dumps([dict(query.asked), place], separators=(",", ":")).encode()).decode().rstrip("=")


def _go_on(parameters: Mapping[str, str]) -> StatementsQuery:
    token = parameters["more"]
    try:
        asked, (micros, sid) = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        after = Cursor(EPOCH + int(micros) * MICROSECOND, int(sid))
        asked = {str(name): str(value) for name, value in asked.items() if name != "more"}
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError, binascii.Error) as error:
        raise BadRequest("is not a link from this store", "more") from error
    query = parse_query(asked)
    if len(parameters) > 1 or not isinstance(query, StatementsQuery) or not 0 <= after.sid <= LAST_SID:
        raise BadRequest("is not a link from this store", "more")
    return replace(query, after=after)
