"""The words of the forms: names of the types, labels of fields, and what is wrong with a field."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from courses.authoring.questions import TYPES
from courses.sentences import SENTENCES
from courses.strict_json.problem import N_
from lms.workshop.bank_words import bank_texts

# What a form says of a field. Codes that are not here have the sentences of a package.
FIELD_SENTENCES: Mapping[str, str] = {
    "filled-text": N_("Write something here, at most %(most)s characters."),
    "missing": N_("Fill this in."),
    "entry": N_("Choose a file."),
    "formula": N_("This is not a formula in LaTeX that can be shown."),
    "formulas-too-long": N_("All formulas together may have %(most)s characters: divide the reading into two activities."),
    "array-length": N_("Add at least one, and at most %(most)s."),
    "whole-number": N_("Write a whole number from %(least)s to %(most)s."),
    "number-above": N_("Write a number above %(above)s, at most %(most)s."),
    "needs-two": N_("At least two are needed."),
    "no-right-option": N_("Mark the right option."),
    "one-right-option": N_("Only one option can be chosen: mark one, or choose “several options”."),
    "text-twice": N_("This is there twice: write another text, or remove it."),
    "tag-twice": N_("This tag is drawn from twice: add the numbers together."),
    "too-few-of-tag": N_("Only %(there)s questions have the tag %(tag)s: draw fewer, or tag more questions."),
    "unequal-points": N_("Give all questions with the tag %(tag)s the same points, so that every attempt is worth the same."),
    "drawn-twice": N_("One question has both tags, %(one)s and %(other)s: take one of them away from it."),
    "checkpoint-order": N_("Two questions cannot stop the film at the same second, and all must come before its end."),
    "file-gone": N_("A file is not on the site any more: choose it again."),
    "file-too-large": N_("The file is larger than %(mb)s MB: make it smaller and choose it again."),
    "files-too-large": N_("All pictures, films and captions together may have %(mb)s MB: make them smaller, or divide the activity."),
    "not-for-forms": N_("Pictures (JPEG, PNG, WebP), films (MP4, WebM) and captions (WebVTT, SRT) can be chosen here."),
    "unknown-film-length": N_("The film does not say how long it is: export it again as MP4."),
}
ALL_SENTENCES: Mapping[str, str] = {**SENTENCES, **FIELD_SENTENCES}


@dataclass(frozen=True, slots=True)
class TypeWords:
    """The name of a type of activity, and what it is for."""

    name: str
    about: str
    icon: str


def type_words() -> dict[str, TypeWords]:
    """Return the words of the types that forms make."""
    return {
        "quiz": TypeWords(
            _("Quiz"), _("Questions of six kinds, graded by the site. The answers never reach the learner's browser."), "quiz"
        ),
        "reading": TypeWords(
            _("Reading"),
            _("Pages with text, lists, pictures, tables, formulas and films, and questions to check understanding."),
            "reading",
        ),
        "video": TypeWords(_("Film with questions"), _("A film that stops where you choose and asks a question."), "film"),
        "reflection": TypeWords(
            _("Reflection"), _("An open question. A tutor of the class accepts the answer, or returns it with a comment."), "edit"
        ),
    }


def question_kinds() -> dict[str, str]:
    """Return the kinds of questions of a quiz in words."""
    words = _questions()
    return {one: words[one] for one in TYPES}


def form_texts() -> dict[str, str]:
    """Return the texts of a form's script; the page fills in `{…}`."""
    return _page() | _lists() | _quiz() | _questions() | bank_texts() | _pages() | _film() | _reflection()


def _pages() -> dict[str, str]:
    return {
        "pages": _("Pages to read"),
        "page_n": _("Page {n}"),
        "add_page": _("Add a page"),
        "heading": _("Heading of the page"),
        "block_n": _("{n}. {kind}"),
        "add_paragraph": _("Add text"),
        "add_heading": _("Add a heading"),
        "add_list": _("Add a list"),
        "add_picture": _("Add a picture"),
        "add_table": _("Add a table"),
        "add_formula": _("Add a formula"),
        "add_film": _("Add a film"),
        "add_quote": _("Add a quotation"),
        "paragraph": _("Text"),
        "subheading": _("Heading"),
        "list": _("List"),
        "item_n": _("Item {n}"),
        "add_item": _("Add an item"),
        "ordered": _("Number the items"),
        "caption": _("Caption"),
        "table": _("Table"),
        "cell": _("Row {row}, column {column}"),
        "header": _("The first row has the headings of the columns"),
        "add_row": _("Add a row"),
        "add_column": _("Add a column"),
        "less_rows": _("Remove the last row"),
        "less_columns": _("Remove the last column"),
        "formula": _("Formula"),
        "formula_unknown": _("This is not a formula in LaTeX that can be shown."),
        "formula_hint": _("In LaTeX, such as \\frac{a}{b} + x^2."),
        "quote": _("Quotation"),
        "checks_hint": _("Learners answer check questions until they are right. The site checks each answer; the page does not hold it."),
        "check_n": _("Check question {n}"),
        "add_check": _("Add a check question"),
        "check_feedback": _("Feedback for a right answer"),
    }


def _film() -> dict[str, str]:
    return {
        "film": _("Film"),
        "film_hint": _("MP4 (H.264) or WebM, at most 200 MB."),
        "film_there": _("The film is there; it lasts {time}. Choose another one to replace it."),
        "captions": _("Captions"),
        "caption_n": _("Captions {n}"),
        "add_caption": _("Add captions"),
        "caption_file": _("Caption file (.vtt or .srt)"),
        "caption_there": _("The file is there. Choose another one to replace it."),
        "caption_label": _("Name in the film's menu"),
        "checkpoints": _("Questions in the film"),
        "checkpoints_hint": _(
            "The film stops there until the answer is right. Stop the film above where a question belongs, or write its time. They are put "
            "into order by themselves."
        ),
        "place_here": _("Ask a question at {time}"),
        "at": _("Time in the film"),
        "at_hint": _("Minutes and seconds, such as 1:05."),
        "at_take": _("Take the time where the film stands"),
        "at_show": _("Show this place"),
    }


