"""Say what a report of a package's unit means in a preview. The page keeps the reports and sends them along; the server keeps nothing."""

from typing import Annotated, Any

import msgspec
from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from msgspec import Meta

from courses.formats.format import ReportTooLargeError, UnitReport
from courses.outline import Activity
from lms import vocabulary as v
from lms.accounts.access import person, requires
from lms.accounts.models import TRAINER
from lms.db import session
from lms.errors import NotFound
from lms.learning import commits
from lms.learning.commit_views import too_large, tracker_of
from lms.learning.wire import CommitBody
from lms.site_settings import site_settings
from lms.storage import storage
from lms.web.json_bodies import body_of, json_reply
from lms.workshop import drafts
from lms.workshop.documents import values_of
from lms.workshop.reports import conditions_met
from lms.workshop.views.blueprint import bp
from lms.workshop.views.preview import find_activity

Scaled = Annotated[float, Meta(ge=0, le=1)]


class ToldOutcome(msgspec.Struct):
    """The outcome of the whole activity that the preview last showed."""

    completed: bool | None = None
    passed: bool | None = None
    score: Scaled | None = None


class KeptUnit(msgspec.Struct):
    """The page's memory of one unit, without the values of the data model: the outcome of the next report does not depend on them."""

    run: Annotated[str, Meta(max_length=36)] = ""
    number: Annotated[int, Meta(ge=0, le=10**9)] = 0
    ended: bool = False
    completed: bool = False
    passed: bool | None = None
    score: Scaled | None = None


class KeptUnits(msgspec.Struct):
    """The page's memory of an activity."""

    units: dict[str, KeptUnit] = {}
    told: ToldOutcome = msgspec.field(default_factory=ToldOutcome)


class UnitReportBody(msgspec.Struct):
    """A report of one unit, as learners' pages send it, and what the preview keeps of the reports before it."""

    report: CommitBody
    kept: KeptUnits = msgspec.field(default_factory=KeptUnits)


@bp.post("/catalogue/courses/<code>/versions/<int:number>/<activity>/unit-report")
@requires(TRAINER)
def take_unit_report(code: str, number: int, activity: str) -> ResponseReturnValue:
    """Say what a report of a unit of a published package means. It is not stored."""
    version, course, chosen = find_activity(code, number, activity)
    return _reply(course.code, chosen, version.files_of(chosen.key))


@bp.post("/workshop/drafts/<int:draft_id>/preview/<activity>/unit-report")
@requires(TRAINER)
def take_draft_unit_report(draft_id: int, activity: str) -> ResponseReturnValue:
    """Say what a report of a unit of a draft's package means. It is not stored."""
    draft = drafts.own(session(), draft_id, person())
    chosen = drafts.activity_of(draft, activity)
    return _reply(draft.document["code"], values_of(chosen), chosen["files"])


def _reply(course: str, activity: Activity, files: str) -> Response:
    body = body_of(UnitReportBody)
    tracker = tracker_of(storage(), files, activity.format, activity.entry)
    if tracker is None:
        raise NotFound(_("This activity has no units that report."))
    said = body.report
    try:
        taken = commits.take(msgspec.to_builtins(body.kept), tracker, UnitReport(said.unit, said.ended, said.run, said.number, said.values))
    except ReportTooLargeError:
        raise too_large() from None
    kept, news = taken or (None, [])
    return json_reply({"kept": kept, "news": [_meaning(course, activity, verb, result) for verb, result in news]})


def _meaning(course: str, activity: Activity, verb: str, result: dict[str, Any]) -> dict[str, Any]:
    """Return the verb that learners' records would get, its score and the conditions that it meets."""
    settings = site_settings()
    statement = {
        "verb": {"id": verb},
        "object": {"id": v.activity_iri(settings.public_url, course, activity.key)},
        "result": result,
    }
    score = result.get("score", {}).get("scaled")
    return {"verb": verb, "score": score, "met": conditions_met(statement, course, activity, settings.public_url)}
