"""Save changes of a draft, each once, and undo or redo them. Several people may change a draft at the same time.

Everybody undoes their own changes only. A change that met another value than its author saw is not done, but returned as a clash.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.errors import Conflict
from lms.workshop.edits import DraftDocument, EditConflict, Edited, Step, edit
from lms.workshop.models import APPROVED, PUBLISHED, REVIEW, Draft, DraftChange

DONE, UNDONE, DROPPED, ASIDE = "done", "undone", "dropped", "aside"
CHANGES_KEPT = 500
LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Saved:
    """A change of a draft: its revision afterwards, and what could not be done because somebody else changed it."""

    revision: int
    conflicts: Sequence[EditConflict] = ()
    done: Sequence[Step] = ()


def change(session: Session, draft: Draft, steps: Iterable[Step], by: By, token: str | None = None) -> Saved:
    """Do the steps in a locked draft; a change with a token that is known was saved before, and is not done again.

    The answer to such a repeated change names the steps that were not done then: the first answer may have been lost.

    Raises:
        Conflict: the draft is published.
    """
    demand_open(draft)
    steps = list(steps)
    token = token or secrets.token_hex(16)
    known = known_change(session, draft, token)
    if known is not None:
        return Saved(draft.revision, _not_done(draft.document, [one for one in steps if dict(one) not in known.steps]))
    edited = edit(draft.document, steps)
    if edited.done:
        mine = _mine(draft, by).where(DraftChange.state == UNDONE)
        for one in session.scalars(mine):
            one.state = DROPPED
        _save(session, draft, edited, DraftChange(token=token, state=DONE, person_id=by.person_id, at=by.at))
    return Saved(draft.revision, edited.conflicts, edited.done)


def known_change(session: Session, draft: Draft, token: str) -> DraftChange | None:
    """Return the change of a draft that was saved with this token."""
    return session.scalar(select(DraftChange).where(DraftChange.draft_id == draft.id, DraftChange.token == token))


def latest_known(session: Session, draft: Draft, tokens: Sequence[str], person_id: int) -> DraftChange | None:
    """Return the person's latest change of a draft that was saved with one of these tokens."""
    own = (DraftChange.draft_id == draft.id, DraftChange.person_id == person_id, DraftChange.token.in_(tokens))
    return session.scalar(select(DraftChange).where(*own).order_by(DraftChange.revision.desc()).limit(1)) if tokens else None


def is_latest_of(session: Session, change: DraftChange, activity: str) -> bool:
    """Say whether no later change of the draft names an activity."""
    later = select(DraftChange.steps).where(DraftChange.draft_id == change.draft_id, DraftChange.revision > change.revision)
    return not any(step.get("key") == activity for steps in session.scalars(later) for step in steps)


def _not_done(document: DraftDocument, steps: Sequence[Step]) -> list[EditConflict]:
    """Return why steps of an earlier change were not done. If one could be done by now, its author decides."""
    again = edit(document, steps)
    late = zip(again.done, reversed(again.inverse), strict=True)
    return [*again.conflicts, *(EditConflict(step, theirs=back["to"]) for step, back in late if step["do"] == "set")]


def undo(session: Session, draft: Draft, by: By) -> Saved:
    """Undo the person's latest change that is still done; what others have changed since then stays and is a clash."""
    last = session.scalar(_mine(draft, by).where(DraftChange.state == DONE).order_by(DraftChange.revision.desc()).limit(1))
    return _turn(session, draft, last, by, UNDONE)


def redo(session: Session, draft: Draft, by: By) -> Saved:
    """Do again what the person undid last, unless they have changed something since."""
    last = session.scalar(_mine(draft, by).where(DraftChange.state == UNDONE).order_by(DraftChange.revision).limit(1))
    return _turn(session, draft, last, by, DONE)


def may_turn(session: Session, draft: Draft, person_id: int) -> tuple[bool, bool]:
    """Say whether the person can undo, and whether they can do again."""
    found = select(DraftChange.state, func.count()).where(DraftChange.draft_id == draft.id, DraftChange.person_id == person_id)
    counts = {state: number for state, number in session.execute(found.group_by(DraftChange.state))}
    return bool(counts.get(DONE)), bool(counts.get(UNDONE))


def _turn(session: Session, draft: Draft, last: DraftChange | None, by: By, state: str) -> Saved:
    demand_open(draft)
    if last is None:
        return Saved(draft.revision)
    steps = last.inverse if state == UNDONE else last.steps
    fixed = draft.version_id is not None  # the code of a published course does not change
    edited = edit(draft.document, [one for one in steps if not (fixed and one["of"] == "course" and one.get("field") == "code")])
    last.state = state
    if edited.done:
        _save(session, draft, edited, DraftChange(token=secrets.token_hex(16), state=ASIDE, person_id=by.person_id, at=by.at))
    return Saved(draft.revision, edited.conflicts, edited.done)


def _mine(draft: Draft, by: By) -> Select[DraftChange]:
    return select(DraftChange).where(DraftChange.draft_id == draft.id, DraftChange.person_id == by.person_id)


def _save(session: Session, draft: Draft, edited: Edited, row: DraftChange) -> None:
    write(draft, edited.document)
    draft.revision += 1
    draft.touched_at = row.at
    if draft.state == APPROVED:
        draft.state = REVIEW  # what was agreed to is not what is there now
    draft.problems = draft.refusal = None
    row.draft_id, row.revision, row.steps, row.inverse = draft.id, draft.revision, list(edited.done), list(edited.inverse)
    session.add(row)
    if draft.revision % CHANGES_KEPT == 0:
        session.execute(delete(DraftChange).where(DraftChange.draft_id == draft.id, DraftChange.revision <= draft.revision - CHANGES_KEPT))
    session.flush()


def demand_open(draft: Draft) -> None:
    """Refuse to change a draft that is published.

    Raises:
        Conflict: it is.
    """
    if draft.state == PUBLISHED:
        raise Conflict(_("This draft is published and does not change any more. Begin a new draft on the page of the course."))


def write(draft: Draft, document: DraftDocument) -> None:
    """Give a draft its document."""
    draft.document = document
    draft.title_zh, draft.title_en = (str(document["title"].get(language) or "")[:LONGEST_TITLE] for language in ("zh", "en"))