def _reflection() -> dict[str, str]:
    return {
        "prompt": _("Task for the learners"),
        "guidance": _("Guidance"),
        "least_characters": _("Minimum length in characters"),
    }


def _page() -> dict[str, str]:
    return {
        "optional": _("(optional)"),
        "comma": _(", "),
        "kept": _("Kept on this device."),
        "not_kept": _("This device has no room to keep what you type. Download the file before you leave the page."),
        "sending": _("One moment …"),
        "again": _("The connection is lost. Trying again; the part that arrived is kept."),
        "sent": _("Sent so far: %(percent)s %%", percent="{percent}"),
        "download_done": _("Downloaded. The file contains the answers: do not give it to learners."),
        "show_done": "",
        "offline": _("The site cannot be reached. What you typed is kept on this device: try again when the network is back."),
        "signed_out": _("You have been signed out. Sign in on another page of this browser, then try again here: what you typed is kept."),
        "sign_in": _("Sign in on another page"),
        "line_waits": _(
            "The connection is lost. What you typed is kept on this device, and is saved by itself as soon as the connection is back."
        ),
        "sign_in_waits": _(
            "You are signed out. What you typed is kept on this device, and is saved by itself once you sign in on another page."
        ),
        "typed_on": _("You typed on, so this is not saved by itself any more. Press the button again when you are ready."),
        "failed": _("This did not work. What you typed is kept on this device: try again in a moment."),
        "too_large": _("The file is larger than 200 MB: make it smaller and choose it again."),
        "not_opened": _("This file cannot be edited here."),
        "other_type": _("This file contains another type of activity. Go back to the draft and open it in a new activity of that type."),
        "title": _("Title"),
        "language": _("Language of the content"),
        "chinese": _("Chinese"),
        "english": _("English"),
        "picture": _("Picture"),
        "picture_hint": _("JPEG, PNG or WebP, at most 5 MB."),
        "other_picture": _("Choose another picture"),
        "remove_picture": _("Remove the picture"),
        "alt": _("Description of the picture"),
        "alt_hint": _("For learners who do not see it. Leave it empty if the picture only decorates."),
    }


def _lists() -> dict[str, str]:
    return {
        "up": _("Move up"),
        "down": _("Move down"),
        "remove": _("Remove"),
        "removed": _("Removed."),
        "undo": _("Undo"),
    }


def _quiz() -> dict[str, str]:
    return {
        "intro": _("Introduction"),
        "questions": _("Questions"),
        "question_n": _("Question {n}"),
        "add_question": _("Add a question"),
        "pass_percent": _("Percent of the points to pass"),
        "max_attempts": _("Attempts"),
        "max_attempts_hint": _("Leave it empty to allow any number."),
        "shuffle_questions": _("Ask the questions in another order each time"),
        "shuffle_options": _("Show the options in another order each time"),
        "draw": _("Random draw"),
        "draw_hint": _(
            "Each attempt draws some of the questions with a tag. Questions without a drawn tag are always asked. Without a draw, all are."
        ),
        "draw_n": _("Draw {n}"),
        "add_draw": _("Draw from a tag"),
        "draw_tag": _("Tag"),
        "draw_count": _("Number of questions"),
    }


def _questions() -> dict[str, str]:
    return {
        "type": _("Kind of question"),
        "single": _("One option is right"),
        "multiple": _("Several options are right"),
        "boolean": _("True or false"),
        "fill": _("Fill in"),
        "order": _("Put into order"),
        "match": _("Put pairs together"),
        "question": _("Question"),
        "options": _("Options"),
        "single_hint": _("Mark the right one."),
        "multiple_hint": _("Mark every right one. An answer is right only with all of them and no other."),
        "option": _("Option {n}"),
        "right": _("right"),
        "add_option": _("Add an option"),
        "sentence_is": _("The sentence is"),
        "true": _("true"),
        "false": _("false"),
        "blanks": _("Blanks"),
        "blank": _("Blank {n}"),
        "blanks_hint": _("Write every answer that you accept, one a line. Mark the blanks in the question with ____."),
        "add_blank": _("Add a blank"),
        "case": _("Capital letters must be the same"),
        "compare_hint": _(
            "Spaces before and after an answer do not matter, several spaces are one, and full-width letters and digits are the same as "
            "ordinary ones."
        ),
        "steps": _("Steps"),
        "steps_hint": _("Write them in the right order. Learners see them mixed."),
        "step": _("Step {n}"),
        "add_step": _("Add a step"),
        "pair": _("Pair {n}"),
        "add_pair": _("Add a pair"),
        "left": _("Left side"),
        "belongs": _("Right side"),
        "extra": _("Distractors"),
        "extra_hint": _("They belong to nothing on the left side, and make the question harder. You can leave them out."),
        "extra_item": _("Distractor {n}"),
        "add_extra": _("Add a distractor"),
        "feedback": _("Feedback"),
        "feedback_hint": _("Learners see it after handing in, whether they were right or not: explain."),
        "feedback_en": _("Feedback in English"),
        "more": _("Picture, feedback, points, tags"),
        "points": _("Points"),
        "tags": _("Tags"),
        "tags_hint": _("Separate them with commas. A random draw chooses among the questions of a tag."),
    }
