"""Do docs, docstrings, comments and messages avoid the shapes that a stranger has to read twice?

The rules are short: subject, verb, object; one thought a sentence; "is not a", never "is no"; a docstring is a statement or a question.
"""

import pytest

from tests.architecture import english


@pytest.mark.parametrize("path", english.documents(), ids=english.shown)
def test_a_page_that_people_read_is_in_plain_english(path: english.Path) -> None:
    assert english.found_in(path) == []


def test_no_file_of_the_code_has_a_shape_to_avoid() -> None:
    found = [place for places in english.offending().values() for place in places]
    assert not found, "write these sentences plainly:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "sentence",
    [
        "This is no zip.",
        "It is done. Who has no account gets one.",
        "- Who has no account gets one.",
        "It must be two at least.",
        "Use small letters.",
        "What comes meanwhile is kept.",
        "Its JSON is shown sign for sign.",
        "Rejoining is joined up.",
        "It is held against the rules.",
        "It speaks of a person.",
        "It is erased for good.",
        "Try again when the line is back.",
        "None can be started, in another tab neither.",
    ],
)
def test_each_shape_is_found(sentence: str, tmp_path: english.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.architecture.tree.ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(sentence, encoding="utf-8")
    assert len(english.found_in(page)) == 1
    page.write_text("There is no zip. It is no longer kept. Who may read it? At least two letters.", encoding="utf-8")
    assert english.found_in(page) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Decide it anew.",
        "It goes to whoever asks.",
        "It holds, whatever is sent.",
        "It is kept for ever.",
        "A statement that was worked through.",
        "Refuse a name that is none.",
        "It holds up nobody.",
        "Undo it; what is left is done later.",
        "The root office may see it.",
    ],
)
def test_each_shape_of_docstrings_and_comments_is_found(sentence: str, tmp_path: english.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.architecture.tree.ROOT", tmp_path)
    module = tmp_path / "module.py"
    for text, count in (
        (f'"""{sentence}"""\n', 1),
        (f'"""A module.\n\n{sentence}\n"""\n', 1),
        (f"SIZE = 1  # {sentence}\n", 1),
        (f'WORDS = "{sentence}"\n', 0),
        ('"""Return it, or None if there is none."""\n', 0),
    ):
        module.write_text(text, encoding="utf-8")
        assert len(english.found_in(module)) == count, text


def test_a_docstring_that_begins_like_a_question_but_is_a_statement_is_found(
    tmp_path: english.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.architecture.tree.ROOT", tmp_path)
    module = tmp_path / "module.py"
    for said, count in (
        ("What a statement is.", 1),
        ("How it is read.", 1),
        ("Which files are ours?", 0),
        ("What is it?\n\n    Nothing.", 0),
        ("Return it.", 0),
    ):
        module.write_text(f'def one() -> None:\n    """{said}"""\n', encoding="utf-8")
        assert len(english.found_in(module)) == count, said
