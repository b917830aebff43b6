"""Statements of one launch to observe."""

import uuid
from datetime import UTC, datetime
from typing import Any

from lms import vocabulary as v
from lms.crediting.observe import ActivityRule, Launched, Trust

SITE = "https://lms.example"

IRI = v.activity_iri(SITE, "c1", "film")

OPEN = ActivityRule("c1:film", IRI, server_graded=False)

REGISTRATION = uuid.UUID(int=7)

OPENED = int(datetime(2026, 3, 1, 10, tzinfo=UTC).timestamp())

TRUST = Trust(SITE, frozenset({"provider"}), {(REGISTRATION, "film"): (Launched("launch", OPENED),)})

CONTEXT = {v.LAUNCH: "launch", v.DEVICE: "phone", v.OPENED: "2026-03-01T10:00:00.400Z"}


def statement(verb: str, authority: str = "player", *, about: str = IRI, result: Any = None, **context: Any) -> dict[str, Any]:
    return {
        "verb": {"id": verb},
        "object": {"id": about},
        "authority": {"objectType": "Agent", "account": {"homePage": SITE, "name": authority}},
        "result": result or {},
        "context": {"registration": str(REGISTRATION), "extensions": {**CONTEXT, **context}},
        "timestamp": "2019-01-01T00:00:00Z",  # the learner's clock: it says nothing here
        "stored": "2026-03-01T10:10:00.900Z",
    }


def segments(text: object, **context: Any) -> dict[str, Any]:
    return statement(v.PAUSED, result={"extensions": {v.PLAYED_SEGMENTS: text}}, **context)
