"""Read the statements of a class again after it moved to a version of a course that another side grades (`lms.crediting.graders`).

What counts now goes to the worker like new statements. A step that runs twice finds nothing more.
"""

from collections.abc import Iterable, Sequence
from typing import IO

import msgspec
from flask import url_for
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import select

from lms.celery_app import ring
from lms.classes.freezing import is_frozen
from lms.classes.models import Enrolment, TrainingClass
from lms.crediting.rereading import Reread, reread
from lms.crediting.tasks import credit
from lms.db import database
from lms.jobs.kinds import JobKind, JobOrder, Params, Piece
from lms.site_settings import site_settings

AT_ONCE = 10


def params_of(training_class: TrainingClass, code: str, locale: str) -> dict[str, object]:
    """Return the parameters that a worker needs."""
    return {"class_id": training_class.id, "class": training_class.name, "course": code, "locale": locale}


def read_again(enrolment_ids: Sequence[int]) -> Reread:
    """Read the statements of these enrolments again; return how many were read, and how many will be credited again."""
    batches = list(reread(database(), site_settings().public_url, enrolment_ids))
    return Reread(sum(one.read for one in batches), sum(one.again for one in batches))


def ids_of(class_id: int) -> list[int]:
    """Return the enrolments of a class whose accounts are not frozen."""
    with database().reader() as session:
        return list(session.scalars(select(Enrolment.id).where(Enrolment.class_id == class_id, ~is_frozen()).order_by(Enrolment.id)))


def _title(params: Params) -> str:
    return _("Read results of %(course)s again: %(name)s", course=params["course"], name=params["class"])


def _plan(params: Params) -> Sequence[Piece]:
    ids = ids_of(params["class_id"])
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


def _make(order: JobOrder, piece: Piece) -> bytes:
    found = read_again(piece)
    if found.again:
        ring(credit)
    return msgspec.json.encode(found)


def _join(order: JobOrder, pieces: Iterable[bytes], out: IO[bytes]) -> str:
    again = sum(msgspec.json.decode(piece, type=Reread).again for piece in pieces)
    with force_locale(order.params["locale"]):
        out.write((said(again) + "\n").encode())
        return f"{_('Results read again')}.txt"


def said(again: int) -> str:
    """Return the result in one sentence."""
    return ngettext("%(num)s earlier result counts now.", "%(num)s earlier results count now.", again)


def _next_link(params: Params) -> tuple[str, str]:
    return _("To the courses of the class"), url_for("office.courses", class_id=params["class_id"])


REREAD = "reread"
KINDS = {REREAD: JobKind(_title, _plan, _make, _join, next_link=_next_link)}
