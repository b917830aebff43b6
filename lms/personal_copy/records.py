"""Reads what about a person is in no table of theirs: documents of the record store, and accesses to their class or office."""

import base64
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.access_log import searching
from lms.audit.models import AuditExport
from lms.classes.models import Enrolment
from xapi.documents import OwnedDocument, of_agents


def documents_of(session: Session, agents: Collection[UUID]) -> list[Mapping[str, str]]:
    """Return what content and players have saved in the record store about somebody who has these agents."""
    return [_document(one) for one in of_agents(session, agents)]


def _document(one: OwnedDocument) -> Mapping[str, str]:
    place = {"id": one.id, "activity": one.activity, "registration": str(one.registration or "")}
    try:
        content = {"content": one.content.decode()}
    except UnicodeDecodeError:
        content = {"content_base64": base64.b64encode(one.content).decode()}
    return {**place, "updated": one.updated.isoformat(), "type": one.type, **content}


def accesses_of(session: Session, person_id: int) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return every access that concerned a person: to their own data, to their class, or to everybody of an office above them."""
    classes = select(Enrolment.class_id).where(Enrolment.person_id == person_id)
    left = session.scalars(select(AuditExport).where(AuditExport.class_id.in_(classes)).order_by(AuditExport.id))
    return {
        "accesses": list(_accesses(session, person_id)),
        "audit_bundles": [
            {"class_id": one.class_id, "at": one.at.isoformat(), "names_revealed": one.revealed, "reason": one.reason} for one in left
        ],
    }


def _accesses(session: Session, person_id: int) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    page = searching.about(session, person_id, None)
    while True:
        found += [
            {
                "at": one.at.isoformat(),
                "by": one.by,
                "what": one.what,
                "form": one.form,
                "yourself": one.person_id == person_id,
                "class_id": one.class_id,
                "organisation_id": one.organisation_id,
            }
            for one in (line.record for line in page.lines)
        ]
        if page.next is None:
            return found
        page = searching.about(session, person_id, page.next)
