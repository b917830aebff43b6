"""Is a user name on a transcript hidden, so that only a person who knows it recognises it?"""

import pytest

from lms.transcripts.identity import masked_username


@pytest.mark.parametrize(
    ("username", "shown"),
    [
        ("13800001111", "138****1111"),
        ("teacher", "t*****r"),
        ("ab", "a*"),
        ("a", "a*"),
        ("li.ming@example.org", "l******@example.org"),
        ("lin.jingyi.2026@example.org", "lin********2026@example.org"),
        ("001234567", "001**4567"),
    ],
)
def test_the_middle_of_a_user_name_is_hidden(username: str, shown: str) -> None:
    assert masked_username(username) == shown
