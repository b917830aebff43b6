"""Pages for opening, changing and closing a class, and for its courses."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from courses.strict_json.reader import LONGEST_SLUG
from lms.accounts.access import person, requires, scope
from lms.accounts.models import OFFICE, Organisation, Person
from lms.catalogue import listing
from lms.celery_app import ring
from lms.classes.models import Enrolment
from lms.classes.setup import courses_of, hours_asked, locked_class
from lms.crediting import changed_hours, windows
from lms.crediting.tasks import follow
from lms.db import session, transaction
from lms.errors import FieldProblem, InvalidInput, NotFound
from lms.i18n import pick
from lms.office import administration
from lms.office.administration import CourseOfClass
from lms.office.class_form import OpenForm, RunForm, given, toward_choices
from lms.office.history_words import lines_of
from lms.office.places import bp, by_me, own_class
from lms.programmes.models import ProgrammeVersion
from lms.programmes.store import document_of, newest

MOST_COURSES = 500  # offered at once; a site has a few dozen
CHANGED_SINCE = _l(
    "Somebody has changed this class since you opened this page: the history below says what. Nothing is saved yet; look through"
    " what stands here and save again."
)


class CourseForm(FlaskForm):  # type: ignore[misc]
    """A course, and the requirement to which its hours count."""

    code = SelectField(validators=[InputRequired()])
    requirement = SelectField(default="")
    compulsory = BooleanField(default=True)


def _titles() -> dict[str, str]:
    versions = listing.offered(session(), person(), MOST_COURSES)
    return {one.course.code: pick(one.title_zh, one.title_en) for one in versions}


def _chosen(code: str) -> dict[str, str]:
    """Return the title of the course that an office chose in the library, which may offer more than a list does."""
    found = listing.newest_for(session(), code, person()) if 0 < len(code) <= LONGEST_SLUG else None
    return {} if found is None or found.course.archived_at else {code: pick(found.title_zh, found.title_en)}


@bp.get("/classes/new")
@requires(OFFICE)
def choose_programme() -> ResponseReturnValue:
    """Ask for the programme of a new class."""
    programmes = [(one, document_of(one)) for one in newest(session())]
    return render_template("office/programmes.html", programmes=programmes, providers=administration.providers(session(), scope()))


@bp.route("/classes/new/<code>/<int:year>", methods=["GET", "POST"])
@requires(OFFICE)
def open_class(code: str, year: int) -> ResponseReturnValue:
    """Open a class of a programme."""
    latest = next((one for one in newest(session()) if (one.programme.code, one.programme.year) == (code, year)), None)
    if latest is None:
        raise NotFound(_("There is no such programme."))
    document = document_of(latest)
    form = OpenForm(tracks=[one.key for one in document.tracks]) if request.method == "GET" else OpenForm()
    form.offer_tracks(document)
    form.offer(administration.providers(session(), scope()), _titles(), hours_asked(document))
    if form.validate_on_submit() and (class_id := _opened(form, latest)):
        flash(_("The class is open. Now add its teachers."), "success")
        return redirect(url_for("office.adding", class_id=class_id))
    return render_template("office/open.html", form=form, document=document), 422 if form.is_submitted() else 200


def _opened(form: OpenForm, latest: ProgrammeVersion) -> int | None:
    """Open the class and return its id, or show the problems in the form."""
    try:
        with transaction() as writing:
            version = administration.version_for(writing, latest.programme.code, latest.programme.year, form.starts_on.data)
            if isinstance(version, str):
                raise InvalidInput(_("The class was not opened."), [FieldProblem("starts_on", version)])
            provider = writing.get_one(Organisation, form.provider.data)
            return administration.open_class(writing, version, form.run(form.code.data.strip(), provider), form.studies(), by_me()).id
    except InvalidInput as error:
        form.show_problems(error.problems)
        return None


@bp.route("/classes/<int:class_id>/settings", methods=["GET", "POST"])
@requires(OFFICE)
def settings(class_id: int) -> ResponseReturnValue:
    """Show a class's details, change them, and show its history."""
    found = own_class(class_id)
    document = document_of(found.programme_version)
    form = RunForm(data=given(found, document)) if request.method == "GET" else RunForm()
    form.offer_tracks(document)
    if form.validate_on_submit() and _changed(form, class_id, found.code, found.provider):
        return redirect(url_for(".settings", class_id=class_id))
    page = render_template(
        "office/settings.html",
        form=form,
        training_class=found,
        document=document,
        history=lines_of(session(), document, class_id),
        stands=windows.following(session(), found),
        **_hours_changed(class_id),
    )
    return page, 422 if form.is_submitted() else 200


