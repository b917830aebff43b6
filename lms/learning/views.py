"""Routes of the player page: the page itself, opening a launch, beats, resume data, answers."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from courses.formats import FORMATS
from lms import vocabulary as v
from lms.accounts import login_sessions
from lms.accounts.access import person, public, requires
from lms.accounts.browsers import browser_of, in_words
from lms.accounts.cookies import current_login, name_of
from lms.accounts.signin import csrf
from lms.clock import now
from lms.config import Settings
from lms.db import session, transaction
from lms.errors import Conflict, Gone, LmsError, NotSignedIn, TooLarge
from lms.i18n import pick
from lms.learning import (
    answers,
    checks,
    commit_views,
    ended_access,
    failures,
    fast_path,
    frame_address,
    launch,
    link_views,
    live_views,
    presence,
    reflections,
    state,
)
from lms.learning.admission import Admission, StudiedActivity, admit
from lms.learning.attended import ALONE, BeatBody
from lms.learning.content import bp as content_bp
from lms.learning.course_place import around
from lms.learning.credential import running, ticket_of
from lms.learning.declining import declined, wrong_length
from lms.learning.device import COOKIE, device_of
from lms.learning.failures import Failure
from lms.learning.models import ContentFailure, Launch
from lms.learning.opened import now_ms, opened_reply, ring, unless_refused, with_device
from lms.learning.own_media import captions_text, plays_own_media
from lms.learning.package_hosts import PackageHosts
from lms.learning.presence import BeatRefused
from lms.learning.runtimes.cmi5 import unit_page
from lms.learning.tickets import CommitTokens, Ticket, Tickets
from lms.learning.wire import AnswersBody, FailedBody, OpenBody, StateBody, beat_reply
from lms.learning.words import failure_words, player_texts
from lms.site_settings import site_settings
from lms.storage import storage
from lms.web.json_bodies import body_of, json_reply

bp = Blueprint("learning", __name__)


@bp.get("/learn/<int:enrolment_id>/<int:course_version_id>/<activity>")
@requires()
def play(enrolment_id: int, course_version_id: int, activity: str) -> ResponseReturnValue:
    """Show the player page. It opens nothing itself: the page's own POST does that, so that a prefetch takes no lease."""
    admission = _admitted(StudiedActivity(enrolment_id, course_version_id, activity))
    if admission.version.id != course_version_id:  # the class was moved to another version since somebody kept this address
        return redirect(url_for(".play", **_place_arguments(admission.place)))
    address = link_views.address_of(admission.version.files_of(admission.activity.key), admission.activity)
    page = _player(admission) if address is None else link_views.shown(admission, address)
    return with_device(Response(page), request, site_settings())


def _player(admission: Admission) -> str:
    how, config = FORMATS[admission.activity.format], _page_config(admission)
    return render_template(
        "learning/play.html", admission=admission, config=config, how=how, said=tuple(_said(admission)), **around(admission)
    )


@bp.get("/learn/<int:enrolment_id>/<int:course_version_id>/<activity>/captions/<language>")
@requires()
def captions(enrolment_id: int, course_version_id: int, activity: str, language: str) -> str:
    """Return the text of a film's captions in one language, once somebody opens it; nothing of a language that the film does not have."""
    texts = _said(_admitted(StudiedActivity(enrolment_id, course_version_id, activity))).get(language, ())
    return render_template("learning/_captions.html", language=language, texts=texts)


def _said(admission: Admission) -> Mapping[str, tuple[str, ...]]:
    return captions_text(admission.version.files_of(admission.activity.key), admission.activity)


def _admitted(place: StudiedActivity) -> Admission:
    return unless_refused(admit(session(), person().id, place))


