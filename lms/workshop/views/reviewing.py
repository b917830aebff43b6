"""Check a draft, have it looked at, and publish it; compare, copy, export and delete it."""

from typing import Any

import structlog
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from courses.strict_json.canonical import digest_of
from lms.accounts.access import person, requires
from lms.accounts.models import TRAINER, Person
from lms.catalogue import listing, publish
from lms.catalogue.models import CourseVersion
from lms.celery_app import ring
from lms.clock import now
from lms.db import session, transaction
from lms.errors import NotFound
from lms.i18n import pick
from lms.jobs import queue
from lms.jobs.models import Job
from lms.jobs.queue import WORKING
from lms.jobs.tasks import work
from lms.storage import storage
from lms.web.amounts import whole_number
from lms.workshop import drafts, once, reviewing
from lms.workshop.comparing import differences
from lms.workshop.documents import title_of
from lms.workshop.drafts import document_to_compare
from lms.workshop.edits import DraftDocument, activities_of
from lms.workshop.models import PUBLISHED
from lms.workshop.outcome import FieldFault, faults_of
from lms.workshop.publish_job import EXPORTING, PUBLISHING, newest_number
from lms.workshop.views.blueprint import bp
from lms.workshop.views.difference_words import in_sentences
from lms.workshop.views.editing import form_token, me

log = structlog.get_logger(__name__)


def _name(document: DraftDocument) -> str:
    title = title_of(document, "course")
    return pick(title["zh"], title["en"]) or _("Course without a title")


@bp.get("/workshop/drafts/<int:draft_id>/review")
@requires(TRAINER)
def review(draft_id: int) -> ResponseReturnValue:
    """Show what is left to mend, what changes for learners, and the comments; publish from here."""
    draft = drafts.own(session(), draft_id, person())
    base = session().get(CourseVersion, draft.version_id) if draft.version_id else None
    newest = newest_number(session(), draft.document["code"])
    job = session().get(Job, draft.job_id) if draft.job_id else None
    working = job is not None and job.state in WORKING
    faults = faults_of(session(), draft)
    return render_template(
        "workshop/review.html",
        draft=draft,
        title=_name(draft.document),
        faults=faults,
        unfinished=_unfinished(faults),
        working=working,
        base=base,
        newest=newest,
        changes=None if base is None or working or draft.state == PUBLISHED else _changes(_document_of(base), draft.document),
        comments=reviewing.comments_of(session(), draft),
        names={one["key"]: pick(one["title"]["zh"], one["title"]["en"]) for one in activities_of(draft.document)},
        reviewers=reviewing.possible_reviewers(session(), draft, person()),
        reviewer=session().get(Person, draft.reviewer_id) if draft.reviewer_id else None,
        published=session().get(CourseVersion, draft.published_id) if draft.published_id else None,
        is_published=draft.state == PUBLISHED,
        longest=reviewing.LONGEST_COMMENT,
    )


def _unfinished(faults: list[FieldFault]) -> list[FieldFault]:
    """Return what is certainly to mend; whether a file is fine by now is found by publishing."""
    return [one for one in faults if one.field != "files"]


def _document_of(version: CourseVersion) -> DraftDocument:
    return document_to_compare(session(), storage(), version)


def _changes(old: DraftDocument, new: DraftDocument) -> list[tuple[str, str]]:
    return in_sentences(differences(old, new))


@bp.post("/workshop/drafts/<int:draft_id>/publish")
@requires(TRAINER)
def publish_draft(draft_id: int) -> ResponseReturnValue:
    """Let a job check and publish the draft, as it does with uploaded packages."""
    with transaction() as writing:
        draft = drafts.own(writing, draft_id, person(), lock=True)
        job = writing.get(Job, draft.job_id) if draft.job_id else None
        newest = newest_number(writing, draft.document["code"])
        if draft.state == PUBLISHED or (job is not None and job.state in WORKING):
            return redirect(url_for(".review", draft_id=draft_id))
        if request.form.get("over", type=whole_number) != newest:
            flash(_("Somebody published another version of this course. Compare it with your draft, then publish again."), "warning")
            return redirect(url_for(".review", draft_id=draft_id))
        if faults := _unfinished(faults_of(writing, draft)):
            flash(_("%(where)s: %(words)s", where=faults[0].at, words=faults[0].words), "error")
            return redirect(url_for(".review", draft_id=draft_id))
        params = {"draft": draft.id, "by": person().id, "over": newest, "name": _name(draft.document), "locale": str(get_locale())}
        draft.job_id = queue.enqueue(writing, PUBLISHING, person().id, params, now()).id
        draft.problems = draft.refusal = None
    ring(work)
    return redirect(url_for(".review", draft_id=draft_id))


@bp.post("/workshop/drafts/<int:draft_id>/reviewer")
@requires(TRAINER)
def ask_reviewer(draft_id: int) -> ResponseReturnValue:
    """Ask a colleague to look at the draft."""
    with transaction() as writing:
        reviewing.ask(
            writing, drafts.own(writing, draft_id, person(), lock=True), request.form.get("reviewer", 0, type=whole_number), person()
        )
    flash(_("Your colleague finds the draft under Courses → Drafts."), "success")
    return redirect(url_for(".review", draft_id=draft_id))


