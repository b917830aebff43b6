"""Is every step of an edit done once, undone exactly, and never done over somebody else's change?"""

from copy import deepcopy
from typing import Any

import pytest

from lms.workshop.edits import edit

TITLE = {"zh": "一", "en": "One"}


def activity(key: str) -> dict[str, Any]:
    return {"key": key, "title": dict(TITLE), "minutes": 5, "requires": {}}


def document() -> dict[str, Any]:
    modules = [{"key": key, "title": dict(TITLE), "activities": [activity(f"{key}{n}") for n in (1, 2, 3)]} for key in "ab"]
    return {"code": "c", "title": dict(TITLE), "modules": modules}


def keys(found: dict[str, Any]) -> list[list[str]]:
    return [[one["key"] for one in module["activities"]] for module in found["modules"]]


STEPS: list[dict[str, Any]] = [
    {"do": "set", "of": "course", "field": "title.zh", "was": "一", "to": "二"},
    {"do": "set", "of": "activity", "key": "a2", "field": "requires.completed", "was": None, "to": True},
    {"do": "set", "of": "activity", "key": "a2", "field": "minutes", "was": 5, "to": None},
    {"do": "set", "of": "activity", "key": "a2", "field": "answers", "was": None, "to": "x"},
    {"do": "insert", "of": "activity", "module": "b", "after": None, "value": activity("new")},
    {"do": "insert", "of": "module", "after": "a", "value": {"key": "m", "title": dict(TITLE), "activities": []}},
    {"do": "remove", "of": "activity", "key": "a1"},
    {"do": "remove", "of": "module", "key": "a"},
    {"do": "move", "of": "activity", "key": "a3", "module": "b", "after": "b1"},
    {"do": "move", "of": "activity", "key": "a1", "module": "a", "after": "a2"},
    {"do": "move", "of": "module", "key": "b", "after": None},
]


@pytest.mark.parametrize("step", STEPS, ids=lambda one: f"{one['do']} {one['of']} {one.get('key', '')} {one.get('field', '')}")
def test_the_inverse_of_a_step_restores_the_document(step: dict[str, Any]) -> None:
    before = document()
    done = edit(before, [step])
    assert before == document()
    assert done.document != before
    assert not done.conflicts
    assert edit(done.document, done.inverse).document == before


def replaced(name: str, files: str, answers: str) -> list[dict[str, Any]]:
    """Steps that give a2 another file; the document has to be in the state `name`."""
    was = dict(zip(("files", "answers"), name.split(), strict=True))
    to = {"files": files, "answers": answers}
    return [{"do": "set", "of": "activity", "key": "a2", "field": field, "was": was[field], "to": to[field]} for field in to]


@pytest.mark.parametrize("theirs", [("F2", "K1"), ("F1", "K2")])
def test_a_replaced_file_is_not_undone_by_halves_over_another_replacement(theirs: tuple[str, str]) -> None:
    start = document()
    start["modules"][0]["activities"][1] |= {"files": "F0", "answers": "K0"}
    mine = edit(start, replaced("F0 K0", "F1", "K1"))
    now = edit(mine.document, replaced("F1 K1", *theirs)).document
    undone = edit(now, [*mine.inverse, STEPS[0]])
    assert undone.document["modules"] == now["modules"]
    assert undone.document["title"]["zh"] == "二"
    assert [(one.step["field"], one.theirs, one.gone) for one in undone.conflicts] == [("files", theirs[0], False)]


def test_several_steps_are_undone_together() -> None:
    steps = [one for one in STEPS if one.get("key") != "a" or one["of"] != "module"]
    done = edit(document(), steps)
    assert edit(done.document, done.inverse).document == document()


def test_a_field_that_somebody_else_changed_is_not_overwritten_and_the_rest_is_done() -> None:
    theirs = edit(document(), [STEPS[0]]).document
    mine: list[dict[str, Any]] = [{**STEPS[0], "to": "三"}, {**STEPS[0], "field": "title.en", "was": "One", "to": "Two"}]
    done = edit(theirs, mine)
    assert [one.theirs for one in done.conflicts] == ["二"]
    assert done.document["title"] == {"zh": "二", "en": "Two"}


def test_two_people_who_write_the_same_do_not_clash() -> None:
    theirs = edit(document(), [STEPS[0]]).document
    assert edit(theirs, [STEPS[0]]).conflicts == []


def test_a_change_of_what_somebody_removed_says_that_it_is_gone() -> None:
    theirs = edit(document(), [{"do": "remove", "of": "activity", "key": "a2"}]).document
    assert [one.gone for one in edit(theirs, [STEPS[1], {**STEPS[8], "key": "a2"}]).conflicts] == [True, True]


def test_what_is_inserted_after_a_removed_neighbour_goes_to_the_end() -> None:
    done = edit(document(), [{"do": "insert", "of": "activity", "module": "a", "after": "gone", "value": activity("new")}])
    assert keys(done.document) == [["a1", "a2", "a3", "new"], ["b1", "b2", "b3"]]


def test_the_same_insertion_again_and_a_second_removal_change_nothing() -> None:
    before = deepcopy(document())
    again = edit(before, [{"do": "insert", "of": "activity", "module": "a", "after": None, "value": activity("b1")}])
    assert (again.document, again.done) == (before, [])
    assert edit(before, [{"do": "remove", "of": "activity", "key": "gone"}]).done == []
