"""Say why a submission was not taken."""

from flask_babel import gettext as _

from lms.errors import Conflict, InvalidInput, LmsError, NotFound
from lms.learning import answers


def wrong_length() -> LmsError:
    """Return the refusal of an answer to a reflection that is too short or too long."""
    return InvalidInput(_("The answer is too short or too long, so nothing was handed in. Change it and try again."), code="length")


def declined(why: answers.Declined) -> LmsError:
    """Return the refusal of a submission that was not graded."""
    messages = {
        answers.Declined.NO_KEY: NotFound(_("This activity is not graded here."), code=why),
        answers.Declined.BAD_ID: InvalidInput(_("A submission needs a UUID of its own."), code=why),
        answers.Declined.OTHER_ANSWERS: Conflict(_("This submission was already graded with other answers."), code=why),
        answers.Declined.BLANK: InvalidInput(_("No question is answered, so nothing was handed in. Answer one and try again."), code=why),
        answers.Declined.OTHER_QUESTIONS: Conflict(
            _("Another page has handed in, and these were its questions. Load the page again."), code=why
        ),
        answers.Declined.NO_ATTEMPTS: Conflict(_("All attempts at this quiz are used up. What you reached is kept."), code=why),
    }
    return messages[why]
