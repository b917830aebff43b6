"""Does every possible problem of a package have a Chinese text?"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

import courses
from lms.app import create_app
from lms.catalogue.problems import WORDS, in_words
from tests.factories import settings_for

# Texts in the sources that are not problems of a package, by their beginnings
OTHERS = ("bmp gif", "m4a mp3", "css js", "csv diff", "cut off", "it is longer", "it is shorter", "the key {value} stands")


def said(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{value}" for part in node.values)
    return None


def messages() -> Iterator[str]:
    """Yield every problem text in the sources of `courses`."""
    for path in Path(str(courses.__file__)).parent.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        for text in (said(node) for node in nodes if id(node) not in parts):
            if text and " " in text.strip() and text[0].islower() and not text.startswith(OTHERS):
                yield text.replace("{value}", "7")


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return create_app(settings_for(f"sqlite:///{tmp_path / 'none.sqlite3'}", tmp_path))


def test_every_problem_is_said_in_chinese_and_stays_in_english_what_it_was(app: Flask) -> None:
    found = sorted(set(messages()))
    assert len(found) > len(WORDS) // 2
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert [one for one in found if in_words(one) == one] == []
    with app.test_request_context(), force_locale("en"):
        assert [one for one in found if in_words(one) != one] == []


def test_no_words_are_kept_that_no_package_can_have_wrong(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        told = {words for words in WORDS if any(in_words(one) == one and words.partition("%")[0] in one for one in messages())}
    assert told == set(WORDS)


def test_the_values_of_a_problem_stand_in_its_words(app: Flask) -> None:
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert in_words("would unpack to 900 MB: at most 600 MB are allowed") == "解压后有 900 MB，最多 600 MB"
        assert in_words("something 100 % new") == "something 100 % new"
