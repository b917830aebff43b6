"""Pages for a learner's phone that scanned a session's changing code, to check in or out.

A code opens an address. The time at which the server first received it is stored in the browser's signed cookie, so signing in first
costs nobody their check-in, and a person to whom the address is forwarded gains nothing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.accounts.access import person, public, requires
from lms.accounts.cookies import name_of
from lms.accounts.models import TEACHER
from lms.attendance import checking_in, codes
from lms.attendance.checking_in import ReceivedScan
from lms.attendance.codes import Code
from lms.attendance.models import CLAIMED
from lms.classes.freezing import is_erased
from lms.classes.models import LEARNING, ClassSession, Enrolment, TrainingClass
from lms.classes.setup import locked_class
from lms.clock import now
from lms.crediting.attesting import Attestor
from lms.db import session, transaction
from lms.errors import NotFound
from lms.learning.device import COOKIE, device_of, identity_of
from lms.learning.opened import with_device
from lms.programmes.store import document_of
from lms.sealing import derived
from lms.site_settings import site_settings

bp = Blueprint("here", __name__, url_prefix="/here")

SCANNED = "scanned"  # in the cookie: a code, and the time at which the server first received it
KEPT = timedelta(minutes=10)  # the time that a person may take to sign in


def _read(text: str) -> Code:
    """Return the content of a code in an address.

    Raises:
        NotFound: this site did not make it.
    """
    code = codes.read_code(text, derived(site_settings().secret_key, codes.PURPOSE))
    if code is None:
        raise NotFound(_("This site never showed such a code. Scan the code on the screen again."))
    return code


def _received(text: str) -> datetime:
    """Return when the server first received this code from this browser: now, or before the person signed in."""
    kept, at = cookie.get(SCANNED), now()
    if isinstance(kept, Mapping) and kept.get("code") == text:
        first = datetime.fromisoformat(kept["at"])
        if timedelta() <= at - first <= KEPT:
            return first
    cookie[SCANNED] = {"code": text, "at": at.isoformat()}
    return at


def _own(lesson_id: int) -> tuple[ClassSession, Enrolment, TrainingClass]:
    """Return a session, the signed-in person's enrolment in its class, and the class.

    Raises:
        NotFound: the session was cancelled, or the person is in another class.
    """
    query = select(ClassSession, Enrolment, TrainingClass).join(Enrolment, Enrolment.class_id == ClassSession.class_id)
    query = query.join(TrainingClass, TrainingClass.id == ClassSession.class_id).options(joinedload(TrainingClass.programme_version))
    mine = (Enrolment.person_id == person().id, Enrolment.status.in_(LEARNING), ~is_erased())
    wanted = (ClassSession.id == lesson_id, ClassSession.cancelled_at.is_(None), TrainingClass.closed_at.is_(None))
    row = session().execute(query.where(*mine, *wanted)).first()
    if row is None:
        raise NotFound(_("This session is not one of your classes. Nothing was noted. Ask the class staff in the room."))
    return row[0], row[1], row[2]


@bp.get("/<code>")
@public
def scanned(code: str) -> ResponseReturnValue:
    """Show the page of a scanned code. A person who is not signed in signs in first, and loses no time."""
    found = _read(code)
    received = _received(code)
    if not current_user.is_authenticated:
        return redirect(url_for("security.login", next=request.path))
    if current_user.must_choose_password:
        return redirect(url_for("accounts.password", next=request.path))
    lesson, _enrolment, training_class = _own(found.session_id)
    page = render_template(
        "attendance/scanned.html",
        code=found,
        text=code,
        lesson=lesson,
        training_class=training_class,
        zone=document_of(training_class.programme_version).policy.time_zone,
        fresh=found.fresh(received),
        claimable=found.claimable(received),
        name=person().name,
    )
    return with_device(make_response(page), request, site_settings())


def _device() -> str:
    return device_of(request.user_agent.string, request.cookies.get(name_of(COOKIE, site_settings())))


@bp.post("/<code>")
@requires(TEACHER)
def check_in(code: str) -> ResponseReturnValue:
    """Store a check-in or check-out; a code that is no longer fresh is stored as a claim that waits for staff."""
    found = _read(code)
    lesson, enrolment, _class = _own(found.session_id)
    scan = ReceivedScan(found, _received(code), identity_of(_device()))
    with transaction() as writing:
        locked_class(writing, lesson.class_id)
        row = checking_in.receive(writing, *_rows(writing, lesson, enrolment), scan, _evidence(writing))
        state = row.state if row is not None else ""
    if not state:
        flash(_("This code is too old, or you have scanned too often. Ask the class staff in the room."), "error")
    elif state == CLAIMED:
        flash(_("Sent. It counts when the class staff confirm it."), "info")
    return redirect(url_for(".state", session_id=lesson.id))


def _rows(writing: Session, lesson: ClassSession, enrolment: Enrolment) -> tuple[ClassSession, Enrolment]:
    return writing.get_one(ClassSession, lesson.id), writing.get_one(Enrolment, enrolment.id)


def _evidence(writing: Session) -> Attestor:
    return Attestor(writing, site_settings().public_url, None, now())


@bp.get("/session/<int:session_id>")
@requires(TEACHER)
def state(session_id: int) -> ResponseReturnValue:
    """Show a person their check-ins and check-outs of a session."""
    lesson, enrolment, training_class = _own(session_id)
    scans = checking_in.scans_of(session(), [session_id]).get((session_id, enrolment.id), ())
    stays, came = checking_in.stays_of(scans)
    return render_template(
        "attendance/state.html",
        lesson=lesson,
        training_class=training_class,
        zone=document_of(training_class.programme_version).policy.time_zone,
        stays=stays,
        came=came,
        waiting=[one for one in scans if one.state == CLAIMED],
    )


@bp.get("/kept")
@public
def kept() -> ResponseReturnValue:
    """Return the page that a phone caches for use without a network; it contains no personal data."""
    return render_template("attendance/kept.html")


@bp.get("/worker.js")
@public
def worker() -> ResponseReturnValue:
    """Return the script that answers without a network; it controls only pages below its own address.

    It keeps the files under the addresses that they have now. New addresses make it another script, which browsers then install.
    """
    script = (Path(current_app.static_folder or "") / "js/check-in-worker.js").read_text(encoding="utf-8")
    response = Response(script.replace("/static/", f"{current_app.extensions['static_address']}/"), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response
