"""Requests of an attacker, or of a broken program, drawn from a seed.

Each begins as a valid request; then a few values in it are replaced by dangerous ones.
"""

import gzip
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.property.xapi.breaking import FORM, HEADERS, JSON, TEXTS, quoted, spoilt_json

VERSIONS = ("1.0.3", "2.0.0")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
AGENT = {"objectType": "Agent", "name": "安娜", "mbox": "mailto:anna@school.example"}
ACTIVITY = "https://courses.example/ethics/1"
SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"


@dataclass
class Asked:
    """A request."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str | None = None


def drawn(chance: Random) -> Asked:
    """Return one request: valid at first, then damaged in one to three places (or, now and then, in none)."""
    asked = chance.choice(SOUND)(chance)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        chance.choice(SPOILING)(chance, asked)
    return asked


# ── Sound requests ──


def whole_statement(chance: Random) -> dict[str, Any]:
    """Return a statement with everything that a statement may have."""
    activity = {
        "objectType": "Activity",
        "id": ACTIVITY,
        "definition": {
            "name": {"zh-CN": "师德", "en": "Ethics"},
            "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
            "moreInfo": "https://courses.example/more",
            "interactionType": "choice",
            "correctResponsesPattern": ["a[,]b"],
            "choices": [{"id": "a", "description": {"en": "A"}}, {"id": "b"}],
            "extensions": {"https://x.example/e": {"deep": [1, None, "\u0000"]}},
        },
    }
    group = {"objectType": "Group", "name": "一班", "member": [AGENT, {"account": {"homePage": "https://s.example", "name": "bo"}}]}
    reference = {"objectType": "StatementRef", "id": str(uuid.UUID(int=chance.getrandbits(128), version=4))}
    inner = {"objectType": "SubStatement", "actor": group, "verb": {"id": "https://v.example/read"}, "object": activity}
    return {
        "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "actor": chance.choice((AGENT, group)),
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"en": "completed"}},
        "object": chance.choice((activity, {**AGENT}, group, reference, inner)),
        "result": {
            "score": {"scaled": 0.5, "raw": 5, "min": 0, "max": 10},
            "success": True,
            "completion": False,
            "response": "a[,]b",
            "duration": "PT1H2M3.4S",
            "extensions": {"https://x.example/r": 10**20},
        },
        "context": {
            "registration": "7d9c7ad4-0a3b-4b7d-8f4b-7e51e4b2a001",
            "instructor": AGENT,
            "team": group,
            "contextActivities": {"parent": [{"id": ACTIVITY}], "category": {"id": "https://c.example"}},
            "language": "zh-CN",
            "statement": reference,
            "extensions": {},
        },
        "timestamp": "2026-03-01T08:00:00.123Z",
        "attachments": [
            {
                "usageType": "https://a.example/note",
                "display": {"en": "note"},
                "contentType": "text/plain",
                "length": 5,
                "sha2": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
                "fileUrl": "https://files.example/hello",
            }
        ],
    }


def _statement(chance: Random) -> dict[str, Any]:
    statement = whole_statement(chance)
    kind = statement["object"].get("objectType")
    if kind != "Activity":
        statement["context"].pop("contextActivities", None) if chance.random() < 1 / 4 else None
    for name in ("result", "context", "timestamp", "attachments"):
        if chance.random() < 1 / 3:
            del statement[name]
    return statement


def _asked(chance: Random, method: str, path: str, **more: Any) -> Asked:
    headers = {"X-Experience-API-Version": chance.choice(VERSIONS)}
    return Asked(method, path, headers=headers | more.pop("headers", {}), **more)


def _posted(chance: Random) -> Asked:
    body = [_statement(chance) for _ in range(chance.randint(1, 3))] if chance.random() < 1 / 2 else _statement(chance)
    return _asked(chance, "POST", "statements", body=spoilt_json(chance, body), content_type=JSON)


def _put(chance: Random) -> Asked:
    body = _statement(chance)
    return _asked(chance, "PUT", "statements", query={"statementId": body["id"]}, body=spoilt_json(chance, body), content_type=JSON)


def _attached(chance: Random) -> Asked:
    body = whole_statement(chance)
    del body["attachments"][0]["fileUrl"]
    if chance.random() < 1 / 3:
        body["attachments"][0].update(usageType=SIGNATURE, contentType="application/octet-stream")
    sha2 = body["attachments"][0]["sha2"].encode()
    parts = [
        f"--b\r\nContent-Type: {JSON}\r\n\r\n".encode() + spoilt_json(chance, body),
        b"--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: "
        + sha2
        + b"\r\n\r\n"
        + chance.choice((b"hello", b"", b"hell", b"a.b.c", b"\xff" * 9_000, b"--b")),
        chance.choice((b"--b--\r\n", b"--b--", b"--b", b"")),
    ]
    return _asked(chance, "POST", "statements", body=b"\r\n".join(parts), content_type="multipart/mixed; boundary=b")


def _sought(chance: Random) -> Asked:
    query = {
        "agent": json.dumps(AGENT),
        "verb": "http://adlnet.gov/expapi/verbs/completed",
        "activity": ACTIVITY,
        "registration": "7d9c7ad4-0a3b-4b7d-8f4b-7e51e4b2a001",
        "related_activities": "true",
        "related_agents": "true",
        "since": "2026-01-01T00:00:00Z",
        "until": "2026-12-31T00:00:00Z",
        "limit": "3",
        "format": "canonical",
        "attachments": "true",
        "ascending": "true",
        "more": "x",
    }
    chosen = chance.sample(sorted(query), chance.randint(0, 5))
    return _asked(chance, chance.choice(("GET", "HEAD")), "statements", query={name: query[name] for name in chosen})


def _by_id(chance: Random) -> Asked:
    name = chance.choice(("statementId", "voidedStatementId"))
    return _asked(chance, "GET", "statements", query={name: str(uuid.UUID(int=chance.getrandbits(128), version=4))})


def _document(chance: Random) -> Asked:
    path, query = chance.choice(
        (
            (
                "activities/state",
                {"activityId": ACTIVITY, "agent": json.dumps(AGENT), "stateId": "s", "registration": str(uuid.UUID(int=1, version=4))},
            ),
            ("activities/profile", {"activityId": ACTIVITY, "profileId": "p"}),
            ("agents/profile", {"agent": json.dumps(AGENT), "profileId": "p"}),
        )
    )
    method = chance.choice(("PUT", "POST", "GET", "HEAD", "DELETE"))
    if method == "GET" and chance.random() < 1 / 2:
        query = {name: value for name, value in query.items() if name not in {"stateId", "profileId"}} | {"since": "2026-01-01T00:00:00Z"}
    headers = chance.choice(({}, {"If-None-Match": "*"}, {"If-Match": "*"}))
    body = spoilt_json(chance, {"a": [1, {"b": None}], "c": "安"}) if method in {"PUT", "POST"} else None
    kind = chance.choice((JSON, "text/plain")) if body is not None else None
    return _asked(chance, method, path, query=dict(query), headers=headers, body=body, content_type=kind)


def _described(chance: Random) -> Asked:
    if chance.random() < 1 / 2:
        return _asked(chance, "GET", "activities", query={"activityId": ACTIVITY})
    return _asked(chance, "GET", "agents", query={"agent": json.dumps(AGENT)})


def _token(chance: Random) -> Asked:
    body = chance.choice(
        (
            b"grant_type=client_credentials",
            b"grant_type=client_credentials&scope=state",
            b"grant_type=password",
            b"%ff=%00&&&=",
            b"a=" * 300,
        )
    )
    return _asked(chance, "POST", "oauth/token", body=body, content_type=FORM)


def _hidden(chance: Random) -> Asked:
    """A request in the alternate syntax."""
    inner = chance.choice((_posted, _put, _sought, _document))(chance)
    form = [*inner.query.items(), *inner.headers.items(), ("Content-Type", inner.content_type or JSON)]
    if inner.body is not None:
        form.append(("content", inner.body.decode("utf-8", "surrogateescape")))
    body = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in form).encode()
    return _asked(chance, "POST", inner.path, query={"method": inner.method}, body=body, content_type=FORM)


def _elsewhere(chance: Random) -> Asked:
    return _asked(
        chance,
        chance.choice(METHODS),
        chance.choice(("about", "nothing", "statements/x", "%00", "%ff", "activities/state/", "..%2fstatements", "é")),
    )


SOUND: tuple[Callable[[Random], Asked], ...] = (
    _posted,
    _posted,
    _put,
    _attached,
    _sought,
    _by_id,
    _document,
    _document,
    _described,
    _token,
    _hidden,
    _elsewhere,
)


# ── Spoiling ──


def _spoil_query(chance: Random, asked: Asked) -> None:
    name = chance.choice([*asked.query, "x", "StatementId", "limit", "since", "agent", "method", "\u0000", ""])
    if name in asked.query and chance.random() < 1 / 4:
        del asked.query[name]
    else:
        asked.query[name] = chance.choice(TEXTS)


def _spoil_headers(chance: Random, asked: Asked) -> None:
    name = chance.choice(sorted(HEADERS))
    asked.headers[name] = chance.choice(HEADERS[name])


def _spoil_body(chance: Random, asked: Asked) -> None:
    body = asked.body or b""
    cut = chance.randint(0, len(body))
    asked.body = chance.choice(
        (
            body[:cut],
            body[:cut] + b"\xff\xfe\x00" + body[cut:],
            b"\xef\xbb\xbf" + body,
            body + body,
            b"\x00" * 50,
            b"",
            b"null",
            b"[]",
            b"[[]]",
            b"1",
            b"[" * 50_000,
            gzip.compress(body),
            body.decode("utf-8", "replace").encode("utf-16"),
            b'"' + b"a" * 200_000,
            b"--b\r\n\r\n--b--",
            b"\r\n" * 500,
        )
    )


def _spoil_method(chance: Random, asked: Asked) -> None:
    asked.method = chance.choice(METHODS)


def _spoil_path(chance: Random, asked: Asked) -> None:
    asked.path = chance.choice(
        ("statements", "activities", "agents", "activities/state", "activities/profile", "agents/profile", "about", "oauth/token")
    )


SPOILING: tuple[Callable[[Random, Asked], None], ...] = (
    _spoil_query,
    _spoil_query,
    _spoil_headers,
    _spoil_headers,
    _spoil_body,
    _spoil_method,
    _spoil_path,
)
