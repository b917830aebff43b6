"""Is every numbered requirement of xAPI 1.0.3 named by a test?"""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
LAST = 336
# Numbers that the public suite itself does not test, each with the reason.
NOT_TESTED = {
    95: "removed",
    112: "the same as 149",
    137: "removed",
    138: "removed",
    140: "covered by the others",
    152: "removed",
    185: "cannot be tested",
    186: "cannot be tested",
    205: "there is no `since` in a DELETE",
    222: "the same as 195",
    223: "there is no `since` in a DELETE",
    **dict.fromkeys((224, 225, 226, 228, 276, 277, 305, 306, 307), "a parameter is always a string"),
    304: "the activity profile has no `agent`",
    320: "extensions are optional",
    323: "says only that other clauses hold",
}
NAMED = re.compile(r"XAPI-(\d{5})((?:(?:, | and | to )(?:XAPI)?-\d{5})*)")
FURTHER = re.compile(r"(, | and | to )(?:XAPI)?-(\d{5})")


def named_in(text: str) -> set[int]:
    """Read "00240 to -00248, -00250" with its prefix as all nine and the tenth."""
    found: set[int] = set()
    for first, further in NAMED.findall(text):
        last = int(first)
        found.add(last)
        for how, number in FURTHER.findall(further):
            found.update(range(last, int(number) + 1) if how == " to " else [int(number)])
            last = int(number)
    return found


def test_ranges_and_lists_of_requirements_are_read() -> None:
    assert named_in("XAPI-00240 to -00242, -00250 and XAPI-00252. XAPI-00001") == {240, 241, 242, 250, 252, 1}


def test_every_requirement_is_named_by_a_test_that_holds_it() -> None:
    named = {number for file in TESTS.rglob("*.py") if file != Path(__file__) for number in named_in(file.read_text())}
    wanted = set(range(1, LAST + 1)) - NOT_TESTED.keys()
    assert sorted(wanted - named) == []
