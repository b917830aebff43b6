"""Pages of a teacher: my hours, one course, and the account of one activity."""

from dataclasses import replace
from functools import partial

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from courses.formats import FORMATS
from courses.outline import Activity
from lms.accounts.access import person, requires
from lms.accounts.models import TEACHER
from lms.catalogue import gates
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import open_answers_in, outline_of
from lms.classes.models import LEARNING, Enrolment
from lms.clock import now
from lms.crediting.standing import of_enrolments, of_person
from lms.db import session
from lms.errors import NotAllowed, NotFound
from lms.home import enrolment_figures
from lms.home.agenda import agenda_of
from lms.home.enrolment_figures import Studied
from lms.home.steps import next_step
from lms.home.waiting import waiting_times
from lms.home.words import met_words, notice_of
from lms.i18n import SITE_ZONE, local_time
from lms.learning.admission import LaunchRefusal, StudiedActivity, admit_to_course

bp = Blueprint("home", __name__)

PARTS = 2  # changes with the form of what the player page asks for, so that no browser goes on showing an older form


@bp.get("/home")
@requires(TEACHER)
def home() -> ResponseReturnValue:
    """Show what is earned, what is missing, and the next step."""
    return _home("home/home.html")


@bp.get("/home/figures")
@requires(TEACHER)
def figures() -> ResponseReturnValue:
    """Return the page's figures if hours have changed since it was loaded, otherwise 204; the page asks every few seconds."""
    if request.args.get("seen") == enrolment_figures.seen_by(session(), person().id):
        return Response(status=204)
    return _home("home/_home.html")


def _home(template: str) -> str:
    standings = of_person(session(), person().id)
    return render_template(
        template,
        agenda=agenda_of(session(), standings, now(), SITE_ZONE),
        today=local_time(now(), SITE_ZONE).date(),
        zone=SITE_ZONE,
        standings=standings,
        step=next_step(session(), standings),
        waiting=waiting_times(session(), standings),
        seen=enrolment_figures.seen(standings),
        reading=enrolment_figures,
        notice_of=notice_of,
        conditions=_conditions,
        studying=LEARNING,
        now=now(),
    )


def _conditions(course_version_id: int, activity: Activity) -> list[str]:
    """Return the conditions of an activity, in words; only what the site grades can be an answer that people review."""
    graded = activity.grading == "server"
    return gates.gate_words(
        activity, open_answers=open_answers_in(session(), session().get_one(CourseVersion, course_version_id)) if graded else ()
    )


@bp.get("/courses/<int:enrolment_id>/<int:course_version_id>")
@requires(TEACHER)
def course(enrolment_id: int, course_version_id: int) -> ResponseReturnValue:
    """Show a course's outline: the value, the state and the unmet conditions of each activity.

    The page asks again every few seconds with its last state; the answer is 204 while nothing has changed.
    """
    enrolment, version = _own_course(enrolment_id, course_version_id)
    if version.id != course_version_id:
        return redirect(url_for(".course", enrolment_id=enrolment_id, course_version_id=version.id))
    mark = enrolment_figures.evidence_mark(session(), enrolment)
    if request.args.get("seen") == mark:
        return Response(status=204)
    standing = next(one for one in of_person(session(), person().id) if one.enrolment.id == enrolment_id)
    studied_course = next(one for one in standing.courses if one.course_version_id == version.id)
    outline, open_answers = outline_of(version), open_answers_in(session(), version)
    return render_template(
        "home/_course.html" if request.headers.get("HX-Request") else "home/course.html",
        version=version,
        outline=outline,
        standing=standing,
        studied_course=studied_course,
        figures=enrolment_figures.course_figures(session(), standing, outline, studied_course),
        following=next_step(session(), [replace(standing, courses=[studied_course])]),
        requirement=enrolment_figures.toward(standing, course_version_id),
        mark=mark,
        asked=partial(_asked, open_answers),
        met_words=met_words,
        gates=gates,
        open_answers=open_answers,
    )


def _asked(open_answers: frozenset[str], studied: Studied) -> list[str]:
    """Return the unmet conditions of an activity, in words."""
    return gates.gate_words(studied.activity, studied.result.gate.missing, open_answers)


def _own_course(enrolment_id: int, course_version_id: int) -> tuple[Enrolment, CourseVersion]:
    found = admit_to_course(session(), person().id, enrolment_id, course_version_id)
    if found is LaunchRefusal.NOT_STUDYING:
        raise NotAllowed(_("Your place in this class does not allow studying at the moment. Your class staff can tell you why."))
    if isinstance(found, LaunchRefusal):
        raise NotFound(_("There is nothing at this address, or it is not yours to see. Check the address or go back to the first page."))
    return found


@bp.get("/courses/<int:enrolment_id>/<int:course_version_id>/<activity>/progress")
@requires(TEACHER)
def activity_progress(enrolment_id: int, course_version_id: int, activity: str) -> ResponseReturnValue:
    """Return the parts of the player page that show the account and the course's outline; 304 while nothing has changed."""
    enrolment, version = _own_course(enrolment_id, course_version_id)
    mark = f"{PARTS}-{enrolment_figures.evidence_mark(session(), enrolment)}-{version.id}-{activity}-{get_locale()}"
    if request.if_none_match.contains(mark):
        return _for_one_person(Response(status=304), mark)
    outline = outline_of(version)
    all_studied = enrolment_figures.studied_in(session(), enrolment_id, outline)
    studied = all_studied.get(activity)
    if studied is None:
        raise NotFound(_("There is no such activity."))
    (standing,) = of_enrolments(session(), [enrolment_id])
    part = render_template(
        "home/_activity.html",
        studied=studied,
        outline=outline,
        measured=FORMATS[studied.activity.format].leads_to is None,
        states={key: one.outline_state for key, one in all_studied.items()},
        place=StudiedActivity(enrolment_id, version.id, activity),
        asked=_asked(open_answers_in(session(), version), studied),
        met_words=met_words,
        gates=gates,
        requirement=enrolment_figures.toward(standing, version.id),
    )
    return _for_one_person(make_response(part), mark)


def _for_one_person(response: Response, mark: str) -> Response:
    """Let the browser cache a response for this person, but revalidate it each time."""
    response.set_etag(mark)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
