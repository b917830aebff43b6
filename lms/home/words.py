"""Texts on the teacher's pages about the state of an enrolment."""

from dataclasses import dataclass

from flask_babel import gettext as _

from courses.outline import Activity


@dataclass(frozen=True, slots=True)
class Notice:
    """A message about an enrolment that its teacher must see first."""

    title: str
    text: str
    tone: str


def met_words(activity: Activity) -> str:
    """Return how a page says that an activity's condition is met while time is left in it."""
    return _("Quiz passed") if activity.requires.get("passed") else _("Condition met")


def notice_of(status: str) -> Notice | None:
    """Return the message about the state of an enrolment; None for an ordinary one."""
    match status:
        case "nominated":
            return Notice(_("You are nominated"), _("As soon as your place is confirmed, you can begin to study."), "info")
        case "completed":
            return Notice(_("You have completed this training"), _("Your transcript is ready. You may continue studying."), "ok")
        case "not-completed":
            title = _("This training ended without completion")
        case "withdrawn":
            title = _("You have withdrawn from this class")
        case "dismissed":
            title = _("You were dismissed from this class")
        case "absent":
            title = _("You are recorded as absent")
        case _other:
            return None
    return Notice(title, _("What was credited stays on your transcript. Your class staff can tell you more."), "warn")
