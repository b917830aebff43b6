"""Pages of published courses: all of them, one course, and the file that was uploaded for a version."""

from collections.abc import Iterable

import structlog
from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from courses.sentences import SENTENCES
from courses.strict_json.problem import Problem
from lms.accounts.access import person, requires
from lms.accounts.models import TRAINER, Organisation
from lms.catalogue import contents, listing, publish
from lms.catalogue.gates import format_words, gate_words, icon_of, upload_words
from lms.catalogue.models import CourseVersion
from lms.catalogue.views.blueprint import bp
from lms.db import session
from lms.errors import NotFound
from lms.i18n import in_words, pick
from lms.storage import storage
from lms.web.downloads import as_download

log = structlog.get_logger(__name__)


@bp.get("/")
@requires(TRAINER)
def courses() -> ResponseReturnValue:
    """List the newest version of every course."""
    words = request.args.get("q", "").strip()[:100]
    page = listing.newest(session(), words, request.args.get("after", type=int))
    return render_template(
        "catalogue/courses.html",
        page=page,
        words=words,
        titles={one.id: pick(one.title_zh, one.title_en) for one in page.versions},
        upload_words=upload_words,
        worth=_worth(page.versions),
    )


@bp.get("/courses/<code>")
@requires(TRAINER)
def course(code: str) -> ResponseReturnValue:
    """Show one course: the chosen version's outline, all versions, and the classes that study it."""
    versions = listing.versions_of(session(), code)
    number = request.args.get("version", type=int)
    shown = next((one for one in versions if number in {None, one.number}), None)
    if shown is None:
        raise NotFound(_("There is no such course or version."))
    outline = publish.outline_of(shown)
    activities = {one.key: {"format": format_words(one), "gate": gate_words(one), "icon": icon_of(one)} for one in outline.activities}
    owner = session().get(Organisation, shown.course.organisation_id) if shown.course.organisation_id else None
    return render_template(
        "catalogue/course.html",
        version=shown,
        versions=versions,
        outline=outline,
        worth=_worth(versions),
        activities=activities,
        titles={one.key: pick(one.title.zh, one.title.en) for one in outline.activities},
        warnings=_warnings_of(shown),
        owner=owner,
        may_publish=publish.may_publish(session(), shown.course, person()),
    )


@bp.get("/courses/<code>/<int:version_number>/source")
@requires(TRAINER)
def source(code: str, version_number: int) -> ResponseReturnValue:
    """Return the uploaded file of a version to those who may publish the next one; it may hold the answers of a quiz."""
    version = next((one for one in listing.versions_of(session(), code) if one.number == version_number), None)
    if version is None or version.source_sha256 is None or not publish.may_publish(session(), version.course, person()):
        raise NotFound(_("There is no such file, or it is not yours to see."))
    found = contents.find_content(storage(), version.source_sha256)
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours to see."))
    log.info("course.source-downloaded", course=code, version=version_number, by=person().id)
    name, size = found
    response = Response(storage().stream(name, size), mimetype="application/octet-stream", headers={"Content-Length": str(size)})
    return as_download(response, version.source_name or code)


def _worth(versions: Iterable[CourseVersion]) -> dict[int, int]:
    """Return the seconds that each version can really earn; the minutes of its films are rounded up."""
    return {one.id: publish.outline_of(one).worth_seconds for one in versions}


def _warnings_of(version: CourseVersion) -> list[tuple[str, str]]:
    found = [Problem.from_record(one) for one in version.warnings or ()]
    return [(one.path, in_words(one, SENTENCES)) for one in found if one.code in SENTENCES]
