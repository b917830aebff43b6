"""Pages for changing a course of a class to another version, or removing it, with a preview of the effect."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from lms.accounts.access import person, requires
from lms.accounts.models import OFFICE
from lms.catalogue.listing import versions_of
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.celery_app import ring
from lms.classes import course_changes
from lms.classes.models import ClassCourse
from lms.clock import now
from lms.crediting.course_previews import preview
from lms.crediting.graders import graded_otherwise
from lms.crediting.tasks import follow
from lms.db import session, transaction
from lms.errors import InvalidInput, NotFound
from lms.i18n import pick
from lms.jobs import queue
from lms.jobs.tasks import work
from lms.office import administration, reread_job
from lms.office.course_words import earlier_results_said, summary
from lms.office.places import bp, by_me, own_class
from lms.programmes.store import document_of
from lms.row_ids import row_id
from lms.site_settings import site_settings

OFF = "off"  # instead of a version's number: the class does not study the course any more
SHOWN = 100


@bp.get("/classes/<int:class_id>/courses/<code>")
@requires(OFFICE)
def course_change(class_id: int, code: str) -> ResponseReturnValue:
    """Show the versions of a course that a class studies, and what another one (`to`) would do to the hours."""
    return _page(class_id, code, request.args.get("to", ""))


def _page(class_id: int, code: str, wanted: str, refused: Sequence[tuple[str, None]] = ()) -> str:
    found, bound = own_class(class_id), _bound(class_id, code)
    versions = versions_of(session(), code)
    to = next((one for one in versions if str(one.number) == wanted), None)
    asked = wanted == OFF or (to is not None and to.id != bound.course_version_id)
    would = preview(session(), class_id, bound.course_version_id, to, site_settings().public_url) if asked else None
    graded = graded_otherwise(outline_of(bound.course_version), outline_of(to)) if to is not None else []
    policy = document_of(found.programme_version).policy
    return render_template(
        "office/course_change.html",
        training_class=found,
        bound=bound,
        title=_title(bound.course_version),
        versions=versions,
        to=to,
        would=would,
        graded=[pick(one.title.zh, one.title.en) for one in graded],
        policy=policy,
        said=summary(would, policy) if would else "",
        again=earlier_results_said(would) if would else "",
        shown=would.changes[:SHOWN] if would else (),
        off=OFF,
        refused=refused,
    )


@bp.post("/classes/<int:class_id>/courses/<code>")
@requires(OFFICE)
def change_course(class_id: int, code: str) -> ResponseReturnValue:
    """Move the class to the chosen version, or take the course off."""
    found, before = own_class(class_id), outline_of(_bound(class_id, code).course_version)
    wanted, graded = request.form.get("to", ""), False
    try:
        with transaction() as writing:
            if wanted == OFF:
                administration.remove_course(writing, class_id, code, by_me())
            else:
                to = administration.move_course(writing, class_id, code, row_id(wanted) or 0, by_me())
                graded = to is not None and bool(graded_otherwise(before, outline_of(to)))
            if graded:
                queue.enqueue(writing, reread_job.REREAD, person().id, reread_job.params_of(found, code, str(get_locale())), now())
    except InvalidInput as error:
        return _page(class_id, code, "", [(one.words, None) for one in error.problems]), 422
    ring(follow)
    if graded:
        ring(work)
        flash(_("The class has moved. Earlier results are read again; the progress is shown here, and then hours follow."), "success")
        return redirect(url_for("jobs.mine"))
    flash(_("Done. Everybody's hours are recalculated; the history of the class says who changed it."), "success")
    return redirect(url_for(".courses", class_id=class_id))


def _bound(class_id: int, code: str) -> ClassCourse:
    found = course_changes.studied(session(), class_id, code)
    if found is None:
        raise NotFound(_("This class does not study that course."))
    return found


def _title(version: CourseVersion) -> str:
    return pick(version.title_zh, version.title_en)
