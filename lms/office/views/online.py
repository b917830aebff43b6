"""Pages for moving sessions online: choose sessions, their replacement and the people; check the effect; confirm."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.access import person, requires
from lms.accounts.models import OFFICE, STAFF
from lms.catalogue import listing
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.celery_app import ring
from lms.classes import membership, moving_online, timetable
from lms.classes.freezing import is_frozen
from lms.classes.models import LEARNING, ClassSession, Enrolment, SessionReplacement, TrainingClass
from lms.classes.moving_online import OnlineOrder
from lms.classes.setup import courses_of, locked_class
from lms.clock import now
from lms.crediting import windows
from lms.crediting.effects import AccountEffect, effects_of
from lms.crediting.tasks import follow
from lms.db import session, transaction
from lms.errors import FieldProblem, NotFound
from lms.i18n import pick
from lms.office import class_queries, effect_words
from lms.office.places import NOT_YOURS, bp, by_me, staffed_class
from lms.programmes.store import document_of
from lms.row_ids import row_id
from lms.web.amounts import read_day

KEYS_MAX, KEY_MAX, COURSES_SHOWN = 300, 32, 200


@bp.get("/classes/<int:class_id>/timetable/online")
@requires(OFFICE, STAFF)
def moving(class_id: int) -> ResponseReturnValue:
    """Offer the sessions: single ones, or a whole phase from a day on."""
    found = staffed_class(class_id)
    return _page(found, _preset(found))


def _preset(found: TrainingClass) -> list[str]:
    """Return the keys of the sessions in the address."""
    asked, phase, since = request.args.get("session", ""), request.args.get("requirement", ""), request.args.get("from", "")
    rows = timetable.sessions_of(session(), found.id)
    if phase:
        zone = ZoneInfo(document_of(found.programme_version).policy.time_zone)
        first = read_day(since)
        return [one.key for one in rows if one.requirement == phase and (first is None or one.starts_at.astimezone(zone).date() >= first)]
    return [one.key for one in rows if one.key == asked]


def _page(found: TrainingClass, chosen: Sequence[str], problems: Sequence[FieldProblem] = ()) -> ResponseReturnValue:
    document = document_of(found.programme_version)
    rows = [one for one in timetable.sessions_of(session(), found.id) if one.half_days]
    moved = moving_online.replacements_of(session(), found.id)
    versions = listing.offered(session(), person(), COURSES_SHOWN)
    studied = {one.code for one in courses_of(session(), [found.id])[found.id] if not one.stands_in}
    people = [one.enrolment for one in class_queries.everybody(session(), found.id) if one.enrolment.status in LEARNING]
    page = render_template(
        "office/online.html",
        training_class=found,
        zone=document.policy.time_zone,
        names={one.key: one.title for one in document.requirements},
        phases=[one for one in document.requirements if one.kind == "days" and moving_online.may_go_online(document, one.key)],
        rows=[one for one in rows if moving_online.may_go_online(document, one.requirement)],
        titles={one.key: one.title for one in rows},
        courses={
            one.course.code: (pick(one.title_zh, one.title_en), outline_of(one).worth_seconds)
            for one in versions
            if one.course.code not in studied
        },
        moved=moved,
        standing_in=_course_titles(moved),
        people=people,
        whose={one.id: one.person.name for one in people},
        wanted=chosen,
        given=request.form,
        picked=request.form.getlist("who"),
        problems=[(one.words, None) for one in problems],
        most=membership.REASON_MAX,
    )
    return page, 422 if problems else 200


def _course_titles(moved: Sequence[SessionReplacement]) -> dict[int, str]:
    ids = [one.course_version_id for one in moved if one.course_version_id is not None]
    versions = session().scalars(select(CourseVersion).where(CourseVersion.id.in_(ids)))
    return {one.id: pick(one.title_zh, one.title_en) for one in versions}


@bp.post("/classes/<int:class_id>/timetable/online")
@requires(OFFICE, STAFF)
def move_online(class_id: int) -> ResponseReturnValue:
    """Show the effect of moving sessions online; do it after confirmation."""
    found = staffed_class(class_id)
    document, order = document_of(found.programme_version), _order()
    with transaction() as writing:
        training_class = locked_class(writing, class_id)
        problems = moving_online.problems_of(writing, training_class, document, order, by_me())
        effects: list[AccountEffect] = []
        if not problems and request.form.get("confirm"):
            moving_online.move(writing, training_class, document, order, by_me())
            windows.follow(writing, training_class, now())
        elif not problems:
            ids = _people(writing, class_id, order.people)
            by = by_me()
            effects = effects_of(writing, ids, lambda: moving_online.move(writing, training_class, document, order, by), now())
    if problems:
        return _page(found, order.sessions, problems)
    if request.form.get("confirm"):
        ring(follow)
        flash(_("Moved online. The days stay days: people who finish what replaces them have earned them."), "success")
        return redirect(url_for(".show_timetable", class_id=class_id))
    rows = [one for one in timetable.sessions_of(session(), class_id) if one.key in order.sessions]
    title = ngettext("%(num)s session is moved online", "%(num)s sessions are moved online", len(rows))
    about = {"title": title, "order": order, "button": _("Move online"), "action": url_for(".move_online", class_id=class_id)}
    return _preview(found, rows, effects, about)


def _people(writing: Session, class_id: int, people: tuple[int, ...] | None) -> list[int]:
    query = select(Enrolment.id).where(Enrolment.class_id == class_id, ~is_frozen()).order_by(Enrolment.id)
    return [one for one in writing.scalars(query) if people is None or one in people]


def _order() -> OnlineOrder:
    form = request.form
    keys = tuple(dict.fromkeys(one for one in form.getlist("session")[:KEYS_MAX] if len(one) <= KEY_MAX))
    who = tuple(number for one in form.getlist("who")[:1000] if (number := row_id(one)) is not None)
    by_course = form.get("by") == "course"
    course = (form.get("course", "")[:64] or "?") if by_course else ""
    link = "" if by_course else form.get("link", "").strip()
    return OnlineOrder(keys, course, link, who if form.get("whom") == "some" else None, form.get("reason", "").strip())


def _preview(found: TrainingClass, rows: Sequence[ClassSession], effects: Sequence[AccountEffect], about: Mapping[str, object]) -> str:
    lines = effect_words.lines_of(session(), found, effects)
    zone = document_of(found.programme_version).policy.time_zone
    back = url_for(".moving", class_id=found.id)
    return render_template("office/sessions_preview.html", training_class=found, rows=rows, lines=lines, zone=zone, back=back, **about)


@bp.post("/classes/<int:class_id>/timetable/online/<int:replacement_id>/back")
@requires(OFFICE, STAFF)
def take_online_back(class_id: int, replacement_id: int) -> ResponseReturnValue:
    """Show the effect of undoing a move online; do it after confirmation."""
    found = staffed_class(class_id)
    row = session().get(SessionReplacement, replacement_id)
    if row is None or row.class_id != class_id:
        raise NotFound(str(NOT_YOURS))
    confirmed = bool(request.form.get("confirm"))
    with transaction() as writing:
        training_class = locked_class(writing, class_id)
        by, effects = by_me(), []
        if confirmed:
            moving_online.take_back(writing, writing.get_one(SessionReplacement, replacement_id), by)
            windows.follow(writing, training_class, now())
        else:
            ids = _people(writing, class_id, None if row.people is None else tuple(row.people))
            effects = effects_of(
                writing, ids, lambda: moving_online.take_back(writing, writing.get_one(SessionReplacement, replacement_id), by), now()
            )
    if confirmed:
        ring(follow)
        flash(_("Taken back. Nothing replaces these sessions any more."), "success")
        return redirect(url_for(".moving", class_id=class_id))
    rows = [one for one in timetable.sessions_of(session(), class_id) if one.key in row.sessions]
    action = url_for(".take_online_back", class_id=class_id, replacement_id=replacement_id)
    about = {"title": _("Nothing replaces these sessions any more"), "order": None, "button": _("Take back"), "action": action}
    return _preview(found, rows, effects, about)
