"""Pages on which a teacher asks about their hours, and on which an office answers."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.access_log.noting import VIEWED, NotedAccess
from lms.access_log.recording import record
from lms.accounts.access import person, requires
from lms.accounts.models import OFFICE, STAFF, TEACHER, Person
from lms.certification import appeals, holds, review_queue
from lms.certification.appeals import ACCEPTED, DECLINED, LONGEST_LINE, OPEN, TEXT_MAX, WITHDRAWN, AskedLine
from lms.certification.issuing import latest_of
from lms.certification.models import Appeal
from lms.certification.views import reviews
from lms.classes import membership
from lms.classes.models import ClassSession, Enrolment
from lms.clock import now
from lms.crediting.models import HeldSession
from lms.db import session, transaction
from lms.errors import Conflict, InvalidInput, NotFound
from lms.office.places import NOT_YOURS, administers, by_me, trail_of
from lms.transcripts.transcript import Transcript, read

bp = Blueprint("appeals", __name__)
STATES = {OPEN: _l("Waits for an answer"), ACCEPTED: _l("Accepted"), DECLINED: _l("Declined"), WITHDRAWN: _l("Withdrawn")}
TONES = {OPEN: ("info", "waiting"), ACCEPTED: ("ok", "done"), DECLINED: ("neutral", "close"), WITHDRAWN: ("neutral", "left")}
HOW = {ACCEPTED: _l("Accept: something will be corrected"), DECLINED: _l("Decline: the hours are right")}


@bp.context_processor
def _helpers() -> dict[str, object]:
    words = {"appeal_states": STATES, "appeal_tones": TONES, "states": reviews.STATES, "tones": reviews.TONES}
    return {"administers": administers, "class_trail": trail_of, **words}


@bp.get("/transcript/<int:enrolment_id>/question/<line>")
@requires(TEACHER)
def about(enrolment_id: int, line: str) -> ResponseReturnValue:
    """Show what was asked about one line of one's own transcript, and the form to ask."""
    return _about(enrolment_id, line)


def _about(enrolment_id: int, name: str, problems: Sequence[str] = ()) -> ResponseReturnValue:
    transcript, line = _own_line(enrolment_id, name)
    enrolment = transcript.standing.enrolment
    last = appeals.last_day(session(), enrolment, line.account)
    asked = appeals.of_line(session(), enrolment_id, line.account)
    page = render_template(
        "reviews/ask.html",
        transcript=transcript,
        line=line,
        asked=asked,
        last=last,
        in_time=appeals.is_in_time(last, transcript.case.policy.time_zone, now()),
        waiting=any(one.state == OPEN for one in asked),
        given=request.form.get("text", ""),
        problems=[(one, "text") for one in problems],
        most=TEXT_MAX,
    )
    return page, 422 if problems else 200


def _own_line(enrolment_id: int, name: str) -> tuple[Transcript, AskedLine]:
    """Return a line of one's own transcript.

    Raises:
        NotFound: it is another person's transcript, or has no such line.
    """
    mine = select(Enrolment.id).where(Enrolment.id == enrolment_id, Enrolment.person_id == person().id)
    if session().scalar(mine) is None or len(name) > LONGEST_LINE:
        raise NotFound(str(NOT_YOURS))
    transcript = read(session(), enrolment_id, now())
    line = appeals.lines_of(transcript, _sessions(transcript)).get(name)
    if line is None:
        raise NotFound(_("There is no such line on this transcript."))
    return transcript, line


def _sessions(transcript: Transcript) -> Mapping[str, str]:
    own = (ClassSession.class_id == transcript.standing.training_class.id, ClassSession.cancelled_at.is_(None))
    return {key: title for key, title in session().execute(select(ClassSession.key, ClassSession.title).where(*own))}


@bp.post("/transcript/<int:enrolment_id>/question/<line>")
@requires(TEACHER)
def ask(enrolment_id: int, line: str) -> ResponseReturnValue:
    """Send a question about one line of one's own transcript."""
    _own_line(enrolment_id, line)
    try:
        with transaction() as writing:
            membership.locked(writing, enrolment_id)
            enrolment = writing.get_one(Enrolment, enrolment_id, options=appeals.WITH_CLASS)
            appeals.ask(writing, enrolment, line, request.form.get("text", ""), by_me())
    except InvalidInput as error:
        return _about(enrolment_id, line, error.problems or [error.message])
    flash(_("Sent. You find the answer here."), "success")
    return redirect(url_for(".about", enrolment_id=enrolment_id, line=line))


