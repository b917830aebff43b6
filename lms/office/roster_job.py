"""Enrol a long list of teachers in the background, some hundred rows at a time, each time all or nothing.

If a worker is killed, a piece runs twice: people who are in the class by then are reported as such, and nobody is enrolled twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import msgspec
from flask import url_for
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from lms.accounts.account_changes import By
from lms.accounts.masking import listed_username
from lms.classes.models import TrainingClass
from lms.clock import now
from lms.db import transaction
from lms.errors import InvalidInput
from lms.jobs.kinds import JobKind, JobOrder, Params, Piece
from lms.office.class_queries import may_have_file
from lms.rosters import enrolling, outcomes
from lms.rosters.outcomes import NameChoice
from lms.rosters.problems import field_names, sentence
from lms.rosters.rows import Roster, Row
from lms.row_problem import RowProblem
from lms.web.spreadsheet import Book

AT_ONCE = 250
RowReport = tuple[int, str, str, str, str, str]  # the line, name, user name, outcome, and for a problem its field and value


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A list that a user has checked and confirmed. `names`: by line, the choices for known teachers with another name."""

    roster: Roster
    below_id: int
    by: int
    names: Mapping[int, NameChoice] = field(default_factory=dict)


def words() -> Mapping[outcomes.OutcomeKind, str]:
    """Return the text for a processed row."""
    return {
        outcomes.OutcomeKind.NEW: _("New account, enrolled"),
        outcomes.OutcomeKind.KNOWN: _("Has an account, enrolled"),
        outcomes.OutcomeKind.AGAIN: _("Had withdrawn, continues"),
        outcomes.OutcomeKind.THERE: _("Is in the class already"),
    }


def params_of(training_class: TrainingClass, confirmed: Confirmed, locale: str) -> dict[str, Any]:
    """Return the parameters that a worker needs to enrol a list."""
    roster = confirmed.roster
    return {
        "class_id": training_class.id,
        "class_code": training_class.code,
        "class_name": training_class.name,
        "rows": [[row.line, row.name, row.username, row.school, row.track] for row in roster.rows],
        "problems": [_problem_report(one) for one in roster.problems],
        "names": {str(line): choice.value for line, choice in confirmed.names.items()},
        "below_id": confirmed.below_id,
        "by": confirmed.by,
        "locale": locale,
    }


def _title(params: Params) -> str:
    return ngettext(
        "Enrol %(num)s teacher in %(name)s", "Enrol %(num)s teachers in %(name)s", len(params["rows"]), name=params["class_name"]
    )


def _next_link(params: Params) -> tuple[str, str]:
    return _("Go to the class"), url_for("office.class_", class_id=params["class_id"])


def _plan(params: Params) -> Sequence[Piece]:
    """Split the rows into pieces that are enrolled together."""
    count = len(params["rows"])
    return [list(range(start, min(start + AT_ONCE, count))) for start in range(0, count, AT_ONCE)]


def _make(order: JobOrder, piece: Piece) -> bytes:
    """Enrol some rows; return the outcome of each."""
    params = order.params
    some = Roster([Row(*params["rows"][index]) for index in piece], ())
    with force_locale(params["locale"]):
        names = {int(line): NameChoice(choice) for line, choice in params.get("names", {}).items()}
        wanted = enrolling.RosterOrder(params["class_id"], some, params["below_id"], By(params["by"], now()), partly=True, names=names)
        try:
            return msgspec.json.encode(_reports(enrolling.enrol_all(transaction, wanted)))
        except InvalidInput as error:  # the class was closed in the meantime: another try would not help
            why = " ".join(error.problems)
            return msgspec.json.encode([(row.line, row.name, listed_username(row.username), why, "", "") for row in some.rows])


def _reports(found: outcomes.RosterForecast) -> list[RowReport]:
    return [*map(_outcome_report, found.outcomes), *map(_problem_report, found.left_out)]


def _outcome_report(one: outcomes.RowOutcome) -> RowReport:
    what = words()[one.kind]
    if one.renamed_from:
        what = _("%(what)s; name changed from %(before)s", what=what, before=one.renamed_from)
    return one.row.line, one.row.name, listed_username(one.row.username), what, "", ""


def _problem_report(problem: RowProblem) -> RowReport:
    value = listed_username(problem.value) if problem.field == "username" else problem.value
    return problem.line, problem.name, value if problem.field == "username" else "", sentence(problem), field_names()[problem.field], value


def _join(order: JobOrder, pieces: Iterable[bytes], out: IO[bytes]) -> str:
    """Write the outcome of each row, in the order of the list."""
    reports: list[RowReport] = [tuple(one) for one in order.params["problems"]]
    for piece in pieces:
        reports += msgspec.json.decode(piece, type=list[RowReport])
    with force_locale(order.params["locale"]):
        heads = (_("Line"), _("Name"), _("User name"), _("Result"), _("Field"), _("Value"))
        book = Book(order.asked_at)
        book.sheet(_("Result"), heads, ((str(one[0]), *one[1:]) for one in sorted(reports)), (8, 16, 24, 48, 12, 32))
    out.write(book.content())
    return f"{order.params['class_code']}-enrolled.xlsx"


ROSTER = "roster"
KINDS = {ROSTER: JobKind(_title, _plan, _make, _join, next_link=_next_link, may_have=may_have_file, can_go_on=False)}