def _page_config(admission: Admission) -> dict[str, Any]:
    settings, activity, place = site_settings(), admission.activity, admission.place
    files = admission.version.files_of(activity.key)
    return {
        "place": {"enrolment": place.enrolment_id, "version": place.course_version_id, "activity": place.activity},
        "urls": {
            "open": url_for(".open_activity"),
            "beat": url_for(".take_beat"),
            "state": url_for(".save_state"),
            "answers": url_for(".take_answers"),
            "failed": url_for(".note_failure"),
            "statements": "/xapi/statements",
            "progress": url_for("home.activity_progress", **_place_arguments(place)),
        },
        "sandbox": frame_address.sandbox(admission),
        "frame": frame_address.frame_on(frame_address.origin_of(admission), activity, files),
        "ahead": frame_address.ahead_of(admission),
        "file": f"{settings.content_url}/content/{files}/{activity.entry}",
        "iri": v.activity_iri(settings.public_url, admission.course.code, activity.key),
        "csrf": generate_csrf(),
        "now_ms": now_ms(),
        "locale": "zh-CN" if pick("zh", "en") == "zh" else "en",
        "title": pick(activity.title.zh, activity.title.en),
        "settings": {"media_seconds": activity.media_seconds, "grading": activity.grading},
        "cap_seconds": activity.worth_seconds,
        "attention": {"alone_seconds": int(ALONE.total_seconds()), "own_media": _own_media(admission)},
        "unit": unit_page.config_of(admission),
        "texts": player_texts(settings.beat_seconds + settings.beat_grace_seconds),
    }


def _own_media(admission: Admission) -> bool:
    return plays_own_media(admission.version.files_of(admission.activity.key), admission.activity)


def _place_arguments(place: StudiedActivity) -> dict[str, Any]:
    return {"enrolment_id": place.enrolment_id, "course_version_id": place.course_version_id, "activity": place.activity}


@bp.post("/learn/open")
@requires()
def open_activity() -> ResponseReturnValue:
    """Open or resume a launch for the signed-in person, and give its token to the page."""
    wanted = body_of(OpenBody)
    admission = _admitted(StudiedActivity(wanted.enrolment, wanted.version, wanted.activity))
    device = device_of(request.user_agent.string, request.cookies.get(name_of(COOKIE, site_settings())))
    take = wanted.take and FORMATS[admission.activity.format].leads_to is None  # beside a page elsewhere nothing is measured
    with transaction() as writing:
        if not login_sessions.hold(writing, person().id, current_login().id):
            raise NotSignedIn(_("You have been signed out. Sign in again to continue; the time measured is kept."))
        opened = unless_refused(launch.open_launch(writing, admission, device, site_settings(), now(), take=take))
        opened.launch.own_media = _own_media(admission)
        reply = opened_reply(opened.launch) | {
            "version": admission.version.id,
            "now_ms": now_ms(),
            "state": _raw(state.load(writing, opened.launch)),
            "attempts": answers.attempts_of(writing, opened.launch),
            "drawn": answers.drawn_questions(writing, opened.launch),
            "checked": checks.judged_right(writing, opened.launch, site_settings().public_url, now()),
            "reflection": reflections.reply_of(reflections.work_of(writing, opened.launch)),
            "reports": frame_address.reports_of(admission, opened.launch),
            "unit": unit_page.begin(writing, opened.launch, now())
            if take and wanted.start and admission.version.id == wanted.version
            else None,
        }
    if opened.stated or reply["unit"]:
        ring(1)
    return json_reply(reply)


def _raw(text: str | None) -> msgspec.Raw | None:
    return None if text is None else msgspec.Raw(text.encode())


@bp.post(fast_path.PATH)
@csrf.exempt
@public
def take_beat() -> ResponseReturnValue:
    """Handle a beat by its launch token, if `fast_path` has not answered it."""
    fast_path.raise_failed(request.environ)
    ticket, body = _ticket(), body_of(BeatBody)
    with transaction() as writing:
        answered = presence.take_beat(writing, ticket, body, now(), site_settings())
    if isinstance(answered, BeatRefused):
        raise _stopped(answered)
    if answered.stated:
        ring(1)
    return Response(beat_reply(answered, site_settings()), mimetype="application/json")


