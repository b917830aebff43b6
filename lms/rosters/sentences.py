"""The sentences of the problems of a list or one of its rows."""

from collections.abc import Mapping

from courses.strict_json.problem import N_

SENTENCES: Mapping[str, str] = {
    "empty": N_("is empty"),
    "long": N_("has more than %(most)s characters"),
    "formula": N_("begins like a formula (%(sign)s)"),
    "line-break": N_("has a line break in it; is a quotation mark missing?"),
    "unreadable": N_("has a character that is unreadable or cannot be seen (%(code)s); type it again"),
    "no-letter": N_("is not a name: it has no letter in it. Perhaps the columns are mixed up"),
    "error-value": N_("is an error that the spreadsheet shows instead of a value; correct its formula or type the value"),
    "long-number": N_(
        "was kept as a number of more than 15 digits, so its last digits are lost. Format the column as text and type it again"
    ),
    "shortened": N_("is a number that a spreadsheet has shortened. Format the column as text and type it again"),
    "date": N_("was turned into a date by the spreadsheet. Format the column as text and type it again"),
    "identity-number": N_("looks like an identity number; use a staff number, a telephone number or an e-mail address"),
    "identity-number-elsewhere": N_("looks like an identity number, which may not be uploaded; take it out"),
    "username": N_("needs 2 to 64 letters, digits or . _ @ + -, beginning with a letter or digit"),
    "repeated": N_("is in line %(line)s already"),
    "track": N_("should be %(tracks)s"),
    "no-track": N_("is empty; should be %(tracks)s"),
    "school": N_("several schools have this name; write the code instead"),
    "other-name": N_("belongs to somebody with another name"),
    "left-out": N_("has the name %(known)s here; left out, because nobody chose what to do"),
    "closed": N_("belongs to an account that is closed"),
    "no-teacher": N_("belongs to somebody who is not a teacher here"),
    "erased": N_("belongs to somebody whose data were erased"),
    "other-track": N_("is in this class in another track; change it on the teacher's page"),
    "refused": "%(why)s",  # already a sentence, written by the code that refused it
}
