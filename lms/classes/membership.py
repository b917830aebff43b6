"""Withdraw a person from a class, readmit them, or change their track. Earned hours stay in every case."""

from blinker import Signal
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.classes import changes
from lms.classes.changes import By
from lms.classes.freezing import FreezeReason, frozen_because
from lms.classes.models import LEARNING, ClassChange, Enrolment, TrainingClass
from lms.classes.setup import tracks_of
from lms.errors import InvalidInput

WITHDRAWN = "withdrawn"

# Sent with `session` and `enrolments` (a SELECT of ids) when these may not study any more. All their open activities end.
study_ended = Signal("study ended")


def locked(session: Session, enrolment_id: int) -> Enrolment:
    """Return an enrolment and lock it."""
    return session.scalars(select(Enrolment).where(Enrolment.id == enrolment_id).with_for_update(key_share=True)).one()


def withdraw(session: Session, enrolment: Enrolment, by: By) -> bool:
    """Withdraw a person from a class; return whether they were in it. Hours and attendance stay on their transcript.

    They can open no activity of the class any more, and open ones end now (`lms.learning.launch`).
    """
    if enrolment.status == WITHDRAWN:
        return False
    changes.note_of(session, enrolment, changes.made("withdrawn", by, before=enrolment.status, after=WITHDRAWN))
    enrolment.status = WITHDRAWN
    end_study(session, select(Enrolment.id).where(Enrolment.id == enrolment.id))
    return True


def end_study(session: Session, enrolments: Select[int]) -> None:
    """End the open activities of some enrolments; their rows are locked, so that nobody can open one at the same time."""
    session.flush()
    study_ended.send(current_app._get_current_object(), session=session, enrolments=enrolments)  # type: ignore[attr-defined]


def take_back(session: Session, enrolment: Enrolment, by: By) -> bool:
    """Readmit a person who withdrew, with everything they had; return whether they had withdrawn.

    Raises:
        InvalidInput: the class is closed, or the person's data were erased.
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
    """Move a person to another track of the class; return whether it is another one. From now on that track's requirements hold.

    Raises:
        InvalidInput: the class has no such track or is closed, or the person's data were erased.
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
    if frozen_because(enrolment) is FreezeReason.ERASED:
        raise InvalidInput(_("Nothing was changed."), ["person: " + _("was erased, for good")])
