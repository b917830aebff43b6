"""What does a teacher see: my hours, one course, and what stands on the account for one activity?"""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.access import person, requires
from lms.accounts.models import TEACHER
from lms.catalogue.gates import format_words, gate_words
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.crediting.standing import Standing, of_enrolments, of_person
from lms.db import session
from lms.errors import NotAllowed, NotFound
from lms.home import reading
from lms.learning.admission import Refusal, admit_to_course

bp = Blueprint("home", __name__)


@bp.get("/home")
@requires(TEACHER)
def home() -> ResponseReturnValue:
    """Show what is earned, what is missing, and what to do next."""
    standings = of_person(session(), person().id)
    step = reading.next_step(session(), standings)
    return render_template("home/home.html", standings=standings, step=step, seen=reading.seen(session(), person().id))


@bp.get("/home/figures")
@requires(TEACHER)
def figures() -> ResponseReturnValue:
    """Give the page's figures anew where they have changed since it was loaded (204 where not): asked every few seconds."""
    seen = reading.seen(session(), person().id)
    if request.args.get("seen") == seen:
        return Response(status=204)
    return render_template("home/_figures.html", standings=of_person(session(), person().id), seen=seen)


@bp.get("/courses/<int:enrolment_id>/<int:course_version_id>")
@requires(TEACHER)
def course(enrolment_id: int, course_version_id: int) -> ResponseReturnValue:
    """Show a course's outline: what each activity is worth, how it stands, what it still asks."""
    version = _own_course(enrolment_id, course_version_id)
    outline = outline_of(version)
    (standing,) = of_enrolments(session(), [enrolment_id])
    studied = reading.studied_in(session(), enrolment_id, outline)
    following = next((one for one in studied.values() if one.state != "done"), None)
    return render_template(
        "home/course.html",
        version=version,
        outline=outline,
        standing=standing,
        studied=studied,
        following=following,
        gates={key: gate_words(one.activity.requires) for key, one in studied.items()},
        formats={key: format_words(one.activity.format) for key, one in studied.items()},
    )


def _own_course(enrolment_id: int, course_version_id: int) -> CourseVersion:
    found = admit_to_course(session(), person().id, enrolment_id, course_version_id)
    if found is Refusal.NOT_STUDYING:
        raise NotAllowed(_("Your place in this class does not allow studying at the moment. Your class staff can tell you why."))
    if isinstance(found, Refusal):
        raise NotFound(_("There is nothing at this address, or it is not yours to see. Check the address or go back to the first page."))
    return found[1]


@bp.get("/courses/<int:enrolment_id>/<int:course_version_id>/<activity>/progress")
@requires(TEACHER)
def activity_progress(enrolment_id: int, course_version_id: int, activity: str) -> ResponseReturnValue:
    """Give the part of the player page that shows what stands on the account."""
    outline = outline_of(_own_course(enrolment_id, course_version_id))
    studied = reading.studied_in(session(), enrolment_id, outline).get(activity)
    if studied is None:
        raise NotFound(_("There is no such activity."))
    (standing,) = of_enrolments(session(), [enrolment_id])
    return render_template(
        "home/_activity.html", studied=studied, gate=gate_words(studied.activity.requires), requirement=_toward(standing, course_version_id)
    )


def _toward(standing: Standing, course_version_id: int) -> object:
    """Return the requirement toward which a course's hours count."""
    keys = {course.requirement for course in standing.courses if course.course_version_id == course_version_id}
    return next((one for one in standing.requirements if one.key in keys), None)
