"""Pages of published courses: the library, one course, and the file that was uploaded for a version."""

from collections.abc import Iterable

import structlog
from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from courses.sentences import SENTENCES
from courses.strict_json.problem import Problem
from lms.accounts.access import person, requires
from lms.accounts.models import OFFICE, TRAINER, Organisation
from lms.catalogue import contents, labels, listing, publish, sharing, shown_answers
from lms.catalogue.gates import format_words, gate_words, icon_of, upload_words
from lms.catalogue.label_words import KIND_WORDS, SHARE_WORDS, label_words, options
from lms.catalogue.listing import CourseFilter
from lms.catalogue.models import CourseVersion
from lms.catalogue.views.blueprint import bp
from lms.clock import now
from lms.db import session, transaction
from lms.errors import NotFound
from lms.i18n import in_words, pick
from lms.storage import storage
from lms.web.amounts import whole_number
from lms.web.downloads import as_download

log = structlog.get_logger(__name__)
LONGEST_SEARCH = 100
LONGEST_AFTER = 64
LARGEST_ID = 2**31 - 1


@bp.get("/")
@requires(OFFICE, TRAINER)
def courses() -> ResponseReturnValue:
    """List the newest version of every course that fits the search and the filters; offices look for courses of their classes."""
    wanted = _wanted()
    page = listing.search(session(), person(), wanted, request.args.get("after", "")[:LONGEST_AFTER])
    return render_template(
        "catalogue/courses.html",
        page=page,
        wanted=wanted,
        kind_words=KIND_WORDS,
        filtered=wanted != CourseFilter(sort=wanted.sort),
        choices={kind: options(kind, values) for kind, values in labels.in_use(session()).items()},
        owners=listing.owners(session(), person()),
        titles={one.id: pick(one.title_zh, one.title_en) for one in page.versions},
        upload_words=upload_words,
        worth=_worth(page.versions),
        makes=_makes(),
        place=_class_asked(),
    )


def _makes() -> bool:
    """Say whether the signed-in person makes courses."""
    return TRAINER in {one.name for one in person().roles}


def _class_asked() -> dict[str, int]:
    """Return the class for which an office looks for a course, as part of an address; whether it is theirs is asked when it gets one."""
    found = request.args.get("class", type=whole_number) if OFFICE in {one.name for one in person().roles} else None
    return {} if found is None or found > LARGEST_ID else {"class": found}


def _wanted() -> CourseFilter:
    """Read the search from the address; an unknown state or order is the usual one."""
    given = request.args
    state, sort = given.get("state", ""), given.get("sort", "")
    return CourseFilter(
        words=given.get("q", "").strip()[:LONGEST_SEARCH],
        labels={kind: given[kind][: labels.LONGEST_VALUE] for kind in labels.KINDS if given.get(kind)},
        organisation_id=given.get("organisation", type=whole_number),
        state=state if state in listing.STATES else listing.IN_USE,
        sort=sort if sort in listing.SORTS else listing.NEWEST,
    )


@bp.get("/courses/<code>")
@requires(OFFICE, TRAINER)
def course(code: str) -> ResponseReturnValue:
    """Show one course: the chosen version's outline, all versions, and the classes that study it."""
    versions = listing.readable_versions(session(), code, person())
    number = request.args.get("version", type=whole_number)
    shown = next((one for one in versions if number in {None, one.number}), None)
    if shown is None:
        raise NotFound(_("There is no such course or version."))
    outline = publish.outline_of(shown)
    open_answers = publish.open_answers_in(session(), shown)
    activities = {
        one.key: {"format": format_words(one), "gate": gate_words(one, open_answers=open_answers), "icon": icon_of(one)}
        for one in outline.activities
    }
    owner = session().get(Organisation, shown.course.organisation_id) if shown.course.organisation_id else None
    stated = labels.of_course(session(), shown.course_id)
    return render_template(
        "catalogue/course.html",
        version=shown,
        versions=versions,
        outline=outline,
        worth=_worth(versions),
        activities=activities,
        titles={one.key: pick(one.title.zh, one.title.en) for one in outline.activities},
        warnings=_warnings_of(shown),
        shown_answers=shown_answers.of_versions(storage(), versions),
        owner=owner,
        shared=SHARE_WORDS[shown.course.shared],
        stated=[
            (KIND_WORDS[kind], _(", ").join(label_words(kind, one) for one in stated[kind])) for kind in labels.STATED if kind in stated
        ],
        may_publish=_makes() and publish.may_publish(session(), shown.course, person()),
        makes=_makes(),
        place=_class_asked(),
    )


@bp.post("/courses/<code>/archive")
@requires(TRAINER)
def archive(code: str) -> ResponseReturnValue:
    """Archive a course: no further class can begin it, and classes that study it keep it."""
    with transaction() as writing:
        chosen = sharing.changeable(writing, code, person())
        chosen.archived_at = chosen.archived_at or now()
    log.info("course.archived", course=code, by=person().id)
    flash(_("Archived. Classes that study the course keep it; no further class can begin it."), "success")
    return redirect(url_for(".course", code=code))


@bp.post("/courses/<code>/restore")
@requires(TRAINER)
def restore(code: str) -> ResponseReturnValue:
    """Offer an archived course to classes again."""
    with transaction() as writing:
        sharing.changeable(writing, code, person()).archived_at = None
    log.info("course.restored", course=code, by=person().id)
    flash(_("Restored. Classes can begin the course again."), "success")
    return redirect(url_for(".course", code=code))


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
