"""Does the work of a package grow with its mistakes, and not with their square?"""

from courses.package import Package
from courses.strict_json.problem import Problem
from tests.unit.courses.folders import Open, card, zipped
from tests.work import bend, calls


def test_problems_with_other_params_differ_and_equal_ones_are_one() -> None:
    problems = [Problem("external", "content/content.json", {"address": f"https://elsewhere.example/{number}"}) for number in range(1_000)]
    assert len({hash(one) for one in problems}) > 990
    assert Problem("external", "a", {"address": "b", "count": 1}) == Problem("external", "a", {"count": 1, "address": "b"})
    assert len({Problem("external", "a", {"address": "b", "count": 1}), Problem("external", "a", {"count": 1, "address": "b"})}) == 1


def test_an_exercise_that_names_many_outside_addresses_is_checked_in_one_pass(opened: Open) -> None:
    def work_of(count: int) -> int:
        pictures = [{"path": f"https://elsewhere.example/{number}.png"} for number in range(count)]
        file = zipped(card([], {"pictures": pictures}))
        found: list[object] = []
        work = calls(lambda: found.append(opened(file, "card.h5p")))
        (package,) = found
        assert isinstance(package, Package), package
        assert len([one for one in package.warnings if one.code == "external"]) == count
        return work

    work_of(1)
    assert bend(work_of) < 0.1
