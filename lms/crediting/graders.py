"""Find the activities that another version of a course lets another side grade: the server, or the content itself.

Only results of the grader are kept as evidence. After a class moves to such a version, its statements are read again (`rereading`): results
that the content reported before may count now, but not those under checks, where the version that was launched decides (`observe`).
A passed activity stays passed.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.outline import Activity, Course
from lms.catalogue.models import Course as CourseRow
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.crediting.policy_key import activity_name


def graded_otherwise(before: Course, after: Course) -> list[Activity]:
    """Return the activities of `after` that another side grades than in `before`: the content, the server, or both (checks)."""
    graders = {one.key: _grader(one) for one in before.activities}
    return [one for one in after.activities if graders.get(one.key, _grader(one)) != _grader(one)]


def always_by_server(session: Session, names: frozenset[str], grading: str = "server") -> frozenset[str]:
    """Return those of these activities that the server grades, or whose `checks` it judges, in every version of their course."""
    codes = {name.partition(":")[0] for name in names}
    versions = session.scalars(
        select(CourseVersion).join(CourseRow, CourseRow.id == CourseVersion.course_id).where(CourseRow.code.in_(codes))
    )
    graded = [(one.course.code, activity) for one in versions for activity in outline_of(one).activities]
    others = {activity_name(code, activity.key) for code, activity in graded if activity.grading != grading}
    return names - others


def _grader(activity: Activity) -> str:
    return activity.grading if activity.grading in {"server", "checks"} else ""
