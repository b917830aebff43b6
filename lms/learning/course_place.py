"""The place of an activity in its course: what the page of every activity shows around it."""

from typing import Any

from lms.catalogue.gates import gate_words
from lms.catalogue.publish import open_answers_in
from lms.db import session
from lms.learning.admission import Admission


def around(admission: Admission) -> dict[str, Any]:
    """Return values for templates: the course's outline, the activity's number in it, its conditions, and its neighbours."""
    activities = admission.course.activities
    at = activities.index(admission.activity)
    return {
        "outline": admission.course,
        "at": at + 1,
        "conditions": gate_words(admission.activity, open_answers=open_answers_in(session(), admission.version)),
        "before": activities[at - 1] if at else None,
        "after": activities[at + 1] if at + 1 < len(activities) else None,
    }