def _hours_changed(class_id: int) -> dict[str, Any]:
    """Return the last change of days, and the people whose hours it changed, each with the seconds, largest difference first."""
    change = changed_hours.last_change(session(), class_id)
    seconds = change.seconds if change else {}
    names = select(Enrolment.id, Person.name).join(Person, Person.id == Enrolment.person_id).where(Enrolment.id.in_(list(seconds)))
    lines = [(name, number, seconds[number]) for number, name in session().execute(names)]
    return {"day_change": change, "hours_changed": sorted(lines, key=lambda line: (-abs(line[2]), line[0]))}


def _changed(form: RunForm, class_id: int, code: str, provider: Organisation) -> bool:
    try:
        with transaction() as writing:
            if not form.still_holds(locked_class(writing, class_id)):
                raise InvalidInput(_("Nothing was changed."), [str(CHANGED_SINCE)])
            changed = administration.change_class(writing, class_id, form.run(code, provider), by_me(), agreed=form.agreed.data)
    except InvalidInput as error:
        form.show_problems(error.problems)
        return False
    ring(follow)
    flash(_("Saved.") if changed else _("Nothing has changed."), "success" if changed else "info")
    return True


@bp.post("/classes/<int:class_id>/close")
@requires(OFFICE)
def close(class_id: int) -> ResponseReturnValue:
    """Close a class; a second request changes nothing."""
    own_class(class_id)
    with transaction() as writing:
        administration.close_class(writing, class_id, by_me())
    ring(follow)
    flash(_("The class is closed. What was credited stays."), "success")
    return redirect(url_for(".settings", class_id=class_id))


@bp.post("/classes/<int:class_id>/reopen")
@requires(OFFICE)
def reopen(class_id: int) -> ResponseReturnValue:
    """Reopen a closed class."""
    own_class(class_id)
    with transaction() as writing:
        administration.reopen_class(writing, class_id, by_me())
    ring(follow)
    flash(_("The class is open again."), "success")
    return redirect(url_for(".settings", class_id=class_id))


@bp.route("/classes/<int:class_id>/courses", methods=["GET", "POST"])
@requires(OFFICE)
def courses(class_id: int) -> ResponseReturnValue:
    """Show a class's courses, and add one."""
    found = own_class(class_id)
    hours = administration.hours_of(session(), found)
    studied = courses_of(session(), [class_id])[class_id]
    form, known = CourseForm(code=request.args.get("course")), {one.code for one in studied}
    offered = {code: title for code, title in {**_chosen(request.values.get("course", "")), **_titles()}.items() if code not in known}
    form.code.choices = [SelectChoice(*one) for one in offered.items()]
    form.requirement.choices = toward_choices(hours)
    if not form.requirement.raw_data:
        fits = administration.fitting_requirement(session(), found, form.code.data or "")
        form.requirement.data = form.requirement.choices[0].value if fits is None else fits  # without one, the usual one
    if form.validate_on_submit():
        return _added(class_id, CourseOfClass(form.code.data, form.requirement.data, form.compulsory.data))
    document = document_of(found.programme_version)
    names = {one.key: pick(one.title.zh, one.title.en) for one in document.requirements}
    params = {"studied": studied, "offered": offered, "names": names, "hours": hours, "policy": document.policy}
    page = render_template("office/courses.html", training_class=found, form=form, **params)
    return page, 422 if form.is_submitted() else 200


def _added(class_id: int, study: CourseOfClass) -> ResponseReturnValue:
    with transaction() as writing:
        administration.add_course(writing, own_class(class_id), study, by_me())
    flash(_("Added. The class's teachers see the course from now on."), "success")
    return redirect(url_for(".courses", class_id=class_id))
