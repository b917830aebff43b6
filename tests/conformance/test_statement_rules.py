"""Does the store accept every statement that xAPI allows, and refuse every other with the path?"""

import uuid
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.conformance.documents import VERSIONS
from tests.conformance.statement_cases import ANNA, BAD, FIRST_BAD, FIRST_GOOD, GONE, GOOD, REF, SECOND_BAD, SECOND_GOOD, WHOLE, Case
from tests.integration.xapi.conftest import Store, statement
from xapi.errors import BadRequest
from xapi.rules.statement import check
from xapi.storage.models import StatementRow


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the complete statement with `value` at `path`; properties that do not fit an object of another type are left out."""
    whole = deepcopy(WHOLE)
    *above, last = path.split(".")
    inside: Any = whole
    for name in above:
        inside = inside[int(name)] if name.isdigit() else inside[name]
    if value is GONE:
        del inside[last]
    else:
        inside[last] = value
    return whole


def _named(cases: list[Case]) -> list[Any]:
    return [pytest.param(path, value, id=f"{number}-{requirement}-{path}") for number, (requirement, path, value) in enumerate(cases)]


def whole(path: str, value: Any) -> dict[str, Any]:
    """Return the complete statement with everything that fits `value`."""
    statement = changed(path, value)
    if statement["object"].get("objectType", "Activity") != "Activity":
        del statement["context"]["revision"], statement["context"]["platform"]
    return statement


@pytest.mark.parametrize("version", VERSIONS)
def test_a_statement_with_everything_is_taken(version: str) -> None:
    check(WHOLE, version=version)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("path", "value"), _named(GOOD))
def test_what_the_specification_allows_is_taken(path: str, value: Any, version: str) -> None:
    check(whole(path, value), version=version)


@pytest.mark.parametrize(("path", "value"), _named(GOOD))
def test_what_is_allowed_is_stored_and_given_back(every_test_store: Store, path: str, value: Any) -> None:
    said = {**whole(path, value), "id": str(uuid.uuid4()), "attachments": []}
    assert every_test_store.put(said["id"], said).status_code == 204
    found = every_test_store.get(statementId=said["id"]).json
    set_by_store = {"stored", "authority", "version"}
    asked_for = {name: item for name, item in said.items() if name not in set_by_store}
    around = asked_for["context"]["contextActivities"]
    around.update({name: [one] for name, one in around.items() if isinstance(one, dict)})
    assert {name: item for name, item in found.items() if name not in set_by_store} == asked_for


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("path", "value"), _named(BAD))
def test_what_the_specification_forbids_is_refused_by_its_path(path: str, value: Any, version: str) -> None:
    with pytest.raises(BadRequest) as refused:
        check(changed(path, value), version=version)
    assert refused.value.message
    top = path.partition(".")[0]
    assert refused.value.path.startswith((f"statement.{top}", "statement.context.revision"))


@pytest.mark.parametrize(("path", "value"), _named(BAD))
def test_what_is_forbidden_is_a_400_and_stores_nothing(every_test_store: Store, path: str, value: Any) -> None:
    """XAPI-00182: a refused request changes nothing, not even by a valid statement in it."""
    before = every_test_store.count(StatementRow)
    refused = every_test_store.post([statement(), changed(path, value)])
    assert (refused.status_code, refused.mimetype) == (400, "application/problem+json")
    assert refused.json["path"].startswith("statements[1].")
    assert every_test_store.count(StatementRow) == before


@pytest.mark.parametrize(("path", "value"), _named(FIRST_GOOD))
def test_what_1_0_3_allows_beyond_2_0_is_taken_and_given_back(every_test_store: Store, path: str, value: Any) -> None:
    sent = changed(path, value)
    (identifier,) = every_test_store.stored({**sent, "id": str(uuid.uuid4())})
    assert every_test_store.get(statementId=identifier).json[path] == value


@pytest.mark.parametrize(("path", "value"), _named(FIRST_BAD))
def test_what_only_2_0_has_is_refused_in_1_0_3(path: str, value: Any) -> None:
    with pytest.raises(BadRequest):
        check(changed(path, value), version="1.0.3")


@pytest.mark.parametrize(("path", "value"), SECOND_GOOD, ids=range(len(SECOND_GOOD)))
def test_what_2_0_allows_is_taken(path: str, value: Any) -> None:
    check(changed(path, value), version="2.0.0")


@pytest.mark.parametrize(("path", "value"), SECOND_BAD, ids=range(len(SECOND_BAD)))
def test_what_2_0_forbids_is_refused(path: str, value: Any) -> None:
    with pytest.raises(BadRequest):
        check(changed(path, value), version="2.0.0")


def test_voiding_needs_a_reference() -> None:
    """XAPI-00017, -00019, -00020."""
    voided = {"id": "http://adlnet.gov/expapi/verbs/voided"}
    check({"actor": ANNA, "verb": voided, "object": REF}, version="1.0.3")
    with pytest.raises(BadRequest, match="StatementRef"):
        check({"actor": ANNA, "verb": voided, "object": {"id": "http://a.example"}}, version="1.0.3")


def _paths(value: Any, path: str = "") -> list[str]:
    """Every property's path outside extensions."""
    if isinstance(value, list):
        return [found for number, item in enumerate(value) for found in _paths(item, f"{path}{number}.")]
    if not isinstance(value, dict):
        return []
    return [
        found
        for name, item in value.items()
        for found in [
            f"{path}{name}",
            *([] if name in {"extensions", "display", "name", "description"} else _paths(item, f"{path}{name}.")),
        ]
    ]


WRONG: dict[str, Callable[[Any], Any]] = {
    "null": lambda _: None,
    "a number": lambda _: 5.0,
    "a text": lambda _: "\0",
    "in a list": lambda given: [given],
    "in an object": lambda given: {"a": given},
    "true": lambda _: True,
}
EVERY_PATH = _paths(WHOLE)
FITS = {
    "a number": {path for path in EVERY_PATH if path.startswith("result.score.") and path != "result.score.scaled"},
    "a text": {path for path in EVERY_PATH if path.rpartition(".")[2] in {"response", "revision", "platform", "contentType"}}
    | {"actor.name", "context.instructor.account.name", "object.definition.choices.0.id", "object.definition.choices.1.id"},
    "in a list": {"context.contextActivities.parent"},
    "true": {"result.success", "result.completion"},
}


@pytest.mark.parametrize("path", EVERY_PATH)
def test_a_property_takes_no_null_and_no_other_type(path: str) -> None:
    """XAPI-00001, XAPI-00006."""
    *above, last = path.split(".")
    for kind, wrong in WRONG.items():
        inside: Any = WHOLE
        for name in [*above, last]:
            inside = inside[int(name)] if name.isdigit() else inside[name]
        statement = changed(path, wrong(inside))
        if path in FITS.get(kind, ()):
            check(statement, version="1.0.3")
        else:
            with pytest.raises(BadRequest):
                check(statement, version="1.0.3")
