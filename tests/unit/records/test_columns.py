"""Does a table have the values of its statements?"""

import json

import pytest

from lms.records.columns import COLUMNS, row_of
from tests.unit.records.plain_statement import PLAIN


def cells(**changes: object) -> dict[str, object]:
    return dict(zip([column.name for column in COLUMNS], row_of(json.dumps({**PLAIN, **changes})), strict=True))


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        ("PT1M30S", 90),
        ("PT0.25S", 0.25),
        ("PT1,5M", 90),
        ("P1DT2H", 93_600),
        ("P2W", 1_209_600),
        ("PT37.5M", 2_250),
        ("P0Y0M0DT0H0M30S", 30),
        ("PT0S", 0),
        ("P1M", None),
        ("P1Y2D", None),
        ("nonsense", None),
        ("PT" + "9" * 400 + "S", None),
        (None, None),
    ],
)
def test_a_duration_is_seconds_where_it_has_a_length(duration: str | None, seconds: float | None) -> None:
    assert cells(result={"duration": duration} if duration is not None else {})["duration_s"] == seconds


def test_what_a_statement_does_not_say_is_empty() -> None:
    found = cells()
    assert found["actor_account"] == "a1"
    assert found["timestamp"] == found["stored"].replace(microsecond=0)  # type: ignore[attr-defined]
    empty = {name for name, cell in found.items() if cell is None}
    assert {"actor_mbox", "success", "completion", "score_raw", "duration_s", "registration", "parent", "grouping"} <= empty


def test_results_and_context_have_columns_of_their_own() -> None:
    found = cells(
        result={"score": {"scaled": -0.5, "raw": 7, "min": 0, "max": 10**400}, "success": False, "completion": True, "duration": "PT5S"},
        context={
            "registration": "r",
            "contextActivities": {"parent": {"id": "http://x/p"}, "grouping": [{"id": "http://x/g"}, {"id": "http://x/h"}]},
        },
    )
    assert (found["score_scaled"], found["score_raw"], found["score_min"], found["score_max"]) == (-0.5, 7, 0, None)
    assert (found["success"], found["completion"], found["duration_s"]) == (False, True, 5)
    assert (found["parent"], found["grouping"]) == ("http://x/p", "http://x/g http://x/h")


@pytest.mark.parametrize(
    ("target", "kind", "identifier"),
    [
        ({"objectType": "Agent", "mbox": "mailto:a@b.c"}, "Agent", "mailto:a@b.c"),
        ({"objectType": "Group", "account": {"homePage": "http://x", "name": "g"}}, "Group", "g"),
        ({"objectType": "StatementRef", "id": PLAIN["id"]}, "StatementRef", PLAIN["id"]),
        ({"objectType": "SubStatement", "actor": {}, "verb": {}, "object": {}}, "SubStatement", None),
    ],
)
def test_every_kind_of_object_has_its_place(target: dict[str, object], kind: str, identifier: str | None) -> None:
    found = cells(object=target)
    assert (found["object_type"], found["object"]) == (kind, identifier)


def test_half_a_surrogate_pair_does_not_end_a_table() -> None:
    text = json.dumps(PLAIN).replace('"a1"', '"a\\ud800"')
    row = dict(zip([column.name for column in COLUMNS], row_of(text), strict=True))
    assert row["actor_account"] == "a?"
    assert row["statement"] == text


def test_a_statement_that_came_over_several_lines_is_one_line() -> None:
    text = json.dumps(PLAIN, indent=1)
    (line,) = str(row_of(text)[-1]).splitlines()
    assert json.loads(line) == PLAIN
