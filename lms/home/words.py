"""How do the teacher's pages say where an enrolment stands?"""

from dataclasses import dataclass

from flask_babel import gettext as _


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about an enrolment that its teacher must know before anything else."""

    title: str
    text: str
    tone: str


def notice_of(status: str) -> Notice | None:
    """Return what a teacher must know of the state of their enrolment; None where they simply study."""
    kept = _("What was credited stays on your transcript. Your class staff can tell you more.")
    found = {
        "nominated": Notice(_("You are nominated"), _("As soon as your place is confirmed, you can begin to study."), "info"),
        "completed": Notice(_("You have completed this training"), _("Your transcript is ready. You may go on studying."), "ok"),
        "not-completed": Notice(_("This training ended without completion"), kept, "warn"),
        "withdrawn": Notice(_("You have withdrawn from this class"), kept, "warn"),
        "dismissed": Notice(_("You were dismissed from this class"), kept, "warn"),
        "absent": Notice(_("You are recorded as absent"), kept, "warn"),
    }
    return found.get(status)
