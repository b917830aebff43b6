"""The start page of class staff: today's sessions and their classes."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from lms.accounts.access import person, requires
from lms.accounts.models import STAFF
from lms.attendance.codes import EARLY
from lms.classes import staff
from lms.classes.models import ClassSession
from lms.clock import now
from lms.db import session
from lms.i18n import SITE_ZONE, local_time
from lms.office import day as days
from lms.office.places import bp

SHOWN = 20


@bp.get("/today")
@requires(STAFF)
def today() -> ResponseReturnValue:
    """Show the sessions of today and the next days, and the person's classes."""
    mine = {one.id: one for one in staff.classes_of(session(), person().id)}
    day = local_time(now(), SITE_ZONE).date()
    begins = datetime.combine(day, time(), ZoneInfo(SITE_ZONE))
    wanted = (ClassSession.class_id.in_(mine), ClassSession.cancelled_at.is_(None), ClassSession.ends_at >= begins)
    rows = session().scalars(select(ClassSession).where(*wanted).order_by(ClassSession.starts_at).limit(SHOWN)).all()
    ends = begins + timedelta(days=1)
    lessons = [one for one in rows if one.starts_at < ends]
    return render_template(
        "office/today.html",
        classes=mine,
        today=lessons,
        presences=days.presences(session(), lessons),
        lagging=days.lagging(session(), mine),
        waiting=days.to_accept(session(), mine),
        now=now(),
        early=EARLY,
        coming=[one for one in rows if one.starts_at >= ends],
        day=day,
        zone=SITE_ZONE,
    )
