"""Problems of a list or of one of its rows, and their texts.

Codes and values are stored; the sentences are made here, in the reader's language.
"""

from collections.abc import Mapping

from flask_babel import gettext as _

from lms.accounts.identity import may_be_identity_number
from lms.accounts.masking import masked_numbers
from lms.i18n import in_words
from lms.rosters.sentences import SENTENCES
from lms.row_problem import RowProblem

LONGEST_SHOWN = 60  # characters of a value


class Unreadable(Exception):
    """The whole file cannot be read; the message says why and what to do."""


def sentence(problem: RowProblem) -> str:
    """Return the problem in words, in the reader's language."""
    return in_words(problem, SENTENCES)


def line_of(problem: RowProblem) -> str:
    """Return the problem as one line with its position."""
    where = _("line %(line)s", line=problem.line)
    about = f" ({problem.value})" if problem.value else ""
    what = f"{sentence(problem)}{about}"
    return f"{where}: {problem.field}: {what}" if problem.field else f"{where}: {what}"


def shown(text: str) -> str:
    """Return a value for a page or a file: short, on one line, and without identity numbers."""
    short = text[: LONGEST_SHOWN + 1].strip()
    if may_be_identity_number(short):
        short = masked_numbers(short)
    visible = "".join(one if one.isprintable() else " " for one in short)
    return f"{visible[:LONGEST_SHOWN]}…" if len(short) > LONGEST_SHOWN else visible


def field_names() -> Mapping[str, str]:
    """Return the name of each field on pages and in files; '' means no field."""
    return {
        "name": _("Name"),
        "family": _("Family name"),
        "given": _("Given name"),
        "username": _("User name"),
        "school": _("School"),
        "track": _("Track"),
        "": "–",
    }
