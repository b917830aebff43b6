"""Problems of a list or of one of its rows, and their texts.

Codes and values are stored; the sentences are made here, in the reader's language.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from lms.accounts.identity import masked, may_be_identity_number

LONGEST_SHOWN = 60  # characters of a value

Params = Mapping[str, str | int]


class Unreadable(Exception):
    """The whole file cannot be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a row and its field ('' if it concerns no field). `name`: the row's person; `value`: the value in the field."""

    line: int
    field: str
    code: str
    params: Params = dataclasses.field(default_factory=dict)
    name: str = ""
    value: str = ""

    @property
    def what(self) -> str:
        """The problem in words, in the reader's language."""
        return SENTENCES[self.code](self.params)

    def __str__(self) -> str:
        where = _("line %(line)s", line=self.line)
        about = f" ({self.value})" if self.value else ""
        return f"{where}: {self.field}: {self.what}{about}" if self.field else f"{where}: {self.what}{about}"


def shown(text: str) -> str:
    """Return a value for a page or a file: short, on one line, and without identity numbers."""
    short = text[: LONGEST_SHOWN + 1].strip()
    if may_be_identity_number(short):
        short = masked(short)
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


SENTENCES: Mapping[str, Callable[[Params], str]] = {
    "empty": lambda _params: _("is empty"),
    "long": lambda params: _("has more than %(most)s characters", **params),
    "formula": lambda params: _("begins like a formula (%(sign)s)", **params),
    "line-break": lambda _params: _("has a line break in it; is a quotation mark missing?"),
    "unreadable": lambda params: _("has a character that is unreadable or cannot be seen (%(code)s); type it anew", **params),
    "no-letter": lambda _params: _("is not a name: it has no letter in it. Perhaps the columns are mixed up"),
    "error-value": lambda _params: _("is an error that the spreadsheet shows instead of a value; correct its formula or type the value"),
    "long-number": lambda _params: _(
        "was kept as a number of more than 15 digits, so its last digits are lost. Format the column as text and type it again"
    ),
    "shortened": lambda _params: _("is a number that a spreadsheet has shortened. Format the column as text and type it again"),
    "date": lambda _params: _("was turned into a date by the spreadsheet. Format the column as text and type it again"),
    "identity-number": lambda _params: _("looks like an identity number; use a staff number, a telephone number or an e-mail address"),
    "identity-number-elsewhere": lambda _params: _("looks like an identity number, which may not be uploaded; take it out"),
    "username": lambda _params: _("needs 2 to 64 letters, digits or . _ @ + -, beginning with a letter or digit"),
    "repeated": lambda params: _("is in line %(line)s already", **params),
    "track": lambda params: _("should be %(tracks)s", **params),
    "no-track": lambda params: _("is empty; should be %(tracks)s", **params),
    "school": lambda _params: _("several schools have this name; write the code instead"),
    "other-name": lambda _params: _("belongs to somebody with another name"),
    "left-out": lambda params: _("has the name %(known)s here; left out, because nobody chose what to do", **params),
    "closed": lambda _params: _("belongs to an account that is closed"),
    "no-teacher": lambda _params: _("belongs to somebody who is not a teacher here"),
    "erased": lambda _params: _("belongs to somebody whose data were erased"),
    "other-track": lambda _params: _("is in this class in another track; change it on the teacher's page"),
    "refused": lambda params: str(params["why"]),
}
