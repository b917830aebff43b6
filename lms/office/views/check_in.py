"""Pages for checking in by a code on the room's screen: the screen, late claims, and open check-ins."""

import segno
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from sqlalchemy import func, select

from lms.accounts.access import requires
from lms.accounts.models import OFFICE, STAFF
from lms.attendance import checking_in, codes, marking
from lms.attendance.checking_in import Decision
from lms.attendance.codes import IN, OUT, WAYS
from lms.attendance.marking import REASON_MAX
from lms.attendance.models import CLAIMED, CONFIRMED, DECLINED, CheckIn
from lms.classes.models import LEARNING, ClassSession, Enrolment
from lms.classes.setup import locked_class
from lms.clock import now
from lms.db import session, transaction
from lms.office.places import attesting, bp, by_me, own_session
from lms.programmes.store import document_of
from lms.sealing import derived
from lms.site_settings import site_settings
from lms.web.amounts import whole_number

AT_ONCE = 200  # claims or open check-ins


@bp.get("/classes/<int:class_id>/timetable/<int:session_id>/code")
@requires(OFFICE, STAFF)
def code(class_id: int, session_id: int) -> ResponseReturnValue:
    """Show the room's screen: a code that changes every few seconds, for checking in or out."""
    found, lesson = own_session(class_id, session_id)
    zone = document_of(found.programme_version).policy.time_zone
    return render_template(
        "office/code.html",
        training_class=found,
        zone=zone,
        opens=lesson.starts_at - codes.EARLY,
        **_picture(lesson),
    )


@bp.get("/classes/<int:class_id>/timetable/<int:session_id>/code/picture")
@requires(OFFICE, STAFF)
def code_picture(class_id: int, session_id: int) -> ResponseReturnValue:
    """Return the current code, and how many people have checked in."""
    found, lesson = own_session(class_id, session_id)
    return render_template("office/_code.html", training_class=found, **_picture(lesson))


def _picture(lesson: ClassSession) -> dict[str, object]:
    at = now()
    settings = site_settings()
    middle = lesson.starts_at + (lesson.ends_at - lesson.starts_at) / 2
    way = request.args.get("way", "")
    way = way if way in WAYS else (IN if at < middle else OUT)
    text = codes.write_code(codes.code_at(lesson.id, way, at), derived(settings.secret_key, codes.PURPOSE))
    address = settings.check_in_url + url_for("here.scanned", code=text)
    picture = segno.make(address, error="m", micro=False).svg_inline(scale=8, border=4, light="#fff", omitsize=True)
    return {
        "lesson": lesson,
        "way": way,
        "shown": lesson.starts_at - codes.EARLY <= at < lesson.ends_at + codes.LATE,
        "picture": Markup(picture),  # noqa: S704 – made here of an address of ours
        "address": address,
        **_counts(lesson),
    }


def _counts(lesson: ClassSession) -> dict[str, int]:
    people = session().scalar(select(func.count()).where(Enrolment.class_id == lesson.class_id, Enrolment.status.in_(LEARNING))) or 0
    scans = checking_in.scans_of(session(), [lesson.id])
    marks = marking.marks_of(session(), [lesson.id])[lesson.id]
    still = checking_in.open_among(scans, lesson.id, ())
    gone = {person for (_of, person), own in scans.items() if checking_in.stays_of(own)[0]} - set(still)
    waiting = sum(one.state == CLAIMED for own in scans.values() for one in own)
    return {"people": people, "came": len(set(still) | gone | set(marks)), "gone": len(gone), "waiting": waiting}


@bp.post("/classes/<int:class_id>/timetable/<int:session_id>/claims")
@requires(OFFICE, STAFF)
def decide_claims(class_id: int, session_id: int) -> ResponseReturnValue:
    """Confirm or decline late scans."""
    _found, lesson = own_session(class_id, session_id)
    state = {"confirm": CONFIRMED, "decline": DECLINED}.get(request.form.get("decision", ""))
    ids = request.form.getlist("claim", type=whole_number)[:AT_ONCE]
    if state is None:
        abort(422)
    with transaction() as writing:
        locked_class(writing, class_id)
        own = writing.get_one(ClassSession, lesson.id)
        claims = writing.scalars(select(CheckIn).where(CheckIn.session_id == lesson.id, CheckIn.id.in_(ids)).order_by(CheckIn.id)).all()
        decision, evidence = Decision(state, _reason(), by_me()), attesting(writing)
        count = sum(checking_in.decide(writing, own, one, decision, evidence) for one in claims)
    message = ngettext("%(num)s scan is decided.", "%(num)s scans are decided.", count) if count else _("Nothing has changed.")
    flash(message, "success" if count else "info")
    return redirect(url_for(".attendance", class_id=class_id, session_id=session_id))


def _reason() -> str:
    text = request.form.get("reason", "")[: REASON_MAX + 1].strip()
    return text[:REASON_MAX] if text.isprintable() else ""


@bp.post("/classes/<int:class_id>/timetable/<int:session_id>/close")
@requires(OFFICE, STAFF)
def close_check_ins(class_id: int, session_id: int) -> ResponseReturnValue:
    """Check out everybody who checked in by code and never checked out, at the session's end, with a reason by staff."""
    _found, lesson = own_session(class_id, session_id)
    back = redirect(url_for(".attendance", class_id=class_id, session_id=session_id))
    if not _reason() or lesson.ends_at > now():
        flash(_("Nothing was closed. Say why, and wait until the session is over."), "error")
        return back
    with transaction() as writing:
        locked_class(writing, class_id)
        own = writing.get_one(ClassSession, lesson.id)
        marks = marking.marks_of(writing, [lesson.id])[lesson.id]
        still = checking_in.open_among(checking_in.scans_of(writing, [lesson.id]), lesson.id, marks)
        decision, evidence = Decision(CONFIRMED, _reason(), by_me()), attesting(writing)
        count = sum(checking_in.close(writing, own, writing.get_one(Enrolment, person), decision, evidence) for person in still)
    flash(ngettext("%(num)s check-in is closed.", "%(num)s check-ins are closed.", count) if count else _("Nothing has changed."), "info")
    return back
