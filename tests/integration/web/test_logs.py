"""Can every event be logged?"""

import json
from typing import Any

import pytest

from lms.web import logs


@pytest.mark.parametrize("told", ["平凡", "half \ud800 a character", 2**70, {1, 2}, {("a", "b"): 1}, ValueError("no"), None, b"bytes"])
def test_whatever_is_told_becomes_one_line_of_json(told: Any) -> None:
    line = logs.line(None, "info", {"event": "x\ny", "told": told})
    assert b"\n" not in line
    assert json.loads(line)["event"] == "x\ny"
