"""Pages on which a trainer sees how one question of the bank was answered, in all quizzes of theirs that copied it."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from courses.strict_json.reader import LONGEST_SLUG
from lms.accounts.access import person, requires
from lms.accounts.models import TRAINER
from lms.clock import now
from lms.db import session
from lms.errors import NotFound
from lms.storage import storage
from lms.tutoring import words
from lms.tutoring.bank_uses import QuestionUses, uses_of
from lms.tutoring.views import XLSX, bp
from lms.tutoring.wording import Wording, wording_of
from lms.web.downloads import as_download

__all__ = ["bp"]


@bp.get("/workshop/bank/<code>/answers")
@requires(TRAINER)
def everywhere_of_question(code: str) -> ResponseReturnValue:
    """Show how a question was answered in every quiz of the trainer's courses that asks it."""
    found, wording = _found(code)
    return render_template("tutoring/bank_question.html", code=code, found=found, wording=wording)


@bp.get("/workshop/bank/<code>/answers.xlsx")
@requires(TRAINER)
def download_everywhere_of_question(code: str) -> ResponseReturnValue:
    """Return the same as a spreadsheet."""
    found, wording = _found(code)
    if not found.uses:
        raise NotFound(_("No quiz of your courses asks this question, so there is nothing to analyse."))
    return as_download(Response(words.sheet_of_uses(found, wording, now()), mimetype=XLSX), f"{code}.xlsx")


def _found(code: str) -> tuple[QuestionUses, dict[str, Wording]]:
    """Return the uses of a question, and its words from the quiz that has the most attempts.

    Raises:
        NotFound: the code is longer than any.
    """
    if len(code) > LONGEST_SLUG:
        raise NotFound(_("There is no such question, or it is not shared with your organisation."))
    found = uses_of(session(), person(), code)
    most = max(found.uses, key=lambda one: one.analysis.attempts, default=None)
    return found, {} if most is None else wording_of(storage(), most.version, most.activity)