def _ticket() -> Ticket:
    ticket = ticket_of(request)
    if ticket is None:
        raise NotSignedIn("This needs a launch token.", code="token")
    return ticket


def _stopped(why: BeatRefused) -> LmsError:
    if why is BeatRefused.LEASE:
        return Conflict("Another page of this learner is the live one.", code="lease")
    return Gone("This launch has ended.", code="ended")


def _running() -> Launch:
    found = running(_ticket())
    if found is None:
        raise NotSignedIn("This launch has ended.", code="ended")
    return found


@bp.post("/learn/state")
@csrf.exempt
@public
def save_state() -> ResponseReturnValue:
    """Store resume data by launch token."""
    found, body = _running(), body_of(StateBody)
    text = bytes(body.body).decode()
    if len(text.encode()) > state.LARGEST_BYTES:
        raise TooLarge(_too_large_state(), code="state-size")
    with transaction() as writing:
        kept = state.save(writing, found, text, timedelta(milliseconds=body.age_ms), now())
    return json_reply({"kept": kept})


def _too_large_state() -> str:
    return _(
        "This activity keeps more than %(kb)s kB about where you are, so the place cannot be saved. Your hours are not "
        "affected: finish it in one sitting, and tell your trainer.",
        kb=state.LARGEST_BYTES // 1024,
    )


@bp.post("/learn/answers")
@csrf.exempt
@public
def take_answers() -> ResponseReturnValue:
    """Grade a quiz by launch token. The same submission again gets the same grade and is not a second attempt."""
    found, body = _running(), body_of(AnswersBody)
    asked = reflections.asked_in(session(), storage(), found)
    if asked is not None:
        return _take_reflection(found, asked, body)
    checked = answers.check(session(), found, body.answers)
    if checked is not None:
        return _take_checks(found, checked)
    with transaction() as writing:
        outcome = answers.submit(writing, found, body.id, body.answers, site_settings().public_url, now())
    if isinstance(outcome, answers.Declined):
        raise declined(outcome)
    ring(outcome.statements)
    return json_reply(outcome.reply())


def _take_checks(found: Launch, checked: dict[str, Any]) -> ResponseReturnValue:
    right = [one["id"] for one in checked["items"] if one["correct"]]
    if right and found.judged:
        with transaction() as writing:
            stated = checks.note_right(writing, found, right, site_settings().public_url, now())
        ring(stated)
    return json_reply(checked)


def _take_reflection(found: Launch, asked: dict[str, Any], body: AnswersBody) -> ResponseReturnValue:
    with transaction() as writing:
        kept = reflections.hand_in(writing, found, asked, body.answers, now())
    if kept is None:
        raise wrong_length()
    return json_reply(kept)


@bp.post("/learn/failed")
@csrf.exempt
@public
def note_failure() -> ResponseReturnValue:
    """Count for the trainer that the content of a launch could not be shown, or that its statements were cleaned."""
    found, body = _running(), body_of(FailedBody)
    with transaction() as writing:
        failures.note(writing, found, Failure(body.reason, body.detail, browser_of(request.user_agent.string)), now())
    return Response(status=204)


def _failures_of(course_id: int, *, cleaned: bool = False) -> Sequence[tuple[ContentFailure, int]]:
    return (failures.cleaned_of_course if cleaned else failures.of_course)(session(), course_id)


def init_app(app: Flask, settings: Settings) -> None:
    """Register the player's routes, the key of its tokens, and the signals that end launches."""
    app.extensions["launch_tickets"] = Tickets(settings.secret_key)
    app.extensions["commit_tokens"] = CommitTokens(settings.secret_key)
    app.extensions["package_hosts"] = PackageHosts(settings.secret_key, settings.package_url)
    app.register_blueprint(bp)
    app.register_blueprint(content_bp)
    app.register_blueprint(commit_views.bp)
    app.register_blueprint(live_views.bp)
    app.jinja_env.globals.update(content_failures=_failures_of, failure_words=failure_words, browser_words=in_words)
    ended_access.connect(app)
