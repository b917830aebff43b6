"""Describe the preview of a class's hours under another version of a course, in words and rows."""

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from lms.crediting.course_previews import CoursePreview
from lms.hours import Policy
from lms.i18n import write_credit


def summary(found: CoursePreview, policy: Policy) -> str:
    """Return one sentence about whose hours change."""
    if not found.changes:
        return _("Nobody’s hours change.")
    words = ngettext("The hours of %(num)s teacher change.", "The hours of %(num)s teachers change.", len(found.changes))
    fewer = ngettext("%(num)s of them loses hours.", "%(num)s of them lose hours.", found.losing)
    return " ".join([words, fewer if found.losing else _nobody_loses(), *_sums(found, policy)])


def _sums(found: CoursePreview, policy: Policy) -> Iterator[str]:
    gained = sum(max(0, one.after_s - one.before_s) for one in found.changes)
    lost = sum(max(0, one.before_s - one.after_s) for one in found.changes)
    if gained:
        yield _("Together they gain %(time)s.", time=write_credit(gained, policy))
    if lost:
        yield _("Together they lose %(time)s.", time=write_credit(lost, policy))


def earlier_results_said(found: CoursePreview) -> str:
    """Return what becomes of results that another grader of a new version lets count."""
    count = ngettext(
        "After the move, %(num)s earlier result counts that does not count now; the change of hours includes it.",
        "After the move, %(num)s earlier results count that do not count now; the change of hours includes them.",
        found.results,
    )
    more = _("There are too many results to read all of them for this page: after the move all are read, and more may count.")
    return count if found.whole else f"{count} {more}"


def _nobody_loses() -> str:
    return _("Nobody loses any.")
