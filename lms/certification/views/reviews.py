"""Pages on which an office reviews held hours. Staff of a class see what is held in it; the office decides."""

import re
from collections.abc import Mapping, Sequence, Set

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from lms.access_log.noting import VIEWED, NotedAccess
from lms.access_log.recording import record
from lms.accounts.access import person, requires, scope
from lms.accounts.models import OFFICE, STAFF
from lms.accounts.offices import below
from lms.certification import holds, review_queue
from lms.certification.hold_evidence import evidence_about
from lms.certification.holds import AskedDecision
from lms.classes import membership
from lms.classes.membership import REASON_MAX
from lms.classes.models import ClassSession, ClassStaff, TrainingClass
from lms.classes.setup import courses_of
from lms.clock import now
from lms.crediting.models import HeldSession
from lms.crediting.policy import activity_name
from lms.db import session, transaction
from lms.errors import Conflict, InvalidInput, NotFound
from lms.hours import HOLDABLE
from lms.i18n import pick
from lms.office.places import NOT_YOURS, administers, attesting, by_me, trail_of
from lms.programmes.store import document_of
from lms.transcripts import words
from lms.transcripts.transcript import Transcript, read

bp = Blueprint("reviews", __name__, url_prefix="/office/reviews")
DECISIONS = {
    "released": _l("Release: all of it counts"),
    "partly": _l("Refuse the stretches that I choose"),
    "refused": _l("Refuse: none of it counts"),
}
STATES = {
    "open": _l("Held for review"),
    "released": _l("Released"),
    "refused": _l("Refused"),
    "partly": _l("Refused in part"),
}
TONES = {"open": ("warn", "held"), "released": ("ok", "done"), "refused": ("err", "close"), "partly": ("info", "edit")}
EXPLANATIONS = {
    "devices": _l("The person was present on two devices at the same instant. One of them may have been somebody else’s."),
    "claim": _l("A provider claimed more time than had passed since the activity was opened."),
    "rate": _l("A part of the film was reported as played faster than the programme allows."),
    "clash": _l("The person was present here while they attended a session of the class."),
    "regular": _l("Eight or more activities in a row were opened at intervals that are equal to the second, as a program opens them."),
}
NUMBER = re.compile(r"[0-9]{1,6}")
PART = re.compile(r"([0-9]{1,12})-([0-9]{1,12})")
MOST_PARTS = 200


@bp.context_processor
def _helpers() -> dict[str, object]:
    return {
        "administers": administers,
        "class_trail": trail_of,
        "words": words,
        "states": STATES,
        "tones": TONES,
        "explanations": EXPLANATIONS,
    }


def within() -> ColumnElement[bool]:
    """Return the condition that a class belongs to the signed-in person's office, or that they are its staff."""
    ways = []
    if person().has_role(OFFICE) and person().organisation_id is not None:
        ways.append(below(scope()))
    if person().has_role(STAFF):
        ways.append(TrainingClass.id.in_(select(ClassStaff.class_id).where(ClassStaff.person_id == person().id)))
    return or_(false(), *ways)


@bp.get("/")
@requires(OFFICE, STAFF)
def queue() -> ResponseReturnValue:
    """Show the held sessions of one's classes, the oldest first."""
    wanted = holds.asked(request.args)
    page = holds.queue(session(), within(), wanted, request.args.get("after", ""), now())
    return render_template(
        "reviews/queue.html",
        page=page,
        titles=titles_in({one.enrolment.class_id for one in page.rows}),
        wanted=wanted,
        classes=review_queue.classes_of(session(), HeldSession, within()),
        kinds=HOLDABLE,
        ages=holds.AGES,
        now=now(),
    )


