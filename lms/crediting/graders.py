"""Which activities of a course does another version let somebody else grade: the server, or the content itself?

Only results of the grader are kept as evidence. After a class moves to such a version, its statements are read again (`rereading`): results
that the content reported before may count now. A passed activity stays passed.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.outline import Activity, Course
from lms.catalogue.models import Course as CourseRow
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.crediting.policy_key import activity_name


def graded_otherwise(before: Course, after: Course) -> list[Activity]:
    """Return the activities of `after` that the content grades and the server graded in `before`, or the other way round."""
    graders = {one.key: _by_server(one) for one in before.activities}
    return [one for one in after.activities if graders.get(one.key, _by_server(one)) != _by_server(one)]


def always_by_server(session: Session, names: frozenset[str]) -> frozenset[str]:
    """Return those of these activities that the server grades in every version of their course."""
    codes = {name.partition(":")[0] for name in names}
    versions = session.scalars(
        select(CourseVersion).join(CourseRow, CourseRow.id == CourseVersion.course_id).where(CourseRow.code.in_(codes))
    )
    graded = [(one.course.code, activity) for one in versions for activity in outline_of(one).activities]
    others = {activity_name(code, activity.key) for code, activity in graded if not _by_server(activity)}
    return names - others


def _by_server(activity: Activity) -> bool:
    return activity.grading == "server"
