"""The demo's held session and question, for the addresses of their pages."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certification.models import Appeal
from lms.crediting.models import HeldSession


def review_values(session: Session) -> Mapping[str, int | str]:
    """Return the values of addresses of reviews."""
    appeal, line = session.execute(select(Appeal.id, Appeal.account)).one()
    held = session.scalars(select(HeldSession.id).order_by(HeldSession.id)).first()
    assert held is not None
    return {"appeal_id": appeal, "line": line, "held_id": held}
