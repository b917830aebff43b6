"""Preview an activity as a learner sees it. Nothing is measured, stored or earned."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from secrets import token_hex
from typing import Any

import msgspec
from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from courses.answer_key import draw, is_of_checks
from courses.formats import FORMATS
from courses.formats.link import host_of
from courses.grading import grade, is_blank
from courses.outline import Activity, Course
from lms import vocabulary as v
from lms.accounts.access import person, requires
from lms.accounts.models import TRAINER
from lms.catalogue import listing, publish
from lms.catalogue.gates import gate_words
from lms.catalogue.models import AnswerKey, CourseVersion
from lms.db import session
from lms.errors import InvalidInput, NotFound
from lms.i18n import pick
from lms.learning.answers import checked
from lms.learning.frame_address import frame_on, origin_in_preview
from lms.learning.link_views import address_of
from lms.learning.wire import AnswersBody
from lms.learning.words import content_texts, unit_texts
from lms.site_settings import site_settings
from lms.storage import storage
from lms.web.json_bodies import body_of, json_reply
from lms.workshop.reports import conditions_met
from lms.workshop.unit_preview.page import config_of, unit_of
from lms.workshop.views.blueprint import bp

TAKEN = ("report", "answers", "units", "unit")  # what the page sends


class StatementBody(msgspec.Struct):
    """One statement of the content, as the player would send it."""

    statement: dict[str, Any]


@bp.get("/catalogue/courses/<code>/versions/<int:number>/<activity>")
@requires(TRAINER)
def preview(code: str, number: int, activity: str) -> ResponseReturnValue:
    """Show an activity in its frame, with what it reports; nothing is measured and nothing is kept.

    A unit of cmi5 gets a record store of its own (`lms.workshop.unit_preview`).
    """
    version, course, chosen = find_activity(code, number, activity)
    place: dict[str, Any] = {"code": course.code, "number": version.number}
    home = url_for("catalogue.course", code=course.code, version=version.number)
    answers = None
    if chosen.grading == "server" and publish.may_publish(session(), version.course, person()):
        answers = url_for("tutoring.everywhere", code=course.code, activity=chosen.key)
    return render_preview(
        ActivityPreview(course.code, chosen, course.activities, version.files_of(chosen.key), _key(version, chosen)),
        lambda endpoint, key: url_for(f".{endpoint}", activity=key, **place),
        trail=[(_("Courses"), url_for("catalogue.courses")), (pick(version.title_zh, version.title_en), home)],
        answers=answers,
    )


@dataclass(frozen=True, slots=True)
class ActivityPreview:
    """An activity to be shown among the others of its course: the hash of the listing of its files, and its answer key."""

    course: str
    activity: Activity
    activities: Sequence[Activity]
    files: str
    key: dict[str, Any] | None


def render_preview(
    shown: ActivityPreview,
    address: Callable[[str, str], str],
    *,
    trail: Sequence[tuple[str, str]],
    answers: str | None = None,
    endpoints: Sequence[str] = ("preview", "take_report", "take_answers", "take_unit_report", "begin_unit"),
) -> str:
    """Return the page of a preview. `address` makes the address of an endpoint for an activity; `trail` ends with the course's page."""
    page, *takers = endpoints
    chosen, keys = shown.activity, [one.key for one in shown.activities]
    at = keys.index(chosen.key)
    how = FORMATS[chosen.format]
    leads_to, origin = address_of(shown.files, chosen), origin_in_preview(chosen, shown.files)
    before, after = (shown.activities[place] if 0 <= place < len(keys) else None for place in (at - 1, at + 1))
    return render_template(
        "workshop/preview.html",
        activity=chosen,
        how=how,
        shown=bool(origin) and leads_to is None,
        address=leads_to,
        host=host_of(leads_to) if leads_to else "",
        conditions=gate_words(chosen),
        before=before and (before.title, address(page, before.key)),
        after=after and (after.title, address(page, after.key)),
        config=_config(shown, origin, {name: address(taker, chosen.key) for name, taker in zip(TAKEN, takers, strict=True)}),
        trail=trail,
        answers=answers,
    )


def _missing_words() -> str:
    """Say to an author what they can do about a file that has vanished; learners are told that their trainer sees it."""
    said = _("A file of this activity is missing on the server.")
    todo = _("Open the activity in a draft of the course, choose its file again under “Other file”, and publish the draft.")
    return pick(f"{said}{todo}", f"{said} {todo}")


