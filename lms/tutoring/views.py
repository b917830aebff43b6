"""Pages on which class staff see who needs help in a course, how questions were answered, and start an activity over."""

from collections.abc import Iterable

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from courses.formats import FORMATS
from courses.outline import Activity
from lms.accounts.access import person, requires
from lms.accounts.models import OFFICE, STAFF, TRAINER
from lms.catalogue import listing
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import may_publish, outline_of
from lms.classes.models import LEARNING, Enrolment, TrainingClass
from lms.classes.setup import courses_of
from lms.clock import now
from lms.crediting.standing import Standing
from lms.db import session, transaction
from lms.errors import FieldProblem, InvalidInput, NotFound
from lms.i18n import pick
from lms.office import class_queries
from lms.office.places import administers, by_me, staffed_class, trail_of
from lms.programmes.progress import StudiedCourse
from lms.site_settings import site_settings
from lms.storage import storage
from lms.tutoring import restarting, waiving, words
from lms.tutoring.course_progress import progress_of
from lms.tutoring.questions import Quiz, analyse
from lms.tutoring.waiving import GROUNDS, UnitWaiver
from lms.tutoring.wording import wording_of
from lms.web.amounts import whole_number
from lms.web.downloads import as_download

bp = Blueprint("tutoring", __name__)
PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EVERYBODY = "everybody"


@bp.context_processor
def _rights() -> dict[str, object]:
    """Give the templates of this blueprint the same helpers as the office's other pages of a class."""
    return {"administers": administers, "class_trail": trail_of, "words": words}


@bp.get("/office/classes/<int:class_id>/progress")
@requires(OFFICE, STAFF)
def of_class(class_id: int) -> ResponseReturnValue:
    """List the courses of a class with how far its people are, and how many need help."""
    found, everybody = staffed_class(class_id), class_queries.everybody(session(), class_id)
    courses = [progress_of(session(), everybody, one, now()) for one in _courses(found)]
    return render_template("tutoring/class.html", training_class=found, courses=courses)


@bp.get("/office/classes/<int:class_id>/progress/<code>")
@requires(OFFICE, STAFF)
def of_course(class_id: int, code: str) -> ResponseReturnValue:
    """Show who needs help in a course and why, and how many people are where in each activity."""
    found, course = _place(class_id, code)
    progress = progress_of(session(), class_queries.everybody(session(), class_id), course, now())
    why, activity = request.args.get("why", ""), request.args.get("activity", "")
    needs = [one for one in progress.needs if why in {"", one.why} and activity in {"", one.activity.key if one.activity else None}]
    start = max(0, request.args.get("after", 0, type=whole_number))
    return render_template(
        "tutoring/course.html",
        training_class=found,
        course=course,
        progress=progress,
        options=[(one.key, pick(one.title.zh, one.title.en)) for one in course.outline.activities],
        shown=needs[start : start + PAGE],
        matching=len(needs),
        next=start + PAGE if start + PAGE < len(needs) else None,
    )


@bp.get("/office/classes/<int:class_id>/progress/<code>/<activity>")
@requires(OFFICE, STAFF)
def of_activity(class_id: int, code: str, activity: str) -> ResponseReturnValue:
    """Show one activity of a class: the analysis of its questions, starting over, and waiving a unit."""
    return _activity_page(class_id, code, activity)


def _activity_page(class_id: int, code: str, activity: str, error: InvalidInput | None = None) -> ResponseReturnValue:
    found, course = _place(class_id, code)
    chosen = _activity(course, activity)
    version = _version(course)
    analysis = analyse(session(), Quiz(version.id, version.course_id, chosen.key), class_id)
    page = render_template(
        "tutoring/activity.html",
        training_class=found,
        course=course,
        activity=chosen,
        analysis=analysis,
        wording=wording_of(storage(), version, chosen) if analysis else {},
        people=(people := _learning(class_id)),
        begun=restarting.begun(session(), [one.enrolment for one in people], course, chosen.key),
        everybody=EVERYBODY,
        grounds=GROUNDS if FORMATS[chosen.format].runtime == "cmi5" else {},
        waived=_waived(class_id, version, chosen),
        given=request.form,
        failed=error.message if error else "",
        problems=[(one.words, one.field) for one in error.problems if isinstance(one, FieldProblem)] if error else [],
    )
    return page, 422 if error else 200


