"""Does every possible problem have a sentence in both languages, and does every sentence have its problem?"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from courses.sentences import SENTENCES as OF_COURSES
from courses.strict_json.problem import Problem
from courses.strict_json.sentences import SENTENCES as OF_JSON
from lms.app import create_app
from lms.attendance.sentences import SENTENCES as OF_ATTENDANCE
from lms.classes.sentences import SENTENCES as OF_TIMETABLES
from lms.egress.sentences import SENTENCES as OF_ADDRESSES
from lms.hours.sentences import SENTENCES as OF_BUNDLES
from lms.i18n import in_words
from lms.printing.sentences import SENTENCES as OF_LETTERHEADS
from lms.programmes.sentences import SENTENCES as OF_PROGRAMMES
from lms.rosters.sentences import SENTENCES as OF_ROSTERS
from lms.workshop.form_words import FIELD_SENTENCES as OF_FORMS
from lms.workshop.sentences import SENTENCES as OF_DRAFTS
from tests.architecture.tree import parse, sources
from tests.factories import settings_for

ROOMS: Mapping[str, Mapping[str, str]] = {
    "courses/strict_json": OF_JSON,
    "courses": OF_COURSES,
    "lms/hours": OF_BUNDLES,
    "lms/programmes": OF_PROGRAMMES,
    "lms/classes": OF_TIMETABLES,
    "lms/attendance": OF_ATTENDANCE,
    "lms/egress": OF_ADDRESSES,
    "lms/printing": OF_LETTERHEADS,
    "lms/workshop": {**OF_COURSES, **OF_FORMS, **OF_DRAFTS},
}
CODE_AT = {"Problem": 0, "_Wrong": 0, "refuse": 0, "_refuse": 1, "_RefusedError": 0, "in_row": 2, "_wrong": 2}
ALSO = {"courses": ("lms/catalogue",), "lms/printing": ("lms/certification",)}  # rooms that say problems in another room's sentences
PARAMS_AT = {"Problem": 2, "in_row": 3}
PLACES = re.compile(r"%\((\w+)\)s")


def raised(room: str) -> Iterator[tuple[str, set[str] | None]]:
    """Yield each code in the room's sources with the names of its params; None where they are not written out there."""
    for path in sources(room, *ALSO.get(room, ())):
        for node in ast.walk(parse(path)):
            yield from in_tuple(node)
            name = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
            if name not in CODE_AT or not isinstance(node, ast.Call) or len(node.args) <= CODE_AT[name]:
                continue
            code = node.args[CODE_AT[name]]
            codes = [one.value for one in ast.walk(code) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            yield from ((str(one), params_of(name, node)) for one in codes or variants(path, code))


def in_tuple(node: ast.AST) -> Iterator[tuple[str, None]]:
    """Yield a code that is passed on before its first params, in a tuple: `(element, "cmi5-choice", {"value": …})`."""
    match node:
        case ast.Tuple(elts=[*_, ast.Constant(value=str() as code), ast.Dict()]):
            yield code, None


def params_of(name: str, call: ast.Call) -> set[str] | None:
    if name in {"refuse", "_refuse", "_RefusedError"}:
        return {str(one.arg) for one in call.keywords}
    at = PARAMS_AT.get(name)
    if at is None:
        return None
    given = call.args[at] if len(call.args) > at else ast.Dict([], [])
    return {str(ast.literal_eval(key)) for key in given.keys if key} if isinstance(given, ast.Dict) else None


def variants(path: Path, name: ast.expr) -> list[object]:
    """Return the texts that the file assigns to a variable that is given as a code."""
    assigned = [
        node for node in ast.walk(parse(path)) if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == ast.unparse(name)
    ]
    return [
        part.value
        for node in assigned
        if isinstance(node.value, ast.IfExp)
        for part in (node.value.body, node.value.orelse)
        if isinstance(part, ast.Constant)
    ]


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return create_app(settings_for(f"sqlite:///{tmp_path / 'none.sqlite3'}", tmp_path))


@pytest.mark.parametrize("room", ROOMS)
def test_every_problem_of_a_room_has_a_sentence_and_says_what_the_sentence_tells(room: str) -> None:
    found = list(raised(room))
    assert [code for code, _ in found if code not in ROOMS[room]] == []
    wrong = [(code, params) for code, params in found if params is not None and not set(PLACES.findall(ROOMS[room][code])) <= params]
    assert wrong == []


def test_no_sentence_is_kept_that_no_problem_says() -> None:
    found = {code for room in ROOMS for code, _ in raised(room)}
    assert {code for sentences in ROOMS.values() for code in sentences} - found == set()


@pytest.mark.parametrize("sentences", [*ROOMS.values(), OF_ROSTERS], ids=[*ROOMS, "lms/rosters"])
def test_every_problem_is_said_in_chinese_and_stays_in_english_what_it_was(app: Flask, sentences: Mapping[str, str]) -> None:
    words = {code: one for code, one in sentences.items() if PLACES.sub("", one)}
    problems = [Problem(code, "", dict.fromkeys(PLACES.findall(one), "7")) for code, one in words.items()]
    english = {code: PLACES.sub("7", one) for code, one in words.items()}
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert [one.code for one in problems if in_words(one, sentences) == english[one.code]] == []
    with app.test_request_context(), force_locale("en"):
        assert [one.code for one in problems if in_words(one, sentences) != english[one.code]] == []


def test_the_values_of_a_problem_stand_in_its_words(app: Flask) -> None:
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert in_words(Problem("unpacks-too-large", "", {"mb": 900, "most": 600}), OF_COURSES) == "解压后有 900 MB，最多 600 MB"
