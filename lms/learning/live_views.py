"""Our own page beside the meeting of a live session: the page, and opening its launch. Beats have the same address for all pages."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from lms.accounts.access import person, requires
from lms.accounts.cookies import current_login, name_of
from lms.accounts.login_sessions import hold
from lms.accounts.models import TEACHER
from lms.attendance import checking_in, marking
from lms.clock import now
from lms.db import session, transaction
from lms.errors import NotSignedIn
from lms.learning import fast_path
from lms.learning.device import COOKIE, device_of
from lms.learning.live import LiveAdmission, admit_to_live, open_live
from lms.learning.live_time import BEAT_SECONDS, RHYTHM
from lms.learning.models import Launch
from lms.learning.opened import now_ms, opened_reply, ring, unless_refused, with_device
from lms.learning.words import live_texts
from lms.programmes.store import document_of
from lms.site_settings import site_settings

bp = Blueprint("live", __name__, url_prefix="/live")


def _admitted(session_id: int) -> LiveAdmission:
    return unless_refused(admit_to_live(session(), person().id, session_id))


def _device() -> str:
    return device_of(request.user_agent.string, request.cookies.get(name_of(COOKIE, site_settings())))


@bp.get("/<int:session_id>")
@requires(TEACHER)
def page(session_id: int) -> ResponseReturnValue:
    """Show the meeting's link and the clock. The page's own POST opens the launch, so that a prefetch takes no lease."""
    admission = _admitted(session_id)
    lesson, policy = admission.lesson, document_of(admission.training_class.programme_version).policy
    scans = checking_in.scans_of(session(), [session_id]).get((session_id, admission.enrolment_id), ())
    shown = render_template(
        "learning/live.html",
        lesson=lesson,
        training_class=admission.training_class,
        mark=marking.marks_of(session(), [session_id])[session_id].get(admission.enrolment_id),
        stays=checking_in.stays_of(scans)[0],
        share=policy.attended_share,
        minutes=int(RHYTHM.longest_gap.total_seconds()) // 60,
        zone=policy.time_zone,
        now=now(),
        config=_config(admission),
    )
    return with_device(Response(shown), request, site_settings())


def _config(admission: LiveAdmission) -> dict[str, Any]:
    lesson = admission.lesson
    return {
        "urls": {"open": url_for(".open_page", session_id=lesson.id), "beat": fast_path.PATH},
        "csrf": generate_csrf(),
        "now_ms": now_ms(),
        "starts_ms": int(lesson.starts_at.timestamp() * 1000),
        "ends_ms": int(lesson.ends_at.timestamp() * 1000),
        "cap_seconds": int((lesson.ends_at - lesson.starts_at).total_seconds()),
        "quiet_seconds": int(RHYTHM.longest_gap.total_seconds()),
        "texts": live_texts(),
    }


@bp.post("/<int:session_id>/open")
@requires(TEACHER)
def open_page(session_id: int) -> ResponseReturnValue:
    """Open or resume the page's launch, and give its token to the page."""
    admission = _admitted(session_id)
    with transaction() as writing:
        if not hold(writing, person().id, current_login().id):
            raise NotSignedIn(_("You have been signed out. Sign in again to continue; the time measured is kept."))
        opened = unless_refused(open_live(writing, admission, _device(), site_settings(), now()))
        reply = _reply(opened.launch)
    if opened.stated:
        ring(1)
    return reply


def _reply(launch: Launch) -> dict[str, Any]:
    return opened_reply(launch) | {"beat_seconds": BEAT_SECONDS, "now_ms": now_ms()}