def _waived(class_id: int, version: CourseVersion, activity: Activity) -> set[int]:
    if FORMATS[activity.format].runtime != "cmi5":
        return set()
    return waiving.waived_in(session(), [one.enrolment.id for one in _learning(class_id)], version, activity)


@bp.get("/office/classes/<int:class_id>/progress/<code>/<activity>/questions.xlsx")
@requires(OFFICE, STAFF)
def download(class_id: int, code: str, activity: str) -> ResponseReturnValue:
    """Return the analysis of a class's answers as a spreadsheet."""
    _found, course = _place(class_id, code)
    return _sheet(_version(course), _activity(course, activity), class_id)


@bp.post("/office/classes/<int:class_id>/progress/<code>/<activity>/start-over")
@requires(OFFICE, STAFF)
def start_over(class_id: int, code: str, activity: str) -> ResponseReturnValue:
    """Start an activity over for the chosen person, or for everybody in the class."""
    _found, course = _place(class_id, code)
    chosen, who = _activity(course, activity), request.form.get("who", "")
    people = [one.enrolment for one in _learning(class_id) if who in {EVERYBODY, str(one.enrolment.id)}]
    with transaction() as writing:
        count = restarting.start_over(writing, people, course, chosen, by_me())
    if count:
        said = ngettext("Started over for %(num)s teacher.", "Started over for %(num)s teachers.", count)
        flash(f"{said} {_('What was earned stays.')}", "success")
    else:
        flash(_("Nothing to start over: they have not opened this activity since."), "info")
    return redirect(url_for(".of_activity", class_id=class_id, code=code, activity=activity))


def _unit_of_somebody(class_id: int, code: str, activity: str) -> tuple[StudiedCourse, Activity, Enrolment | None]:
    """Return a course of a class, a cmi5 unit of it, and the enrolment that the form names: nothing if no learner of the class has it.

    Raises:
        NotFound: there is no such class, course or unit.
    """
    _found, course = _place(class_id, code)
    chosen, who = _activity(course, activity), request.form.get("waived", "")
    if FORMATS[chosen.format].runtime != "cmi5":
        raise NotFound(_("Only units of cmi5 packages can be waived."))
    return course, chosen, next((one.enrolment for one in _learning(class_id) if who == str(one.enrolment.id)), None)


@bp.post("/office/classes/<int:class_id>/progress/<code>/<activity>/waive")
@requires(OFFICE, STAFF)
def waive(class_id: int, code: str, activity: str) -> ResponseReturnValue:
    """Waive a unit of a cmi5 package for the chosen person."""
    course, chosen, enrolment = _unit_of_somebody(class_id, code, activity)
    waiver = UnitWaiver(enrolment.id if enrolment else None, request.form.get("ground", ""), request.form.get("reason", ""))
    if enrolment is None or waiver.problems:
        return _activity_page(class_id, code, activity, InvalidInput(_("Nothing was waived."), waiver.problems))
    settings = site_settings()
    try:
        with transaction() as writing:
            version = writing.get_one(CourseVersion, course.course_version_id)
            done = waiving.waive(writing, waiver, version, chosen, by_me(), settings.public_url)
    except InvalidInput as error:
        return _activity_page(class_id, code, activity, error)
    if done:
        flash(_("Waived for %(name)s. Time that was measured in the unit counts now.", name=enrolment.person.name), "success")
    else:
        flash(_("Nothing to waive: the condition of this unit was met, or it was waived before."), "info")
    return redirect(url_for(".of_activity", class_id=class_id, code=code, activity=activity))


