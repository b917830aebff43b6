"""Can a certificate be printed, with the wording of its office and the fonts of this site? This is asked before anything is issued."""

from collections.abc import Sequence

from flask_babel import gettext as _

from lms.certification.printed_words import without_value
from lms.crediting.standing import Standing
from lms.errors import Conflict
from lms.printing.letterheads import SetLetterhead
from lms.printing.typesetting import missing_in
from lms.transcripts.identity import Belongs

IN_EVERY_DOCUMENT = "学时证明编号：0123456789 Certificate"


def demand_fonts() -> None:
    """Check that the fonts are there, so that nothing is issued that could not be printed afterwards.

    Raises:
        Conflict: they are not.
    """
    if missing_in([IN_EVERY_DOCUMENT]):
        said = _("Nothing was issued, because the fonts of this site are missing. Ask the operator to install the product again.")
        raise Conflict(said, code="fonts")


def glyphs_missing(standing: Standing, belongs: Belongs) -> Sequence[str]:
    """Return the characters of a person's certificate that no font has."""
    programme, training_class = standing.document.name, standing.training_class
    own = (standing.enrolment.person.name, belongs.school)
    return missing_in([*own, training_class.name, belongs.provider, programme.zh, programme.en])


def placeholders_missing(standing: Standing, letterhead: SetLetterhead | None) -> Sequence[str]:
    """Return the placeholders of the office's wording that have no value on a person's certificate."""
    if letterhead is None:
        return []
    kinds = {one.kind for one in standing.requirements}
    track = standing.track.name.zh if standing.track else ""
    return sorted(without_value(letterhead.wordings, kinds, track))
