"""When are two statements with one id the same statement?"""

from typing import Any

import pytest

from xapi.rules.equality import digest

ANNA, BO = {"mbox": "mailto:anna@example.org"}, {"mbox": "mailto:bo@example.org"}
AROUND: dict[str, Any] = {"parent": [{"id": "http://p.example"}], "other": [{"id": "http://x.example"}, {"id": "http://y.example"}]}
ONE: dict[str, Any] = {
    "actor": {"objectType": "Group", "member": [ANNA, BO]},
    "verb": {"id": "http://v.example"},
    "object": {"id": "http://a.example", "definition": {"name": {"en": "A"}}},
    "result": {"duration": "PT1.23S", "score": {"raw": 1}, "extensions": {"http://e.example": [2, 1]}},
    "context": {
        "registration": "5c6c8f0e-9d0a-4f67-9d43-5ef7f8d7a6b1",
        "contextActivities": AROUND,
    },
    "timestamp": "2026-03-01T10:00:00Z",
}


def _with(place: str, value: Any) -> dict[str, Any]:
    changed = {**ONE, **({place: value} if "." not in place else {})}
    if "." in place:
        top, below = place.split(".")
        changed[top] = {**ONE[top], below: value}
    return changed


SAME: list[tuple[str, dict[str, Any]]] = [
    ("properties that the store sets", {**ONE, "id": "x", "stored": "2026-01-01T00:00:00Z", "authority": ANNA, "version": "1.0.3"}),
    ("the order of properties", dict(reversed(list(ONE.items())))),
    ("the order of members", _with("actor.member", [BO, ANNA])),
    ("the order of context activities", _with("context.contextActivities", {**AROUND, "other": AROUND["other"][::-1]})),
    ("a single context activity outside a list", _with("context.contextActivities", {**AROUND, "parent": AROUND["parent"][0]})),
    ("a duration's thousandths", _with("result.duration", "PT1.239S")),
    ("a whole number as a decimal", _with("result.score", {"raw": 1.0})),
    ("the same instant in another zone", _with("timestamp", "2026-03-01T18:00:00.000+08:00")),
    ("a registration in capitals", _with("context.registration", "5C6C8F0E-9D0A-4F67-9D43-5EF7F8D7A6B1")),
    ("a verb's display, which is not part of the statement", _with("verb.display", {"en": "did"})),
    ("an activity's definition, which is not part of the statement", _with("object.definition", {"name": {"en": "B"}})),
]  # fmt: skip
DIFFERENT: list[tuple[str, dict[str, Any]]] = [
    ("another actor", _with("actor", ANNA)),
    ("a member less", _with("actor.member", [ANNA])),
    ("another object", _with("object.id", "http://b.example")),
    ("another duration", _with("result.duration", "PT1.24S")),
    ("another score", _with("result.score", {"raw": 1.5})),
    ("the order inside an extension", _with("result.extensions", {"http://e.example": [1, 2]})),
    ("a decimal in an extension", _with("result.extensions", {"http://e.example": [2.0, 1]})),
    ("another instant", _with("timestamp", "2026-03-01T10:00:00.001Z")),
    ("no timestamp", {name: value for name, value in ONE.items() if name != "timestamp"}),
    ("no result", {name: value for name, value in ONE.items() if name != "result"}),
]


@pytest.mark.parametrize("other", [case[1] for case in SAME], ids=[case[0] for case in SAME])
def test_it_stays_the_same_statement(other: dict[str, Any]) -> None:
    assert digest(other) == digest(ONE)


@pytest.mark.parametrize("other", [case[1] for case in DIFFERENT], ids=[case[0] for case in DIFFERENT])
def test_it_is_another_statement(other: dict[str, Any]) -> None:
    assert digest(other) != digest(ONE)


def test_half_a_surrogate_pair_has_a_digest() -> None:
    assert digest(_with("result.response", "\ud83d")) != digest(_with("result.response", "\ud83e"))


RICH: dict[str, Any] = {
    **ONE,
    "object": {
        "objectType": "SubStatement",
        "actor": {"objectType": "Group", "mbox": "mailto:g@example.org", "member": [BO, ANNA]},
        "verb": {"id": "http://v.example", "display": {"en": "did", "zh": "做了"}},
        "object": {"id": "http://a.example", "definition": {"type": "http://t.example"}},
        "result": {"score": {"scaled": 1.0, "raw": 0.5, "min": -2.0}, "success": True, "response": "答"},
        "timestamp": "2026-03-01T10:00:00.5+08:00",
    },
    "context": {
        "instructor": {"objectType": "Group", "member": [BO, ANNA]},
        "team": {"objectType": "Group", "member": [BO, ANNA]},
        "contextActivities": {"category": {"id": "http://c.example", "definition": {}}},
        "contextAgents": [{"objectType": "contextAgent", "agent": one} for one in (BO, ANNA)],
        "contextGroups": [{"objectType": "contextGroup", "group": {"objectType": "Group", "member": [BO, ANNA]}}],
        "extensions": {"http://e.example": [1.0, None, "\ud83d", 2**70]},
    },
    "attachments": [
        {"usageType": f"http://u.example/{n}", "display": {}, "contentType": "a/b", "length": 1, "sha2": "a" * 64} for n in "ba"
    ],
}


@pytest.mark.parametrize(
    ("statement", "kept"),
    [
        (ONE, "84f0d18ba7db27529c7824bf3f51dedb61682b3ce540e863911e3a31be23cbdf"),
        (RICH, "1b7636784fe5fcc146f69df3fcf744e55ead3c251750c8402d7c52b7305b3eb9"),
        (
            _with("object", {"objectType": "Group", "member": [BO, ANNA]}),
            "f464d16fba4c0fc9e6553a31576021485cb86ccff5c994948e6459312c95a53e",
        ),
    ],
)
def test_digests_that_are_kept_stay_true(statement: dict[str, Any], kept: str) -> None:
    assert digest(statement) == kept