@bp.post("/transcript/questions/<int:appeal_id>/withdraw")
@requires(TEACHER)
def withdraw(appeal_id: int) -> ResponseReturnValue:
    """Withdraw one's own open question."""
    with transaction() as writing:
        own = select(Appeal).join(Enrolment, Enrolment.id == Appeal.enrolment_id)
        row = writing.scalar(own.where(Appeal.id == appeal_id, Enrolment.person_id == person().id).with_for_update(of=Appeal))
        if row is None:
            raise NotFound(str(NOT_YOURS))
        done = appeals.withdraw(writing, row, by_me())
        enrolment_id, line = row.enrolment_id, row.account
    flash(_("The question was withdrawn.") if done else _("It was answered in the meantime."), "success" if done else "info")
    return redirect(url_for(".about", enrolment_id=enrolment_id, line=line))


@bp.get("/office/questions")
@requires(OFFICE, STAFF)
def queue() -> ResponseReturnValue:
    """Show the open questions of one's classes, the oldest first."""
    wanted = holds.asked(request.args)
    page = appeals.queue(session(), reviews.within(), wanted.class_id, decided=wanted.decided, after=request.args.get("after", ""))
    return render_template(
        "reviews/questions.html",
        page=page,
        titles=reviews.titles_in({one.enrolment.class_id for one in page.rows}),
        wanted=wanted,
        classes=review_queue.classes_of(session(), Appeal, reviews.within()),
    )


@bp.get("/office/questions/<int:appeal_id>")
@requires(OFFICE, STAFF)
def one(appeal_id: int) -> ResponseReturnValue:
    """Show one question, what it is about, and the form to answer."""
    appeal = _found(appeal_id)
    record(NotedAccess(VIEWED, "review", person_id=appeal.enrolment.person_id))
    return _page(appeal)


def _found(appeal_id: int) -> Appeal:
    found = appeals.found(session(), reviews.within(), appeal_id)
    if found is None:
        raise NotFound(str(NOT_YOURS))
    return found


def _page(appeal: Appeal, problems: Sequence[str] = ()) -> ResponseReturnValue:
    transcript = read(session(), appeal.enrolment_id, now())
    training_class = appeal.enrolment.training_class
    sessions = _sessions(transcript)
    held = select(HeldSession).where(HeldSession.enrolment_id == appeal.enrolment_id, HeldSession.activity == appeal.account)
    certificate = latest_of(session(), [appeal.enrolment_id]).get(appeal.enrolment_id)
    by = session().get(Person, appeal.decided_by) if appeal.decided_by else None
    lesson = select(ClassSession.id).where(ClassSession.class_id == training_class.id, ClassSession.key == appeal.account.partition(":")[2])
    page = render_template(
        "reviews/question.html",
        appeal=appeal,
        line=appeals.lines_of(transcript, sessions).get(appeal.account),
        transcript=transcript,
        training_class=training_class,
        held=session().scalars(held.order_by(HeldSession.id)).all(),
        certificate=certificate,
        lesson=session().scalar(lesson) if appeal.account.startswith(f"{training_class.code}:") else None,
        by=by.name if by else None,
        mark=appeals.mark_of(appeal),
        own=appeal.enrolment.person_id == person().id,
        may_decide=administers(training_class)
        and appeal.enrolment.person_id != person().id
        and appeals.may_be_answered(appeal, appeal.enrolment),
        how=HOW,
        given=request.form,
        problems=[(line, None) for line in problems],
        most=TEXT_MAX,
    )
    return page, 422 if problems else 200


@bp.post("/office/questions/<int:appeal_id>")
@requires(OFFICE)
def decide(appeal_id: int) -> ResponseReturnValue:
    """Answer a question. Hours change only by the ways that the page names."""
    found = _found(appeal_id)
    if not administers(found.enrolment.training_class):
        raise NotFound(str(NOT_YOURS))
    said = request.form
    try:
        with transaction() as writing:
            row = writing.scalars(select(Appeal).where(Appeal.id == appeal_id).with_for_update()).one()
            appeals.decide(writing, row, said.get("decision", "")[:10], said.get("answer", ""), said.get("seen", "")[:40], by_me())
    except InvalidInput as error:
        return _page(found, error.problems or [error.message])
    except Conflict as error:
        return _page(found, [error.message])
    flash(_("Answered. The teacher reads it on the transcript."), "success")
    return redirect(url_for(".one", appeal_id=appeal_id))


@bp.app_template_global()
def questions_of(enrolment_id: int) -> Mapping[str, Appeal]:
    """Return the latest question about each line, for the page of a transcript."""
    return appeals.of_enrolment(session(), enrolment_id)


@bp.app_template_global()
def is_own(enrolment: Enrolment) -> bool:
    """Say whether an enrolment is the signed-in person's."""
    return enrolment.person_id == person().id


@bp.app_template_global()
def question_pill(appeal: Appeal) -> tuple[str, str, str]:
    """Return the words, the tone and the icon of a question's state."""
    return (str(STATES[appeal.state]), *TONES[appeal.state])


@bp.app_template_global()
def hold_decisions(enrolment_id: int, activity: str, launch: str) -> Sequence[holds.PastDecision]:
    """Return what was decided about a held session, for the page of a transcript."""
    return holds.decisions_about(session(), enrolment_id, activity, launch)