@bp.post("/office/classes/<int:class_id>/progress/<code>/<activity>/waive/back")
@requires(OFFICE, STAFF)
def take_back_waiver(class_id: int, code: str, activity: str) -> ResponseReturnValue:
    """Take back that a unit was waived for the chosen person."""
    course, chosen, enrolment = _unit_of_somebody(class_id, code, activity)
    waiver = UnitWaiver(enrolment.id if enrolment else None, "", request.form.get("reason", ""))
    try:
        with transaction() as writing:
            version = writing.get_one(CourseVersion, course.course_version_id)
            done = waiving.take_back(writing, waiver, version, chosen, by_me(), site_settings().public_url)
    except InvalidInput as error:
        return _activity_page(class_id, code, activity, error)
    if done:
        flash(_("Taken back. Time that was credited only because of the waiver is no longer credited; this takes some seconds."), "success")
    else:
        flash(_("This unit is not waived for them."), "info")
    return redirect(url_for(".of_activity", class_id=class_id, code=code, activity=activity))


@bp.get("/catalogue/courses/<code>/questions/<activity>")
@requires(TRAINER)
def everywhere(code: str, activity: str) -> ResponseReturnValue:
    """Show a course's publisher how the questions of a quiz were answered in all classes together, without names."""
    version, chosen = _published(code, activity)
    return render_template(
        "tutoring/questions.html",
        version=version,
        activity=chosen,
        analysis=analyse(session(), Quiz(version.id, version.course_id, chosen.key)),
        wording=wording_of(storage(), version, chosen),
    )


@bp.get("/catalogue/courses/<code>/questions/<activity>/questions.xlsx")
@requires(TRAINER)
def download_everywhere(code: str, activity: str) -> ResponseReturnValue:
    """Return that analysis as a spreadsheet."""
    version, chosen = _published(code, activity)
    return _sheet(version, chosen, None)


def _published(code: str, activity: str) -> tuple[CourseVersion, Activity]:
    """Return the newest version of a course that the signed-in person may publish, and one of its activities."""
    version = next(iter(listing.versions_of(session(), code)), None)
    if version is None or not may_publish(session(), version.course, person()):
        raise NotFound(_("There is no such course or version."))
    return version, _among(outline_of(version).activities, activity)


def _sheet(version: CourseVersion, activity: Activity, class_id: int | None) -> Response:
    analysis = analyse(session(), Quiz(version.id, version.course_id, activity.key), class_id)
    if analysis is None:
        raise NotFound(_("The site does not grade this activity, so there is nothing to analyse."))
    title = pick(activity.title.zh, activity.title.en)
    content = words.sheet_of(analysis, wording_of(storage(), version, activity), title, now())
    return as_download(Response(content, mimetype=XLSX), f"{version.course.code}-{activity.key}.xlsx")


def _place(class_id: int, code: str) -> tuple[TrainingClass, StudiedCourse]:
    found = staffed_class(class_id)
    course = next((one for one in _courses(found) if one.code == code), None)
    if course is None:
        raise NotFound(_("This class does not study that course."))
    return found, course


def _courses(training_class: TrainingClass) -> tuple[StudiedCourse, ...]:
    return courses_of(session(), [training_class.id])[training_class.id]


def _version(course: StudiedCourse) -> CourseVersion:
    return session().get_one(CourseVersion, course.course_version_id)


def _activity(course: StudiedCourse, key: str) -> Activity:
    return _among(course.outline.activities, key)


def _among(activities: Iterable[Activity], key: str) -> Activity:
    found = next((one for one in activities if one.key == key), None)
    if found is None:
        raise NotFound(_("There is no such activity."))
    return found


def _learning(class_id: int) -> list[Standing]:
    return [one for one in class_queries.everybody(session(), class_id) if one.enrolment.status in LEARNING]
