"""Change the state of somebody's place in a class, from confirmation to completion, or their track. What they have earned stays."""

from collections.abc import Iterable
from dataclasses import dataclass

from blinker import Signal
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.classes import changes
from lms.classes.freezing import FreezeReason, frozen_because
from lms.classes.models import LEARNING, LEFT, STATUSES, ClassChange, Enrolment, TrainingClass
from lms.classes.setup import tracks_of
from lms.errors import FieldProblem, InvalidInput

WITHDRAWN, COMPLETED = "withdrawn", "completed"
REASON_MAX = 200
BAR = " | "  # in the history, between a state and the reason for it

# Sent with `session` and `enrolments` (a SELECT of ids) when these may not study any more. All their open activities end.
study_ended = Signal("study ended")


def locked(session: Session, enrolment_id: int) -> Enrolment:
    """Return an enrolment and lock it."""
    return session.scalars(select(Enrolment).where(Enrolment.id == enrolment_id).with_for_update(key_share=True)).one()


def needs_reason(before: str, after: str) -> bool:
    """Say whether a change of state must be explained: yes for leaving the class without completion, and for a step back."""
    return after in LEFT or STATUSES.index(after) < STATUSES.index(before)


def state_problems(session: Session, enrolment: Enrolment, state: str, reason: str) -> list[FieldProblem]:
    """Return why an enrolment cannot enter a state; somebody who comes back needs an open class."""
    problems = []
    if state not in STATUSES:
        return [FieldProblem("state", _("is not a state of an enrolment"))]
    if frozen_because(enrolment) is FreezeReason.ERASED:
        problems.append(FieldProblem("person", _("was permanently erased")))
    if needs_reason(enrolment.status, state) and not reason.strip():
        problems.append(FieldProblem("reason", _("say why; the reason is kept in the history")))
    if frozen_because(enrolment) is FreezeReason.CERTIFIED and state in LEFT:
        problems.append(certified_problem())
    if len(reason) > REASON_MAX or not reason.isprintable():
        problems.append(FieldProblem("reason", _("at most %(most)s characters, in one line", most=REASON_MAX)))
    if enrolment.status in LEFT and state in LEARNING and state != COMPLETED and _is_closed(session, enrolment):
        problems.append(FieldProblem("class", _("is closed; open it again first")))
    return problems


def _enter(session: Session, enrolment: Enrolment, state: str, by: By, reason: str) -> None:
    what = "withdrawn" if state == WITHDRAWN else "state"
    after = f"{state}{BAR}{reason}" if reason else state
    changes.note_of(session, enrolment, changes.made(what, by, before=enrolment.status, after=after))
    enrolment.status = state


@dataclass(frozen=True, slots=True)
class DecidedState:
    """A decision about one enrolment: its state at that time, the new state, and the reason."""

    enrolment_id: int
    before: str
    after: str
    reason: str = ""


def enter_all(session: Session, decided: Iterable[DecidedState], by: By) -> int:
    """Let enrolments enter states, all or none; return how many.

    Raises:
        InvalidInput: one is not in its earlier state any more, or may not enter the new one.
    """
    ended, problems, count = [], [], 0
    for one in sorted(decided, key=lambda one: one.enrolment_id):
        enrolment = locked(session, one.enrolment_id)
        if enrolment.status != one.before:
            problems.append(FieldProblem("state", _("somebody else has changed it in the meantime")))
            continue
        problems += state_problems(session, enrolment, one.after, one.reason)
        if not problems and one.before != one.after:
            _enter(session, enrolment, one.after, by, one.reason.strip())
            ended += [enrolment.id] if one.after not in LEARNING else []
            count += 1
    if problems:
        raise InvalidInput(_("Nothing was changed."), list(dict.fromkeys(problems)))
    if ended:
        end_study(session, select(Enrolment.id).where(Enrolment.id.in_(ended)))
    return count


def withdraw(session: Session, enrolment: Enrolment, by: By, reason: str = "") -> bool:
    """Take somebody out of a class; return whether they were in it. Hours and attendance stay on their transcript.

    They open no activity of the class any more, and an open one ends now (`lms.learning.launch`).

    Raises:
        InvalidInput: the reason is too long, or a certificate is valid.
    """
    if enrolment.status == WITHDRAWN:
        return False
    if len(reason) > REASON_MAX or not reason.isprintable():
        raise InvalidInput(
            _("Nothing was changed."), [FieldProblem("reason", _("at most %(most)s characters, in one line", most=REASON_MAX))]
        )
    if frozen_because(enrolment) is FreezeReason.CERTIFIED:
        raise InvalidInput(_("Nothing was changed."), [certified_problem()])
    _enter(session, enrolment, WITHDRAWN, by, reason.strip())
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
            _("Nothing was changed."),
            [FieldProblem("track", _("%(track)s is not one of %(tracks)s", track=track, tracks=", ".join(known)))],
        )
    changes.note_of(session, enrolment, changes.made("track", by, before=enrolment.track, after=track))
    enrolment.track = track
    return True


def certified_problem() -> FieldProblem:
    """Return why an enrolment with a valid certificate cannot leave its class, change its track or be moved."""
    return FieldProblem("certificate", _("a certificate is valid; revoke it first"))


def _is_closed(session: Session, enrolment: Enrolment) -> bool:
    return session.scalars(select(TrainingClass.closed_at).where(TrainingClass.id == enrolment.class_id)).one() is not None


def _demand_open(session: Session, enrolment: Enrolment) -> None:
    if _is_closed(session, enrolment):
        raise InvalidInput(_("Nothing was changed."), [FieldProblem("class", _("is closed; open it again first"))])
    if frozen_because(enrolment) is FreezeReason.ERASED:
        raise InvalidInput(_("Nothing was changed."), [FieldProblem("person", _("was permanently erased"))])
    if frozen_because(enrolment) is FreezeReason.CERTIFIED:
        raise InvalidInput(_("Nothing was changed."), [certified_problem()])
