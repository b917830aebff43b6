"""Check the address of another record store that an office orders a forward to, or an import from."""

from collections.abc import Sequence

from lms.config import Settings
from lms.egress.address import Address, parse_address
from lms.errors import InvalidInput


def checked_address(endpoint: str, settings: Settings, problems: Sequence[str], refusal: str, *, internal: bool) -> Address:
    """Return the address of an order whose other fields have `problems`.

    Raises:
        InvalidInput: the address is wrong; with the order's other problems too, one line for each field.
    """
    try:
        return parse_address(endpoint, settings, internal=internal)
    except InvalidInput as error:
        raise InvalidInput(refusal, [*problems, *error.problems]) from error
