"""The page of a link to another site: it says where the link leads and what it can earn, and measures nothing itself."""

from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from courses.formats import FORMATS
from courses.formats.link import host_of
from courses.outline import Activity
from lms.catalogue import contents
from lms.classes.models import TrainingClass
from lms.db import session
from lms.errors import NotFound
from lms.learning.admission import Admission
from lms.learning.course_place import around
from lms.learning.opened import now_ms
from lms.programmes.models import ProgrammeVersion
from lms.programmes.store import document_of
from lms.storage import storage


def address_of(files: str, activity: Activity) -> str | None:
    """Return the address on another site to which an activity leads, whose `files` are published; None for activities played here.

    Raises:
        NotFound: its file is lost.
    """
    leads_to = FORMATS[activity.format].leads_to
    if leads_to is None:
        return None
    address = leads_to(activity.entry, lambda path: contents.read(storage(), files, path))
    if address is None:
        raise NotFound(_("The address of this link is not there any more. Tell your trainer which activity it is."))
    return address


def shown(admission: Admission, address: str) -> str:
    """Return the page of a link that leads to `address`."""
    return render_template(
        "learning/link.html",
        admission=admission,
        address=address,
        host=host_of(address),
        providers=_providers(admission),
        config=_config(admission),
        **around(admission),
    )


def _providers(admission: Admission) -> list[str]:
    """Return the names of the providers whose reports earn time in the learner's class."""
    of_class = TrainingClass.programme_version_id == ProgrammeVersion.id
    wanted = select(ProgrammeVersion).join(TrainingClass, of_class).where(TrainingClass.id == admission.enrolment.class_id)
    version = session().scalars(wanted)
    return sorted(document_of(version.one()).trusted_providers)


def _config(admission: Admission) -> dict[str, Any]:
    place = admission.place
    own: dict[str, Any] = {"enrolment_id": place.enrolment_id, "course_version_id": place.course_version_id}
    return {
        "place": {"enrolment": place.enrolment_id, "version": place.course_version_id, "activity": place.activity},
        "urls": {"open": url_for("learning.open_activity"), "progress": url_for("home.activity_progress", activity=place.activity, **own)},
        "csrf": generate_csrf(),
        "now_ms": now_ms(),
        "texts": {
            "opened": _("Opened in a window of its own."),
            "unnoted": _("There is no connection, so it was not noted that you opened the link. Open it again when you are connected."),
            "signed_out": _("It was not noted that you opened the link. Load this page again, and sign in if it asks for that."),
        },
    }
