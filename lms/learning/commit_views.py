"""The address to which the pages of a package report, on the package's own host: no cookie, no header, a token in the path."""

from functools import lru_cache

from flask import Blueprint, abort, current_app
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from courses.formats import FORMATS
from courses.formats.format import ReportTooLargeError, Tracker, UnitReport
from lms.accounts.access import public
from lms.accounts.signin import csrf
from lms.catalogue import contents
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.clock import now
from lms.db import session, transaction
from lms.errors import NotSignedIn, TooLarge
from lms.learning import commits
from lms.learning.credential import running
from lms.learning.models import Launch
from lms.learning.opened import ring
from lms.learning.tickets import CommitTokens, Ticket
from lms.learning.wire import CommitBody
from lms.site_settings import site_settings
from lms.storage import Storage, storage
from lms.web.hosts import on_content_host, package_label
from lms.web.json_bodies import body_of, json_reply

bp = Blueprint("commits", __name__)

KEPT = 256
NOT_STORED = {"Cache-Control": "no-store"}


@bp.get("/commit/<token>")
@on_content_host
@public
def load(token: str) -> ResponseReturnValue:
    """Return what the units of an activity have reported so far."""
    return json_reply(commits.load(session(), _launch(token)), NOT_STORED)


@bp.post("/commit/<token>")
@csrf.exempt
@on_content_host
@public
def take(token: str) -> ResponseReturnValue:
    """Keep a report of one unit, in the form in which scorm-again expects the answer."""
    launch, body = _launch(token), body_of(CommitBody)
    tracker = _tracker(launch)
    if tracker is None:
        abort(404)
    reported = UnitReport(body.unit, body.ended, body.run, body.number, body.values)
    try:
        with transaction() as writing:
            stated = commits.commit(writing, launch, tracker, reported, site_settings(), now())
    except ReportTooLargeError:
        raise too_large() from None
    if stated:
        ring(stated)
    return json_reply({"result": "true", "errorCode": 0, "stated": stated}, NOT_STORED)


def too_large() -> TooLarge:
    """Return the answer to a report of more than is kept."""
    words = _(
        "This activity keeps more about where you are than can be saved, so the place is not saved. Your hours are not affected: "
        "finish it in one sitting, and tell your trainer."
    )
    return TooLarge(words, code="state-size")


def _launch(token: str) -> Launch:
    """Return the launch of a token, if it was given to the host that sends it.

    Raises:
        NotSignedIn: the launch has ended.
    """
    tokens: CommitTokens = current_app.extensions["commit_tokens"]
    ticket = tokens.read(token)
    if ticket is None or ticket.label != package_label(site_settings()):
        abort(404)
    found = running(Ticket(ticket.launch_id, 0))
    if found is None:
        raise NotSignedIn("This launch has ended.", code="ended")
    return found


def _tracker(launch: Launch) -> Tracker | None:
    version = session().get_one(CourseVersion, launch.course_version_id)
    activity = next(one for one in outline_of(version).activities if one.key == launch.activity)
    return tracker_of(storage(), version.files_of(launch.activity), activity.format, activity.entry)


@lru_cache(KEPT)
def tracker_of(files: Storage, sha256: str, format: str, entry: str) -> Tracker | None:
    """Return what keeps the reports of a package's units; None for other content. Read once, because published files never change."""
    return FORMATS[format].tracker(
        entry, lambda path: contents.find(files, sha256, path) is not None, lambda path: contents.read(files, sha256, path)
    )
