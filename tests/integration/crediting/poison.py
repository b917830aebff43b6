"""Statements that crediting cannot process, for tests of crediting and of the pages about them."""

import base64
from typing import Any

import xapi.storage.keys
import xapi.storage.outbox
from lms import vocabulary as v
from tests.factories import World


def parked(world: World) -> list[xapi.storage.outbox.Parked]:
    found: list[xapi.storage.outbox.Parked] = world.act(lambda session: xapi.storage.outbox.parked(session, 100))
    return found


def send(world: World, body: str) -> str:
    """Send a statement as another system does, byte for byte."""
    key, secret = world.act(lambda session: xapi.storage.keys.add_key(session, "provider", ("all",), now=world.clock()))
    headers = {
        "Authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode(),
        "X-Experience-API-Version": "1.0.3",
    }
    answer = world.app.test_client().post("/xapi/statements", data=body.encode(), headers=headers, content_type="application/json")
    assert answer.status_code == 200, answer.text
    identifier: str = answer.json[0]
    return identifier


def body_of(world: World, **properties: Any) -> dict[str, Any]:
    subject = world.subject("reading")
    return {
        "actor": subject.actor,
        "verb": {"id": v.TERMINATED},
        "object": {"id": subject.iri},
        "context": {"registration": str(subject.registration)},
        **properties,
    }
