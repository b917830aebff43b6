"""Is every valid statement returned as it was stored?"""

import json
import uuid
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.xapi.conftest import Store
from xapi.rules.equality import digest

iris = st.sampled_from(["http://a.example/1", "urn:x:y", "tag:é.example,2026:读/1", "https://a.example/?q=%20#f"])
tags = st.sampled_from(["en", "zh-Hans-CN", "x-own", "de-CH-1996"])
words = st.dictionaries(tags, st.text(max_size=8), max_size=2)
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(st.text(max_size=4), inside, max_size=2),
    max_leaves=5,
)
extensions = st.dictionaries(iris, anything, max_size=2)
agents = st.one_of(
    st.fixed_dictionaries({"mbox": st.sampled_from(["mailto:a@b.example", "mailto:读@b.example"])}, optional={"name": st.text(max_size=5)}),
    st.fixed_dictionaries({"account": st.fixed_dictionaries({"homePage": iris, "name": st.text(max_size=5)})}),
    st.fixed_dictionaries({"mbox_sha1sum": st.text("0123456789abcdefABCDEF", min_size=40, max_size=40), "objectType": st.just("Agent")}),
)
groups = st.one_of(
    st.fixed_dictionaries({"objectType": st.just("Group"), "member": st.lists(agents, min_size=1, max_size=2)}),
    st.fixed_dictionaries({"objectType": st.just("Group"), "openid": iris}, optional={"member": st.lists(agents, max_size=2)}),
)
definitions = st.fixed_dictionaries({}, optional={"name": words, "type": iris, "extensions": extensions})
activities = st.fixed_dictionaries({"id": iris}, optional={"objectType": st.just("Activity"), "definition": definitions})
references = st.fixed_dictionaries({"objectType": st.just("StatementRef"), "id": st.uuids().map(str)})
verbs = st.fixed_dictionaries({"id": iris}, optional={"display": words})
results = st.fixed_dictionaries(
    {},
    optional={
        "success": st.booleans(),
        "response": st.text(st.characters(), max_size=9),
        "duration": st.sampled_from(["PT1H", "P1DT2.5S", "P3W"]),
        "score": st.fixed_dictionaries({}, optional={"raw": st.integers(-(10**20), 10**20) | st.floats(-9, 9), "scaled": st.floats(-1, 1)}),
        "extensions": extensions,
    },
)
contexts = st.fixed_dictionaries(
    {},
    optional={
        "registration": st.uuids().map(str),
        "instructor": agents | groups,
        "team": groups,
        "language": tags,
        "contextActivities": st.dictionaries(
            st.sampled_from(["parent", "other"]), activities | st.lists(activities, max_size=2), max_size=2
        ),
        "extensions": extensions,
    },
)
timestamps = st.datetimes(timezones=st.timezones()).filter(lambda at: at.year > 1).map(lambda at: at.isoformat()[:19] + "Z")
inner = {"actor": agents | groups, "verb": verbs}
subs = st.fixed_dictionaries(
    {"objectType": st.just("SubStatement"), "object": activities | agents.map(lambda a: {"objectType": "Agent", **a}) | references, **inner}
)
objects = activities | references | subs | groups
statements = st.fixed_dictionaries({"object": objects, **inner}, optional={"result": results, "context": contexts, "timestamp": timestamps})


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(statements, min_size=1, max_size=3), st.booleans(), st.sampled_from(["1.0.3", "2.0.0"]))
def test_a_valid_statement_is_given_back_equal(store: Store, said: list[dict[str, Any]], escaped: bool, version: str) -> None:
    for one in said:
        one["id"] = str(uuid.uuid4())
    answer = store.post(_encoded(said, escaped), version=version)
    assert answer.status_code == 200, answer.text
    for one in said:
        got = store.get(statementId=one["id"], version=version).get_json()
        set_by_store = {"stored", "authority", "version"} | ({"timestamp"} - set(one))
        assert {name: value for name, value in got.items() if name not in set_by_store} == with_lists(one)
        assert digest(
            {**got, "timestamp": one["timestamp"]} if "timestamp" in one else {k: v for k, v in got.items() if k != "timestamp"}
        ) == digest(one)
        assert store.put(one["id"], one, version=version).status_code == 204


def with_lists(one: dict[str, Any]) -> dict[str, Any]:
    """A single context activity comes back in a list (XAPI-00096)."""
    given = one.get("context", {}).get("contextActivities")
    if given is None:
        return one
    listed = {name: value if isinstance(value, list) else [value] for name, value in given.items()}
    return {**one, "context": {**one["context"], "contextActivities": listed}}


def _encoded(said: list[dict[str, Any]], escaped: bool) -> bytes:
    """Write JSON with or without escapes; half surrogate pairs, which UTF-8 has no bytes for, are always escaped."""
    text = json.dumps(said, ensure_ascii=escaped)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(said).encode()