def titles_in(class_ids: Set[int]) -> Mapping[tuple[int, str], str]:
    """Return the titles of the activities, sessions and requirements of classes, by class and name."""
    found = {}
    for one in session().scalars(
        select(TrainingClass).where(TrainingClass.id.in_(class_ids)).options(joinedload(TrainingClass.programme_version))
    ):
        for asked in document_of(one.programme_version).requirements:
            found[one.id, asked.key] = pick(asked.title.zh, asked.title.en)
    for class_id, courses in courses_of(session(), class_ids).items():
        for course in courses:
            for activity in course.outline.activities:
                found[class_id, activity_name(course.code, activity.key)] = pick(activity.title.zh, activity.title.en)
    sessions = select(ClassSession.class_id, TrainingClass.code, ClassSession.key, ClassSession.title)
    rows = sessions.join(TrainingClass, TrainingClass.id == ClassSession.class_id).where(ClassSession.class_id.in_(class_ids))
    return found | {(row.class_id, activity_name(row.code, row.key)): row.title for row in session().execute(rows)}


@bp.get("/<int:held_id>")
@requires(OFFICE, STAFF)
def one(held_id: int) -> ResponseReturnValue:
    """Show the evidence about one held session, the decisions so far, and the form to decide."""
    held = _own(held_id)
    record(NotedAccess(VIEWED, "review", person_id=held.enrolment.person_id))
    return _page(held)


def _own(held_id: int) -> HeldSession:
    found = holds.found(session(), within(), held_id)
    if found is None:
        raise NotFound(str(NOT_YOURS))
    return found


def _page(held: HeldSession, problems: Sequence[str] = ()) -> ResponseReturnValue:
    transcript = read(session(), held.enrolment_id, now())
    evidence = evidence_about(transcript, held)
    training_class = held.enrolment.training_class
    page = render_template(
        "reviews/one.html",
        held=held,
        transcript=transcript,
        training_class=training_class,
        evidence=evidence,
        titles=_titles(transcript, training_class.id),
        zone=transcript.case.policy.time_zone,
        past=holds.decisions_about(session(), held.enrolment_id, held.activity, held.session),
        seen=holds.times_decided(session(), held),
        appeals=holds.appeals_about(session(), held),
        may_decide=administers(training_class) and held.enrolment.person_id != person().id,
        own=held.enrolment.person_id == person().id,
        decisions=DECISIONS,
        given=request.form,
        problems=[(line, None) for line in problems],
        most=REASON_MAX,
    )
    return page, 422 if problems else 200


def _titles(transcript: Transcript, class_id: int) -> Mapping[str, str]:
    """Return the titles of the transcript's lines and of the sessions of its class, by name."""
    lines = {line.name: pick(line.activity.title.zh, line.activity.title.en) for one in transcript.chapters for line in one.lines}
    return {name: title for (_class, name), title in titles_in({class_id}).items()} | lines


@bp.post("/<int:held_id>")
@requires(OFFICE)
def decide(held_id: int) -> ResponseReturnValue:
    """Release a held session, or refuse it whole or in part. A later decision replaces an earlier one; none is deleted."""
    held = _own(held_id)
    if not administers(held.enrolment.training_class):
        raise NotFound(str(NOT_YOURS))
    said = request.form
    try:
        asked = _asked(said)
        with transaction() as writing:
            membership.locked(writing, held.enrolment_id)
            holds.decide(writing, held, asked, by_me(), attesting(writing).attestor)
    except InvalidInput as error:
        return _page(held, error.problems or [error.message])
    except Conflict as error:
        return _page(held, [error.message])
    flash(_("Decided. The account follows within seconds."), "success")
    return redirect(url_for(".one", held_id=held_id))


def _asked(said: MultiDict[str, str]) -> AskedDecision:
    """Read the form; boxes that were ticked before another answer was chosen do not matter."""
    decision, seen = said.get("decision", "")[:10], said.get("seen", "")
    ticked = said.getlist("part")[:MOST_PARTS] if decision == "partly" else []
    parts = [(int(found[1]), int(found[2])) for one in ticked if (found := PART.fullmatch(one))]
    return AskedDecision(decision, said.get("reason", ""), int(seen) if NUMBER.fullmatch(seen) else -1, parts)
