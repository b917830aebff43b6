"""Does a preview say of a report what crediting would make of it?"""

from typing import Any

import pytest

from courses.outline import Activity, Text
from lms import vocabulary as v
from lms.workshop.reports import conditions_met

SITE = "https://site.example"
ACTIVITY = Activity("a", Text("甲", "A"), "h5p", 10, "activities/a", {"completed": True})
IRI = v.activity_iri(SITE, "c1", "a")


def met(verb: str, activity: Activity = ACTIVITY, iri: str = IRI, **more: Any) -> list[str]:
    return conditions_met({"verb": {"id": verb}, "object": {"id": iri}, **more}, "c1", activity, SITE)


def test_what_completes_or_passes_meets_its_condition() -> None:
    assert met(v.COMPLETED) == ["completed"]
    assert met(v.PASSED) == ["passed"]
    assert met("http://adlnet.gov/expapi/verbs/answered", result={"completion": True, "success": True}) == ["completed", "passed"]


def test_a_part_of_the_activity_proves_nothing() -> None:
    assert met(v.COMPLETED, iri=f"{IRI}?subContentId=1") == []
    assert met("http://adlnet.gov/expapi/verbs/interacted") == []


def test_a_pass_that_the_server_grades_itself_is_not_believed() -> None:
    graded = Activity("a", Text("甲", "A"), "h5p", 10, "activities/a", {"passed": True}, grading="server")
    assert met(v.PASSED, graded) == []


@pytest.mark.parametrize("broken", [{"verb": 7}, {"verb": {}}, {"object": "x"}, {"result": 3}, {"context": "x"}, {"context": [1]}])
def test_a_malformed_statement_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".*"):
        conditions_met({"verb": {"id": v.COMPLETED}, "object": {"id": IRI}, **broken}, "c1", ACTIVITY, SITE)
