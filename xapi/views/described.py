"""The activities and agents resources: what the store knows about one of them. (1.0.3 Communication 2.4, 2.5; 2.0 4.1.6.3, .4)"""

from typing import Any

from flask import Response, json

from xapi.errors import BadRequest
from xapi.rules.actor import IDENTIFIERS
from xapi.rules.auth import pin_activity, pin_actor
from xapi.rules.document_key import parse_agent
from xapi.rules.etag import etag_of
from xapi.rules.values import iri
from xapi.storage.definitions import definitions_of, names_of
from xapi.views.answers import json_answer, tagged
from xapi.views.call import Call


def activity(call: Call) -> Response:
    """Answer with an activity: its id, and the merged definition if statements gave one (XAPI-00254)."""
    asked = iri(_only(call, "activityId"), "activityId")
    pin_activity(asked, call.credential, "activityId")
    with call.mount.readers() as session:
        known = definitions_of(session, [asked])
    return _answer(call, {"objectType": "Activity", "id": asked, **({"definition": known[asked]} if asked in known else {})})


def person(call: Call) -> Response:
    """Answer with a Person: the agent's identifier, and the names that statements gave it (XAPI-00248).

    A client that may read only its own statements gets only the name that it sent itself.
    """
    agent = parse_agent(_only(call, "agent"))
    pin_actor(agent, call.credential, "agent")
    said = [agent["name"]] if "name" in agent else []
    if call.credential.allows("statements/read"):
        with call.mount.readers() as session:
            said = list(dict.fromkeys([*names_of(session, agent), *said]))
    identified = {name: [agent[name]] for name in IDENTIFIERS if name in agent}
    return _answer(call, {"objectType": "Person", **({"name": said} if said else {}), **identified})


def _only(call: Call, name: str) -> str:
    """Return the only parameter of this resource."""
    for given in call.parameters:
        if given != name:
            raise BadRequest("is not a parameter here (names are case-sensitive)", given)
    if name not in call.parameters:
        raise BadRequest("is missing", name)
    return call.parameters[name]


def _answer(call: Call, what: dict[str, Any]) -> Response:
    body = json.dumps(what, sort_keys=False)
    return tagged(json_answer(body), etag_of(body.encode()), call.headers)