@bp.post("/workshop/drafts/<int:draft_id>/decision")
@requires(TRAINER)
def decide(draft_id: int) -> ResponseReturnValue:
    """Agree to the draft, or give it back."""
    with transaction() as writing:
        draft = drafts.own(writing, draft_id, person(), lock=True)
        revision = request.form.get("revision", type=whole_number)
        reviewing.decide(draft, person(), revision, agreed=request.form.get("decision") == "agreed")
    return redirect(url_for(".review", draft_id=draft_id))


@bp.post("/workshop/drafts/<int:draft_id>/comments")
@requires(TRAINER)
def add_comment(draft_id: int) -> ResponseReturnValue:
    """Comment on the draft or on one of its activities."""
    with transaction() as writing:
        draft = drafts.own(writing, draft_id, person())
        text, activity = request.form.get("text", ""), request.form.get("activity")
        token = digest_of([form_token(), draft_id, text, activity]) if form_token() else ""  # another text is another comment
        once.once(writing, token, me(), lambda: str(reviewing.comment(writing, draft, text, activity, me()).id))
    return redirect(url_for(".review", draft_id=draft_id, _anchor="comments"))


@bp.post("/workshop/drafts/<int:draft_id>/comments/<int:comment_id>")
@requires(TRAINER)
def resolve_comment(draft_id: int, comment_id: int) -> ResponseReturnValue:
    """Mark a comment as dealt with, or open it again."""
    with transaction() as writing:
        reviewing.resolve(writing, drafts.own(writing, draft_id, person()), comment_id, now())
    return redirect(url_for(".review", draft_id=draft_id, _anchor="comments"))


@bp.post("/workshop/drafts/<int:draft_id>/export")
@requires(TRAINER)
def export_draft(draft_id: int) -> ResponseReturnValue:
    """Make a package of the draft, which imports again as the same course."""
    draft = drafts.own(session(), draft_id, person())
    log.info("draft.exported", draft=draft.id, by=person().id)
    return _exported({"draft": draft.id, "name": _name(draft.document)})


@bp.post("/catalogue/courses/<code>/versions/<int:number>/export")
@requires(TRAINER)
def export_version(code: str, number: int) -> ResponseReturnValue:
    """Make a package of a published version for those who may publish the next one: it holds the answers."""
    version = _version(code, number)
    if not publish.may_publish(session(), version.course, person()):
        raise NotFound(_("There is no such course, or it is not yours to change."))
    _document_of(version)  # or says why it cannot be packed
    log.info("course.exported", course=code, version=number, by=person().id)
    return _exported({"version": version.id, "name": pick(version.title_zh, version.title_en)})


def _exported(params: dict[str, Any]) -> ResponseReturnValue:
    with transaction() as writing:
        queue.enqueue(writing, EXPORTING, person().id, params, now())
    ring(work)
    return redirect(url_for("jobs.mine"))


@bp.get("/catalogue/courses/<code>/compare")
@requires(TRAINER)
def compare(code: str) -> ResponseReturnValue:
    """Show the differences between two published versions."""
    versions = listing.versions_of(session(), code)
    if not versions:
        raise NotFound(_("There is no such course or version."))
    numbers = [one.number for one in versions]
    new = request.args.get("to", numbers[0], type=whole_number)
    old = request.args.get("from", next((one for one in numbers if one < new), new), type=whole_number)
    found = [_version(code, one) for one in (old, new)]
    if not publish.may_publish(session(), found[0].course, person()):
        raise NotFound(_("There is no such course, or it is not yours to change."))
    changes = _changes(*(_document_of(one) for one in found))
    return render_template("workshop/compare.html", versions=versions, old=found[0], new=found[1], changes=changes)


def _version(code: str, number: int) -> CourseVersion:
    found = next((one for one in listing.versions_of(session(), code) if one.number == number), None)
    if found is None:
        raise NotFound(_("There is no such course or version."))
    return found


@bp.post("/workshop/drafts/<int:draft_id>/copy")
@requires(TRAINER)
def copy_draft(draft_id: int) -> ResponseReturnValue:
    """Begin another course with the same content."""
    with transaction() as writing:
        draft = drafts.own(writing, draft_id, person())
        copied = once.once(writing, form_token(), me(), lambda: str(drafts.copy(writing, draft, person(), me()).id))
    flash(_("This is the copy: a course of its own, with a code of its own."), "success")
    return redirect(url_for(".editor", draft_id=copied))


@bp.post("/workshop/drafts/<int:draft_id>/delete")
@requires(TRAINER)
def delete_draft(draft_id: int) -> ResponseReturnValue:
    """Delete a draft; published versions stay."""
    with transaction() as writing:
        draft = drafts.own(writing, draft_id, person(), lock=True)
        writing.delete(draft)
    log.info("draft.deleted", draft=draft_id, by=person().id)
    flash(_("The draft was deleted."), "success")
    return redirect(url_for(".draft_list"))
