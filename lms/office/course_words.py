"""Describe the preview of a class's hours under another version of a course, in words and rows."""

from flask_babel import gettext as _
from flask_babel import ngettext

from lms.crediting.course_previews import CoursePreview


def summary(found: CoursePreview) -> str:
    """Return one sentence about whose hours change."""
    if not found.changes:
        return _("Nobody’s hours change.")
    words = ngettext("The hours of %(num)s teacher change.", "The hours of %(num)s teachers change.", len(found.changes))
    fewer = ngettext("%(num)s of them loses hours.", "%(num)s of them lose hours.", found.losing)
    return f"{words} {fewer if found.losing else _nobody_loses()}"


def _nobody_loses() -> str:
    return _("Nobody loses any.")
