"""Let colleagues look at a draft before it is published: ask one of them, comment, agree or give back."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import TRAINER, Organisation, Person
from lms.accounts.offices import is_below
from lms.errors import Conflict, InvalidInput, NotAllowed, NotFound
from lms.workshop.edits import find
from lms.workshop.history import demand_open
from lms.workshop.models import APPROVED, EDITING, REVIEW, Draft, DraftComment

LONGEST_COMMENT = 4000
REVIEWERS_SHOWN = 200


def possible_reviewers(session: Session, draft: Draft, by: Person) -> Sequence[Person]:
    """Return the trainers of the draft's organisation and of those above it, without the person who asks."""
    owner = session.get(Organisation, draft.organisation_id) if draft.organisation_id else None
    above = [one.id for one in session.scalars(select(Organisation)) if owner and is_below(one.path, owner.path)]
    mine = Person.organisation_id.in_(above) if owner else Person.organisation_id.is_(None)
    found = select(Person).where(mine, Person.active, Person.id != by.id, Person.role_names.contains(TRAINER))
    return session.scalars(found.order_by(Person.name).limit(REVIEWERS_SHOWN)).all()


def ask(session: Session, draft: Draft, reviewer_id: int, by: Person) -> None:
    """Ask a colleague to look at a locked draft; it asks for their decision from now on.

    Raises:
        Conflict: the draft is published.
        InvalidInput: the person cannot be asked.
    """
    demand_open(draft)
    if reviewer_id not in {one.id for one in possible_reviewers(session, draft, by)}:
        raise InvalidInput(_("Choose a colleague from the list. Nothing was changed."))
    draft.reviewer_id, draft.state, draft.approved_revision = reviewer_id, REVIEW, None


def decide(draft: Draft, by: Person, revision: int | None, *, agreed: bool) -> None:
    """Record that the asked reviewer agrees to the revision that they saw of a locked draft, or gives it back.

    Raises:
        Conflict: the draft is published, or it was changed since that revision.
        NotAllowed: somebody else was asked.
    """
    demand_open(draft)
    if draft.reviewer_id != by.id:
        raise NotAllowed(_("Only the colleague who was asked can agree or give the draft back."))
    if agreed and revision != draft.revision:
        raise Conflict(_("The draft was changed after you opened this page. Nothing was decided. Look at the draft again, then decide."))
    draft.state, draft.approved_revision = (APPROVED, draft.revision) if agreed else (EDITING, None)


def comments_of(session: Session, draft: Draft) -> Sequence[tuple[DraftComment, Person]]:
    """Return a draft's comments with their authors, the open ones first, then in the order of writing."""
    found = select(DraftComment, Person).join(Person, Person.id == DraftComment.person_id).where(DraftComment.draft_id == draft.id)
    rows = session.execute(found.order_by(DraftComment.resolved_at.isnot(None), DraftComment.id)).all()
    return [(comment, author) for comment, author in rows]


def comment(session: Session, draft: Draft, text: str, activity: str | None, at: By) -> DraftComment:
    """Add a comment on the draft or on one of its activities.

    Raises:
        InvalidInput: it is empty or too long.
    """
    if len(text) > LONGEST_COMMENT or not text.strip():
        raise InvalidInput(_("Write a comment of at most %(most)s characters.", most=LONGEST_COMMENT))
    about = activity if activity and find(draft.document, "activity", activity) else None
    made = DraftComment(draft_id=draft.id, person_id=at.person_id, activity=about, text=text.strip(), at=at.at)
    session.add(made)
    session.flush()
    return made


def resolve(session: Session, draft: Draft, comment_id: int, at: datetime) -> None:
    """Mark a comment as dealt with, or open it again.

    Raises:
        NotFound: it is not a comment on this draft.
    """
    found = session.get(DraftComment, comment_id)
    if found is None or found.draft_id != draft.id:
        raise NotFound(_("There is no such comment."))
    found.resolved_at = None if found.resolved_at else at
