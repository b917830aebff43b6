"""What happens to a file if its disk or its source fails?"""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from lms.records.formats import FORMATS, ExportedStatement
from tests.unit.records.plain_statement import PLAIN


class FullDisk(io.RawIOBase):
    """A file on a disk on which there is no more room."""

    def writable(self) -> bool:
        return True

    def write(self, _content: Any) -> int:
        raise OSError(28, "No space left on device")


def statements(count: int) -> Iterator[ExportedStatement]:
    for number in range(count):
        yield ExportedStatement(json.dumps({**PLAIN, "id": str(number)}))


@pytest.mark.parametrize("form", FORMATS)
def test_a_full_disk_is_said_to_be_full(form: str) -> None:
    with pytest.raises(OSError, match="No space left"):
        FORMATS[form](statements(3000), FullDisk())


@pytest.mark.parametrize("form", FORMATS)
def test_a_source_that_breaks_off_is_an_error_and_not_an_end(form: str) -> None:
    def breaking() -> Iterator[ExportedStatement]:
        yield from statements(1500)
        raise LookupError("the database is gone")

    with pytest.raises(LookupError, match="the database is gone"):
        FORMATS[form](breaking(), io.BytesIO())
