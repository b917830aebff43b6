"""Pages of a person's own background jobs."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.accounts.access import person, requires
from lms.celery_app import ring
from lms.clock import now
from lms.db import session, transaction
from lms.errors import NotFound
from lms.i18n import write_time
from lms.jobs import files, queue
from lms.jobs.kinds import JobKind, kind_of
from lms.jobs.models import DONE, FAILED, REFUSED, Job
from lms.jobs.tasks import work
from lms.storage import storage
from lms.web.downloads import as_download

bp = Blueprint("jobs", __name__, url_prefix="/jobs")
GONE = _l("This is not there (any more), or it is not yours to see. Results are kept for seven days: start the work again.")


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job as its owner sees it."""

    id: int
    title: str
    state: str
    done: int
    total: int
    message: str
    cancel_asked: bool
    result_name: str | None
    next_link: tuple[str, str] | None
    can_go_on: bool  # it failed, and may continue where it stopped

    @property
    def working(self) -> bool:
        """Whether it is still waiting or running."""
        return self.state in queue.WORKING


def _line(job: Job) -> JobLine:
    kind = kind_of(job.kind)
    next_link = kind.next_link(job.params) if kind.next_link and job.state == DONE else None
    state = FAILED if job.state == REFUSED else job.state
    on = job.state == FAILED and kind.can_go_on
    title = kind.title(job.params)
    return JobLine(job.id, title, state, job.done, job.total, _message(job), job.cancel_asked, job.result_name, next_link, on)


def _message(job: Job) -> str:
    refusal = kind_of(job.kind).refusal
    if job.state == REFUSED and refusal is not None:
        return refusal(job.message)
    if job.state == FAILED and not kind_of(job.kind).can_go_on:
        return _(
            "It stopped because something went wrong on our side, several times. Upload the list again: you see first what would change."
        )
    if job.state == FAILED:
        return _(
            "It stopped because something went wrong on our side, several times. What was finished is kept until %(kept)s: press Continue,"
            " and only the rest is done. If it stops again, tell the system administrator.",
            kept=write_time((job.finished_at or job.touched_at) + queue.KEPT),
        )
    asked = write_time(job.created_at)
    if job.state == DONE and job.finished_at is not None:
        return _("Asked for on %(asked)s; kept until %(kept)s.", asked=asked, kept=write_time(job.finished_at + queue.KEPT))
    return _("Asked for on %(asked)s.", asked=asked)


@bp.get("/")
@requires()
def mine() -> ResponseReturnValue:
    """List one's own jobs."""
    return render_template("jobs/mine.html", jobs=[_line(job) for job in queue.of_person(session(), person().id)])


@bp.get("/<int:job_id>")
@requires()
def one(job_id: int) -> ResponseReturnValue:
    """Return one job's progress; the page polls it while the job runs."""
    return render_template("jobs/_one.html", job=_line(_own(job_id)))


def _own(job_id: int) -> Job:
    job = session().get(Job, job_id)
    if job is None or job.owner_id != person().id:
        raise NotFound(str(GONE))
    return job


@bp.post("/<int:job_id>/cancel")
@requires()
def cancel(job_id: int) -> ResponseReturnValue:
    """Ask a job to stop."""
    _own(job_id)
    with transaction() as writing:
        queue.cancel(writing.get_one(Job, job_id, with_for_update=True), now())
    return redirect(url_for(".mine"))


@bp.post("/<int:job_id>/go-on")
@requires()
def go_on(job_id: int) -> ResponseReturnValue:
    """Let a failed job continue where it stopped."""
    job = _own(job_id)
    kind = kind_of(job.kind)
    if not kind.can_go_on or not kind.may_have(session(), person(), job.params):
        raise NotFound(str(GONE))
    with transaction() as writing:
        queue.go_on(writing.get_one(Job, job_id, with_for_update=True), now())
    ring(work)
    return redirect(url_for(".mine"))


@bp.post("/<int:job_id>/delete")
@requires()
def delete(job_id: int) -> ResponseReturnValue:
    """Delete a job that has ended, and its file."""
    _own(job_id)
    with transaction() as writing:
        job = writing.get_one(Job, job_id, with_for_update=True)
        if job.state in queue.WORKING:
            flash(_("This is still being worked on. Cancel it first."), "warning")
            return redirect(url_for(".mine"))
        files.remove_all(storage(), job)
        writing.delete(job)
    flash(_("Removed."), "success")
    return redirect(url_for(".mine"))


@bp.get("/<int:job_id>/download")
@requires()
def download(job_id: int) -> ResponseReturnValue:
    """Return a job's result, as long as its owner may see what it is about."""
    job = _own(job_id)
    if not kind_of(job.kind).may_have(session(), person(), job.params):
        raise NotFound(str(GONE))
    size = storage().size(job.result_object) if job.result_object else None
    if size is None or job.result_object is None:
        raise NotFound(str(GONE))
    response = Response(storage().stream(job.result_object), mimetype="application/octet-stream", headers={"Content-Length": str(size)})
    return as_download(response, job.result_name or "result")


def init_app(app: Flask, kinds: Mapping[str, JobKind]) -> None:
    """Register the pages and the kinds of work."""
    app.extensions["job_kinds"] = kinds
    app.register_blueprint(bp)
