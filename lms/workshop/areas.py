"""The content area of a programme that a draft's course belongs to: chosen in the editor, and a label of the library once published."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from lms.catalogue import labels
from lms.catalogue.models import Course
from lms.i18n import pick
from lms.programmes.store import document_of, newest


def known_areas(session: Session) -> dict[str, str]:
    """Return the content areas of the newest document of each programme: 'programme/area' → its name, with that of the programme."""
    found: dict[str, str] = {}
    for one in sorted(newest(session), key=lambda one: one.programme.year):
        document = document_of(one)
        programme = pick(document.name.zh, document.name.en)
        found |= {
            f"{one.programme.code}/{area.key}": _("%(programme)s: %(area)s", programme=programme, area=pick(area.name.zh, area.name.en))
            for area in document.content_areas
        }
    return found


def area_of(session: Session, course_id: int) -> str | None:
    """Return the content area of a published course, '' if it has none; None if it has several, which the library alone can change."""
    found = labels.of_course(session, course_id).get(labels.AREA, [])
    return None if len(found) > 1 else "".join(found)


def state_area(session: Session, course: Course, area: str | None) -> None:
    """Let the library find a course under the area that its draft names; '' takes it away, None changes nothing.

    Other labels stay, and so do several areas that were stated in the library.
    """
    stated = labels.of_course(session, course.id)
    now = stated.get(labels.AREA, [])
    if area is None or len(now) > 1 or "".join(now) == area or (area and area not in known_areas(session)):
        return
    programmes = {*stated.get(labels.PROGRAMME, []), *(labels.programmes_of([area]) if area else ())}
    labels.state(session, course, {labels.AREA: [area] if area else [], labels.PROGRAMME: programmes})
