"""Does every page mask user names, which may be telephone or identity numbers, unless it has a reason to show them whole?"""

import re

from tests.architecture.tree import sources

NAMED = re.compile(r"(?<![\w.])(?<!!= )(?!form\.|current_user\.)[\w.]+\.usernames?\b(?!\|masked_id\b)")
REVEALED = re.compile(r"[\w.]+\.username if revealed else [\w.]+\.username\|masked_id")  # after a reason that is recorded
# Whole user names: in which template, how many, and why.
WHOLE = {
    "office/password_sheet.html": (1, "the sheet that a person signs in with"),
    "office/preview.html": (6, "the list that the office itself has just sent; those of others are masked one by one"),
    "records/erasure.html": (2, "the user name is typed before an erasure that nobody can undo"),
}


def test_no_page_shows_a_whole_user_name_without_a_reason() -> None:
    found = {}
    for path in sources("templates", suffixes=(".html", ".typ", ".txt")):
        number = len(NAMED.findall(REVEALED.sub("", path.read_text(encoding="utf-8"))))
        if number:
            found["/".join(path.parts[-2:])] = number
    assert found == {name: number for name, (number, _why) in WHOLE.items()}
