"""Write the reasons why somebody needs help, and an analysis of questions, in words and as a spreadsheet."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction

from flask_babel import gettext as _
from flask_babel import ngettext

from lms.catalogue.gates import gate_words
from lms.i18n import pick, write_share
from lms.tutoring.bank_uses import QuestionUse, QuestionUses
from lms.tutoring.course_progress import QUIET, HelpNeed, Stuck
from lms.tutoring.questions import Analysis, QuestionResult
from lms.tutoring.wording import Wording
from lms.web.spreadsheet import NARROW, WIDE, Book, Cell

PERCENT = 100


def stuck_words() -> dict[str, str]:
    """Return the reasons why somebody needs help, in words, the most urgent first."""
    return {
        Stuck.NO_ATTEMPTS: _("Attempts used up"),
        Stuck.FAILED: _("Failed more than once"),
        Stuck.CONDITION: _("Condition not met"),
        Stuck.QUIET: _("Nothing for %(days)s days", days=QUIET.days),
        Stuck.NOT_BEGUN: _("Not begun"),
    }


def advice(need: HelpNeed) -> str:
    """Return what happened, in one sentence."""
    attempts = need.opened.attempts if need.opened else 0
    if need.why in {Stuck.NO_ATTEMPTS, Stuck.FAILED}:
        return ngettext("%(num)s attempt, none passed.", "%(num)s attempts, none passed.", attempts)
    if need.why is Stuck.CONDITION and need.activity is not None:
        return _("The time is measured; to earn it they must: %(conditions)s.", conditions=_(", ").join(gate_words(need.activity)))
    if need.why is Stuck.QUIET:
        return _("This is what they opened last.")
    return _("They have opened nothing in this course.")


def percent(part: int, whole: int) -> str:
    """Return a share in whole percent; a dash of nothing."""
    return write_share(Fraction(part, whole)) if whole else "–"


def sheet_of(analysis: Analysis, wording: Mapping[str, Wording], title: str, made_at: datetime) -> bytes:
    """Return an analysis as a workbook: a row for each question, and one for each common wrong answer."""
    book = Book(made_at)
    head = [_("Question"), _("Answered"), _("Right at first"), _("Right at first (%)"), _("Right in the end"), _("Right in the end (%)")]
    book.sheet(_("Questions"), head, (_row(one, wording) for one in analysis.questions), (WIDE * 2, *[NARROW] * 5))
    book.sheet(_("Wrong answers"), [_("Question"), _("Answer"), _("Times")], _wrong(analysis, wording), (WIDE * 2, WIDE, NARROW))
    rows: list[tuple[Cell, Cell]] = [
        (_("Activity"), title),
        (_("Learners"), analysis.learners),
        (_("Attempts"), analysis.attempts),
        (_("Passed"), analysis.passed),
        (_("Attempts at other questions, left out"), analysis.other_attempts),
    ]
    book.sheet(_("About"), [_("Item"), _("Value")], rows, (WIDE, WIDE))
    return book.content()


def sheet_of_uses(found: QuestionUses, wording: Mapping[str, Wording], made_at: datetime) -> bytes:
    """Return how one question was answered as a workbook: a row for each quiz and one for their sum, and the common wrong answers."""
    book = Book(made_at)
    head = [
        _("Course"),
        _("Activity"),
        _("Answered"),
        _("Right at first"),
        _("Right at first (%)"),
        _("Right in the end"),
        _("Right in the end (%)"),
    ]
    rows: list[tuple[Cell, ...]] = [(*_place(one), *_row(one.result, wording)[1:]) for one in found.uses]
    total: tuple[Cell, ...] = (_("All together"), question_text(found.total, wording), *_row(found.total, wording)[1:])
    book.sheet(_("Quizzes"), head, [*rows, total], (WIDE, WIDE, *[NARROW] * 5))
    wrong: list[tuple[Cell, ...]] = [(wrong_text(found.total, one.options, wording), one.count) for one in found.total.wrong]
    book.sheet(_("Wrong answers"), [_("Answer"), _("Times")], wrong, (WIDE, NARROW))
    return book.content()


def _place(one: QuestionUse) -> tuple[str, str]:
    title = one.activity.title
    return pick(one.version.title_zh, one.version.title_en), pick(title.zh, title.en)


def _row(one: QuestionResult, wording: Mapping[str, Wording]) -> tuple[Cell, ...]:
    first, end = _share(one.right, one.answered), _share(one.right_in_the_end, one.asked)
    return question_text(one, wording), one.answered, one.right, first, one.right_in_the_end, end


def _share(part: int, whole: int) -> int:
    return PERCENT * part // whole if whole else 0


def _wrong(analysis: Analysis, wording: Mapping[str, Wording]) -> Iterator[tuple[Cell, ...]]:
    for one in analysis.questions:
        for answer in one.wrong:
            yield question_text(one, wording), wrong_text(one, answer.options, wording), answer.count


def question_text(one: QuestionResult, wording: Mapping[str, Wording]) -> str:
    """Return a question's text, or its id if the content lacks it."""
    return wording[one.id].text if one.id in wording else one.id


def wrong_text(one: QuestionResult, options: tuple[str, ...], wording: Mapping[str, Wording]) -> str:
    """Return a wrong answer in the words of the question's options."""
    return wording.get(one.id, Wording("")).answer(options)
