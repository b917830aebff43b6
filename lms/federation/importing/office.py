"""Operations of an office on imports, and their state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.config import Settings
from lms.errors import FieldProblem, InvalidInput
from lms.federation.importing.models import RUNNING, STOPPED, Import, StatementSetAside
from lms.federation.orders import checked_address, problems_of_key
from lms.lease import give_back
from lms.sealing import seal

PURPOSE = "import"
NOT_BEGUN = "The import was not begun."
PAGE_SIZE = 500
SHOWN = 100


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """A request for a new import: the other store's address and a credential."""

    endpoint: str
    key: str
    secret: str
    version: str


def add(session: Session, order: ImportOrder, settings: Settings, now: datetime) -> Import:
    """Start an import in the background, from a public address.

    Raises:
        InvalidInput: with one line for each wrong field.
    """
    problems = problems_of_key(order.key, order.secret)
    address = checked_address(order.endpoint, settings, problems, NOT_BEGUN, internal=False)
    if session.scalar(select(Import.id).where(Import.endpoint == address.url, Import.key == order.key)):
        problems.append(FieldProblem("key", _("with this key there is an import from this store already; let that one continue")))
    if problems:
        raise InvalidInput(NOT_BEGUN, problems)
    secret = seal(order.secret, settings.secret_key, PURPOSE)
    own = Import(endpoint=address.url, key=order.key, secret=secret, version=order.version, page_size=PAGE_SIZE, state=RUNNING)
    own.begun_at = own.touched_at = now
    session.add(own)
    session.flush()
    return own


def go_on(own: Import, settings: Settings, now: datetime, secret: str = "") -> bool:
    """Continue an import that stopped, or read newer statements after it reached the end; with another secret if one is given.

    An import that a command began can continue here too, once its secret is given; return whether the secret is known.
    """
    if secret:
        own.secret = seal(secret, settings.secret_key, PURPOSE)
    if own.state != RUNNING and own.secret:
        own.state, own.problem, own.touched_at = RUNNING, "", now
    return bool(own.secret)


def stop(own: Import) -> None:
    """Read no further page."""
    if own.state == RUNNING:
        own.state = STOPPED
        give_back(own)


def asides_by_import(session: Session) -> Mapping[int, int]:
    """Return how many statements each import has put aside."""
    return {
        row[0]: row[1] for row in session.execute(select(StatementSetAside.import_id, func.count()).group_by(StatementSetAside.import_id))
    }


def asides(session: Session, own: Import) -> Sequence[StatementSetAside]:
    """Return the statements that were put aside most recently."""
    return session.scalars(
        select(StatementSetAside)
        .where(StatementSetAside.import_id == own.id)
        .order_by(StatementSetAside.at.desc(), StatementSetAside.id.desc())
        .limit(SHOWN)
    ).all()


def all_imports(session: Session) -> Sequence[Import]:
    """Return all imports, the latest first."""
    return session.scalars(select(Import).order_by(Import.id.desc())).all()
