"""Check the address, key and secret of another record store, which an office gives for a forward or an import."""

from collections.abc import Iterable, Sequence

from courses.strict_json.problem import Problem
from lms.config import Settings
from lms.egress.address import Address, credential_problems, parse_address
from lms.egress.sentences import SENTENCES
from lms.errors import FieldProblem, InvalidInput
from lms.i18n import in_words


def checked_address(endpoint: str, settings: Settings, problems: Sequence[str], refusal: str, *, internal: bool) -> Address:
    """Return the address of an order whose other fields have `problems`.

    Raises:
        InvalidInput: the address is wrong; with the order's other problems too, one line for each field.
    """
    found = parse_address(endpoint, settings, internal=internal)
    if isinstance(found, list):
        raise InvalidInput(refusal, [*problems, *_lines(found)])
    return found


def problems_of_key(key: str, secret: str) -> list[FieldProblem]:
    """Return what is wrong with a key and its secret, in the reader's language."""
    return _lines(credential_problems(key, secret))


def _lines(problems: Iterable[Problem]) -> list[FieldProblem]:
    return [FieldProblem(one.path, in_words(one, SENTENCES)) for one in problems]
