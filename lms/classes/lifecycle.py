"""Change, close and reopen a class. Each change is recorded with its author (`changes`).

Hours are not recomputed here: `lms.crediting.windows` does that afterwards.
"""

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.classes import changes
from lms.classes.models import Enrolment, TrainingClass
from lms.classes.setup import ClassDetails, problems_of, programme_version_of
from lms.errors import FieldProblem, InvalidInput
from lms.i18n import pick
from lms.programmes.store import document_of


def change(session: Session, training_class: TrainingClass, run: ClassDetails, by: By) -> bool:
    """Give a class the details of `run`; return whether any of them is new. Code, provider and programme never change.

    Raises:
        InvalidInput: with one line for each problem.
    """
    problems = [*problems_of(programme_version_of(session, training_class), run), *_in_use(session, training_class, run)]
    if problems:
        raise InvalidInput(_("Nothing was changed."), problems)
    wanted = {
        "name": run.name.strip(),
        "intake": run.intake.strip(),
        "starts_on": run.starts_on,
        "ends_on": run.ends_on,
        "tracks": ",".join(run.tracks),
        "counts_within": run.counts_within,
    }
    different = [name for name in changes.FIELDS if getattr(training_class, name) != wanted[name]]
    for name in different:
        line = changes.made(name, by, before=str(getattr(training_class, name)), after=str(wanted[name]))
        changes.note(session, training_class.id, line)
        setattr(training_class, name, wanted[name])
    session.flush()
    return bool(different)


def _in_use(session: Session, training_class: TrainingClass, run: ClassDetails) -> list[FieldProblem]:
    """Return a problem for each track that cannot be removed because somebody is in it."""
    if not run.tracks:
        return []
    used = session.execute(
        select(Enrolment.track, func.count())
        .where(Enrolment.class_id == training_class.id, Enrolment.track.not_in(run.tracks))
        .group_by(Enrolment.track)
        .order_by(Enrolment.track)
    )
    names = {one.key: pick(one.name.zh, one.name.en) for one in document_of(programme_version_of(session, training_class)).tracks}
    return [FieldProblem("tracks", _kept(names.get(track, track), count)) for track, count in used]


def _kept(track: str, count: int) -> str:
    return ngettext(
        "%(track)s cannot be left out: %(num)s teacher is in it",
        "%(track)s cannot be left out: %(num)s teachers are in it",
        count,
        track=track,
    )


def close(session: Session, training_class: TrainingClass, by: By) -> bool:
    """Close a class: nobody can be added, and no time after this moment counts. Return whether it was open.

    Locks the class's enrolments. A teacher who opens an activity at the same moment is either earlier, and the activity can then be
    ended, or waits and then finds the class closed.
    """
    if training_class.closed_at is not None:
        return False
    own = select(Enrolment.id).where(Enrolment.class_id == training_class.id).order_by(Enrolment.id)
    session.execute(own.with_for_update(key_share=True)).all()
    training_class.closed_at = by.at
    changes.note(session, training_class.id, changes.made("closed", by))
    session.flush()
    return True


def reopen(session: Session, training_class: TrainingClass, by: By) -> bool:
    """Reopen a closed class; return whether it was closed. Study in the meantime counts if it lies within the class's days."""
    if training_class.closed_at is None:
        return False
    training_class.closed_at = None
    changes.note(session, training_class.id, changes.made("reopened", by))
    session.flush()
    return True