def _config(shown: ActivityPreview, origin: str, urls: dict[str, str]) -> dict[str, Any]:
    activity = shown.activity
    drawn = None if shown.key is None else _drawn(shown.key)
    return {
        "iri": v.activity_iri(site_settings().public_url, shown.course, activity.key),
        "frame": frame_on(origin, activity, shown.files),
        "reports": {"url": None, "learner": {"id": "preview", "name": person().name}} if FORMATS[activity.format].own_host else None,
        "locale": "zh-CN" if pick("zh", "en") == "zh" else "en",
        "title": pick(activity.title.zh, activity.title.en),
        "settings": {"media_seconds": activity.media_seconds, "grading": activity.grading, "attempts": [], "handed": None, "drawn": drawn},
        "csrf": generate_csrf(),
        "urls": urls,
        "unit": config_of(unit_of(storage(), activity, shown.files), urls["unit"], _unit_texts()),
        "requires": [name for name, wanted in activity.requires.items() if wanted],  # coverage is measured, so no report meets it
        "texts": {
            "content": content_texts() | {"missing": _missing_words()},
            "completed": _("completed"),
            "passed": _("passed"),
            "failed": _("failed"),
            "met": _("The condition is met."),
            "nothing": _("proves nothing"),
            "refused": _("cannot be recorded"),
            "refused_because": _("refused: %(why)s", why="{why}"),
            "accepted": _("accepted"),
            "left_out": _("left out"),
        },
    }


def _unit_texts() -> dict[str, str]:
    return {
        **unit_texts(),
        "own_window": _("This unit opens in a window of its own. What it sends appears on this page."),
        "closed": _("The unit was closed. Nothing of it was kept."),
    }


@bp.post("/catalogue/courses/<code>/versions/<int:number>/<activity>/report")
@requires(TRAINER)
def take_report(code: str, number: int, activity: str) -> ResponseReturnValue:
    """Say which conditions a statement of the content would meet. It is not stored."""
    _version, course, chosen = find_activity(code, number, activity)
    return report_reply(course.code, chosen, body_of(StatementBody).statement)


def report_reply(course: str, activity: Activity, statement: dict[str, Any]) -> Response:
    """Answer a statement of the content with the conditions that it meets.

    Raises:
        InvalidInput: the record store would refuse it.
    """
    try:
        met = conditions_met(statement, course, activity, site_settings().public_url)
    except ValueError as error:
        raise InvalidInput("The record store would refuse this statement.", [str(error)]) from error
    return json_reply({"met": met})


@bp.post("/catalogue/courses/<code>/versions/<int:number>/<activity>/answers")
@requires(TRAINER)
def take_answers(code: str, number: int, activity: str) -> ResponseReturnValue:
    """Grade a submission as the server grades a learner's. Nothing is stored, so it does not count as an attempt."""
    version, _course, chosen = find_activity(code, number, activity)
    return grade_reply(chosen, _key(version, chosen), body_of(AnswersBody).answers)


def grade_reply(activity: Activity, key: dict[str, Any] | None, given: dict[str, object]) -> Response:
    """Grade answers as the server grades a learner's.

    Raises:
        NotFound: the server does not grade this activity.
        InvalidInput: no question was answered.
    """
    if key is None and activity.grading == "server":  # a reflection
        return json_reply({"state": "handed-in", "text": str(given.get("text", "")), "comment": ""})
    if key is None:
        raise NotFound(_("The site does not grade this activity."))
    if is_of_checks(key):
        return json_reply(checked(key, given))
    if is_blank(key, given):
        raise InvalidInput(_("No question was answered."), code="blank")
    drawn = given.keys() if key.get("draw") else None  # the questions that the page drew
    graded = asdict(grade(key, given, drawn))
    return json_reply({"number": 1, "left": None, "pass_percent": key["pass_percent"], "drawn": _drawn(key), **graded})


def _drawn(key: dict[str, Any]) -> tuple[str, ...] | None:
    return draw(key, token_hex(8))


def _key(version: CourseVersion, activity: Activity) -> dict[str, Any] | None:
    asked = select(AnswerKey.document).where(AnswerKey.course_version_id == version.id, AnswerKey.activity == activity.key)
    return session().scalar(asked)


def find_activity(code: str, number: int, activity: str) -> tuple[CourseVersion, Course, Activity]:
    """Return an activity of a course that the signed-in person may read, with its version and its course.

    Raises:
        NotFound: there is none.
    """
    version = next((one for one in listing.readable_versions(session(), code, person()) if one.number == number), None)
    if version is None:
        raise NotFound(_("There is no such course or version."))
    course = publish.outline_of(version)
    chosen = next((one for one in course.activities if one.key == activity), None)
    if chosen is None:
        raise NotFound(_("There is no such activity."))
    return version, course, chosen
