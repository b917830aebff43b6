"""How does somebody leave a class, come back into it, or change the track? What they have earned stays in every case."""

from blinker import Signal
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.classes import changes
from lms.classes.changes import By
from lms.classes.models import LEARNING, ClassChange, Enrolment, TrainingClass
from lms.classes.setup import tracks_of
from lms.errors import InvalidInput

WITHDRAWN = "withdrawn"

# Sent with `session` and `enrolments`, a SELECT of ids, when these may not study any more. Everything that they have open ends with it.
study_ended = Signal("study ended")


def locked(session: Session, enrolment_id: int) -> Enrolment:
    """Return an enrolment that nobody else changes meanwhile."""
    return session.scalars(select(Enrolment).where(Enrolment.id == enrolment_id).with_for_update(key_share=True)).one()


def withdraw(session: Session, enrolment: Enrolment, by: By) -> bool:
    """Take somebody out of a class; return whether they were in it. Hours and attendance stay on their transcript.

    They open no activity of the class any more, and an open one ends now (`lms.learning.launch`).
    """
    if enrolment.status == WITHDRAWN:
        return False
    changes.note_of(session, enrolment, changes.made("withdrawn", by, before=enrolment.status, after=WITHDRAWN))
    enrolment.status = WITHDRAWN
    end_study(session, select(Enrolment.id).where(Enrolment.id == enrolment.id))
    return True


def end_study(session: Session, enrolments: Select[int]) -> None:
    """End what some enrolments have open; their rows are locked, so that nobody opens anything meanwhile."""
    session.flush()
    study_ended.send(current_app._get_current_object(), session=session, enrolments=enrolments)  # type: ignore[attr-defined]


def take_back(session: Session, enrolment: Enrolment, by: By) -> bool:
    """Let somebody who withdrew go on, from where they were; return whether they had withdrawn.

    Raises:
        InvalidInput: the class is closed, or what was known of the person was erased.
    """
    if enrolment.status != WITHDRAWN:
        return False
    _demand_open(session, enrolment)
    last = session.scalar(
        select(ClassChange.before)
        .where(ClassChange.enrolment_id == enrolment.id, ClassChange.what == "withdrawn")
        .order_by(ClassChange.id.desc())
        .limit(1)
    )
    status = last if last in LEARNING else "confirmed"
    changes.note_of(session, enrolment, changes.made("again", by, before=WITHDRAWN, after=status))
    enrolment.status = status
    return True


def move(session: Session, enrolment: Enrolment, track: str, by: By) -> bool:
    """Move somebody to another track of the class; return whether that is another. Other things are asked of them from now on.

    Raises:
        InvalidInput: the class has no such track, is closed, or what was known of the person was erased.
    """
    if track == enrolment.track:
        return False
    _demand_open(session, enrolment)
    known = [one.key for one in tracks_of(session, enrolment.class_id)]
    if track not in known:
        raise InvalidInput(
            _("Nothing was changed."), ["track: " + _("%(track)s is not one of %(tracks)s", track=track, tracks=", ".join(known))]
        )
    changes.note_of(session, enrolment, changes.made("track", by, before=enrolment.track, after=track))
    enrolment.track = track
    return True


def _demand_open(session: Session, enrolment: Enrolment) -> None:
    if session.scalars(select(TrainingClass.closed_at).where(TrainingClass.id == enrolment.class_id)).one() is not None:
        raise InvalidInput(_("Nothing was changed."), ["class: " + _("is closed; open it again first")])
    if enrolment.evidence_erased_at is not None:
        raise InvalidInput(_("Nothing was changed."), ["person: " + _("was erased, for good")])
