"""Do the rules propose the state that the facts require, and nothing if people have decided otherwise?"""

from dataclasses import replace
from decimal import Decimal

import pytest

from lms.office.proposals import EnrolmentFacts, Proposal, propose
from lms.programmes.progress import RequirementProgress
from lms.programmes.values import UNITS, BilingualText

TWO_DAYS = RequirementProgress(
    "topics", "days", BilingualText("专题", "Topics"), Decimal(6), Decimal(8), UNITS["days"], Decimal(2), done=False
)
BEGUN = EnrolmentFacts("in-training", sessions_attended=5, half_days_absent=0, earned=True, missing=[TWO_DAYS], over=False)
NEW = replace(BEGUN, status="confirmed", sessions_attended=0, earned=False)

CASES = {
    "nobody has seen them yet": (NEW, None),
    "a first check-in": (replace(NEW, sessions_attended=1), Proposal("reported-in", "came")),
    "a first hour online": (replace(NEW, earned=True), Proposal("in-training", "studies")),
    "a second session": (replace(NEW, status="reported-in", sessions_attended=2), Proposal("in-training", "came")),
    "reported in and there once": (replace(NEW, status="reported-in", sessions_attended=1, earned=True), None),
    "in the middle": (BEGUN, None),
    "everything met": (replace(BEGUN, missing=[]), Proposal("completed", "met")),
    "everything met before anybody noted the report": (replace(NEW, missing=[]), Proposal("completed", "met")),
    "completed already": (replace(BEGUN, status="completed", missing=[]), None),
    "completed, then evidence was taken back": (replace(BEGUN, status="completed"), None),
    "over and short": (replace(BEGUN, over=True), Proposal("not-completed", "missing")),
    "over and met": (replace(BEGUN, over=True, missing=[]), Proposal("completed", "met")),
    "over and never there": (replace(NEW, over=True), Proposal("absent", "never-came")),
    "over, reported in, nothing else": (replace(NEW, status="reported-in", over=True), Proposal("not-completed", "missing")),
    "met after it was not": (replace(BEGUN, status="not-completed", over=True, missing=[]), Proposal("completed", "met")),
    "absent often, no limit": (replace(BEGUN, half_days_absent=20), None),
    "absent at the limit": (replace(BEGUN, half_days_absent=4, absent_half_days=4), None),
    "absent beyond the limit": (replace(BEGUN, half_days_absent=5, absent_half_days=4), Proposal("dismissed", "absences")),
    "withdrawn, met": (replace(BEGUN, status="withdrawn", missing=[]), None),
    "dismissed, over": (replace(BEGUN, status="dismissed", over=True), None),
    "nominated": (replace(NEW, status="nominated", over=True), None),
}


@pytest.mark.parametrize(("facts", "proposed"), CASES.values(), ids=CASES)
def test_a_rule_proposes_the_state_that_the_facts_call_for(facts: EnrolmentFacts, proposed: Proposal | None) -> None:
    assert propose(facts) == proposed
