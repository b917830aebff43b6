"""Record accesses to what is recorded about others. The block that opened the session commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.access_log.models import AccessRecord
from lms.accounts.account_changes import By
from lms.errors import InvalidInput

VIEWED, EXPORTED, REVEALED = KINDS = ("viewed", "exported", "revealed")
OF_TRANSCRIPT = ("transcript", "pdf", "xlsx", "json", "jws", "certificate")
OF_LIFETIME = ("lifetime", "lifetime-pdf", "lifetime-xlsx", "lifetime-json", "elsewhere", "document")
FORMS = (*OF_TRANSCRIPT, *OF_LIFETIME, "statements", "review", "bulk", "people", "audit", "username")
ONCE_IN = timedelta(hours=1)  # further looks within it are the same look, so that the table does not grow with each click
REASON_MAX = 200


@dataclass(frozen=True, slots=True)
class NotedAccess:
    """An access: its kind, its form, and whose data it was: a person's, a class's, an organisation's, or everybody's."""

    what: str
    form: str
    person_id: int | None = None
    class_id: int | None = None
    organisation_id: int | None = None
    reason: str = ""


def export_of(form: Mapping[str, str]) -> tuple[str, str]:
    """Return the kind of an export that a form asks for, and its reason: with whole user names it reveals them, and needs one."""
    return (REVEALED, form.get("reason", "")) if form.get("whole") else (EXPORTED, "")


def note(session: Session, access: NotedAccess, by: By) -> bool:
    """Record an access; return whether it was. Nobody's look at their own data is recorded, and a repeated look within an hour is not.

    Raises:
        InvalidInput: something is revealed without a reason, or the reason is too long.
    """
    if access.what == REVEALED:
        _check(access.reason)
    if access.person_id is not None and access.person_id == by.person_id:
        return False
    if access.what == VIEWED and session.scalar(_same(access, by)) is not None:
        return False
    whose = {"person_id": access.person_id, "class_id": access.class_id, "organisation_id": access.organisation_id}
    session.add(AccessRecord(at=by.at, by=by.person_id, what=access.what, form=access.form, reason=access.reason.strip(), **whose))
    return True


def _check(reason: str) -> None:
    if not reason.strip() or len(reason) > REASON_MAX or not reason.isprintable():
        said = _("Reason: 1 to %(most)s characters, in one line", most=REASON_MAX)
        raise InvalidInput(_("Nothing was revealed."), [said])


def _same(access: NotedAccess, by: By) -> Select[int]:
    own = (AccessRecord.by == by.person_id, AccessRecord.what == access.what, AccessRecord.form == access.form)
    whose = (AccessRecord.person_id == access.person_id, AccessRecord.class_id == access.class_id)
    return select(AccessRecord.id).where(*own, *whose, AccessRecord.at > by.at - ONCE_IN).limit(1)
