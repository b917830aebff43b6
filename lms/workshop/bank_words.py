"""The words of the question bank in the form of a quiz."""

from flask_babel import gettext as _


def bank_texts() -> dict[str, str]:
    """Return the texts of the bank for a form's script; the page fills in `{…}`."""
    return {
        "bank": _("From the question bank"),
        "bank_hint": _("Questions are copied into this quiz. A later change in the bank does not change any quiz."),
        "bank_words": _("Search in questions and tags"),
        "bank_any": _("All"),
        "bank_find": _("Search"),
        "bank_none": _("No question of the bank fits. Search for another word, or take a filter away."),
        "bank_empty": _("The bank is still empty. Write questions here and put them into the bank, or make them under Courses."),
        "bank_found": _("{shown} of {total} questions"),
        "bank_more": _("Show more"),
        "bank_take": _("Put the chosen ones into the quiz"),
        "bank_choose": _("Choose at least one question."),
        "bank_taken": _("Put into the quiz: {n}."),
        "bank_there": _("already in this quiz"),
        "bank_draw": _("Draw at random from a tag"),
        "bank_draw_hint": _("All questions with the tag are copied into the quiz, and each attempt draws so many of them."),
        "bank_draw_take": _("Put in and draw"),
        "bank_few": _("The tag has {n} questions: draw at most as many."),
        "bank_full": _("A quiz can have at most 200 questions. Nothing was put in."),
        "bank_keep": _("Put the questions of this quiz into the bank"),
        "bank_origin": _("From the question bank."),
        "bank_newer": _("The bank has a newer version of this question."),
        "bank_new_text": _("New text: {text}"),
        "bank_update": _("Take the bank's version"),
        "bank_updated": _("This is the bank's version now."),
        "tag_of_bank": _("Tag"),
        "count_of_bank": _("Number of questions"),
    }
