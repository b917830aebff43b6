"""Helpers for tests of the three document resources: where test documents belong and how to send requests."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.integration.xapi.conftest import ACTIVITY, ANNA, Store

REGISTRATION = "5c6c8f0e-9d0a-4f67-9d43-5ef7f8d7a6b1"
VERSIONS = ("1.0.3", "2.0.0")
JSON = "application/json"


@dataclass(frozen=True)
class Resource:
    """A document resource; `place` has the parameters of the tests' documents, `id` is the parameter that names one document."""

    path: str
    place: dict[str, Any]
    id: str

    def __str__(self) -> str:
        return self.path

    def at(self, name: str | None = "bookmark", **other: Any) -> dict[str, str]:
        """Parameters of one document, or of all documents at the place; None leaves a parameter out."""
        whole = {**self.place, self.id: name, **other}
        return {key: value if isinstance(value, str) else json.dumps(value) for key, value in whole.items() if value is not None}


STATE = Resource("activities/state", {"activityId": ACTIVITY, "agent": ANNA}, "stateId")
ACTIVITY_PROFILE = Resource("activities/profile", {"activityId": ACTIVITY}, "profileId")
AGENT_PROFILE = Resource("agents/profile", {"agent": ANNA}, "profileId")
RESOURCES = (STATE, ACTIVITY_PROFILE, AGENT_PROFILE)


def send(
    store: Store, method: str, resource: Resource, content: Any = None, *, at: dict[str, str] | None = None, **how: Any
) -> TestResponse:
    """Send a request about documents; `content` is sent as JSON unless it is bytes."""
    if content is not None:
        how["data"] = content if isinstance(content, bytes) else json.dumps(content).encode()
        how.setdefault("content_type", JSON)
    return store.ask(method, resource.path, query_string=resource.at() if at is None else at, **how)


def put(store: Store, resource: Resource, content: Any, **how: Any) -> TestResponse:
    """PUT a new document."""
    return send(store, "PUT", resource, content, **{"headers": {"If-None-Match": "*"}, **how})


def held(store: Store, resource: Resource, **how: Any) -> Any:
    """GET the content of a document, or None if there is none."""
    answer = send(store, "GET", resource, **how)
    if answer.status_code == 404:
        return None
    assert answer.status_code == 200, answer.text
    return answer.json if answer.mimetype == JSON else answer.data


def new_id() -> str:
    """A UUID."""
    return str(uuid.uuid4())
