"""How does a long list of teachers come into a class while somebody looks on? Some hundred rows at a time, each time whole.

A worker that is killed anywhere does a piece twice: who is in the class by then is told so, and nobody is there twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

import msgspec
from flask import url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from lms.classes.changes import By
from lms.classes.models import TrainingClass
from lms.clock import now
from lms.db import transaction
from lms.errors import InvalidInput
from lms.jobs.kinds import JobKind, JobOrder, Params, Piece
from lms.rosters import enrolling, outcomes
from lms.rosters.rows import Problem, Roster, Row
from lms.rosters.sheets import csv_of

AT_ONCE = 250
Told = tuple[int, str, str]  # the line, the user name, what came of it


def words() -> Mapping[outcomes.OutcomeKind, str]:
    """Return what is said of a row that has been dealt with."""
    return {
        outcomes.OutcomeKind.NEW: _("New account, enrolled"),
        outcomes.OutcomeKind.KNOWN: _("Has an account, enrolled"),
        outcomes.OutcomeKind.AGAIN: _("Had withdrawn, goes on"),
        outcomes.OutcomeKind.THERE: _("Is in the class already"),
    }


def params_of(training_class: TrainingClass, roster: Roster, below_id: int, by: int, locale: str) -> dict[str, Any]:
    """Return what a worker must know to enrol a list."""
    return {
        "class_id": training_class.id,
        "class_code": training_class.code,
        "class_name": training_class.name,
        "rows": [[row.line, row.name, row.username, row.school, row.track] for row in roster.rows],
        "problems": [_told_of(one) for one in roster.problems],
        "below_id": below_id,
        "by": by,
        "locale": locale,
    }


def _title(params: Params) -> str:
    return _("Enrol %(count)s teachers in %(name)s", count=len(params["rows"]), name=params["class_name"])


def _onward(params: Params) -> tuple[str, str]:
    return _("Go to the class"), url_for("office.class_", class_id=params["class_id"])


def _plan(params: Params) -> Sequence[Piece]:
    """Which rows are enrolled together."""
    count = len(params["rows"])
    return [list(range(start, min(start + AT_ONCE, count))) for start in range(0, count, AT_ONCE)]


def _make(order: JobOrder, piece: Piece) -> bytes:
    """Enrol some rows; return what came of each."""
    params = order.params
    some = Roster([Row(*params["rows"][index]) for index in piece], ())
    with force_locale(params["locale"]):
        wanted = enrolling.RosterOrder(params["class_id"], some, params["below_id"], By(params["by"], now()), partly=True)
        try:
            return msgspec.json.encode(_told(enrolling.enrol_all(transaction, wanted)))
        except InvalidInput as error:  # the class was closed meanwhile: no worker will do better
            why = " ".join(error.problems)
            return msgspec.json.encode([(row.line, row.username, why) for row in some.rows])


def _told(found: outcomes.RosterForecast) -> list[Told]:
    said = words()
    done = [(one.row.line, one.row.username, said[one.kind]) for one in found.outcomes]
    return [*done, *map(_told_of, found.problems)]


def _told_of(problem: Problem) -> Told:
    fields = {"name": _("Name"), "username": _("User name"), "school": _("School"), "track": _("Track")}
    return problem.line, "", fields[problem.field] + _(": ") + problem.what if problem.field else problem.what


def _join(order: JobOrder, pieces: Iterable[bytes], out: IO[bytes]) -> str:
    """Write what came of each row, in the order of the list."""
    told: list[Told] = [(line, username, what) for line, username, what in order.params["problems"]]
    for piece in pieces:
        told += msgspec.json.decode(piece, type=list[Told])
    with force_locale(order.params["locale"]):
        heads = (_("Line"), _("User name"), _("What came of it"))
    out.write(csv_of([heads, *((str(line), username, what) for line, username, what in sorted(told))]))
    return f"{order.params['class_code']}-enrolled.csv"


ROSTER = "roster"
KINDS = {ROSTER: JobKind(_title, _plan, _make, _join, onward=_onward)}
