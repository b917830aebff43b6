"""The links above a page of a class that lead back, only to pages that the visitor may open."""

from flask import url_for
from flask_babel import gettext as _

from lms.classes.models import TrainingClass

Trail = list[tuple[str, str]]


def class_trail(training_class: TrainingClass, *, administers: bool, itself: bool = True) -> Trail:
    """Return the trail of a class: an office comes from the list of classes, staff from *Today*. `itself`: include the class's page."""
    first = (_("Classes"), url_for("office.classes")) if administers else (_("Today"), url_for("office.today"))
    return [first, *([(training_class.name, url_for("office.class_", class_id=training_class.id))] if itself else [])]
