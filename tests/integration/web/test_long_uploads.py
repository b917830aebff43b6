"""Can one long text in an uploaded file, its name, or a JSON body stop the site?

A new page that accepts files is found by what its view reads.
"""

import inspect
import io
import json
import sys
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.accounts.account_changes import By
from lms.accounts.models import TRAINER, Person
from lms.accounts.people import add_person
from lms.accounts.signin import limiter
from lms.catalogue.models import AnswerKey
from lms.storage import storage
from lms.workshop import drafts, history
from lms.workshop.intake import put_answers
from tests import access
from tests.access import Place, form_token
from tests.factories import BEGIN, PUBLIC_URL, World, signed_in
from tests.hostile_texts import LONG, MARKS, grows_too_fast, long
from tests.integration.learning.conftest import KEY, Page
from tests.integration.web.hostile_requests import Sent, visitor_of
from tests.unit.rosters.workbooks import sheet

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FILES = ("file", "files")  # the names under which views read files
NAME_BYTES = 60_000  # of a name in an archive: its length has two bytes
PREVIEW = "/catalogue/courses/<code>/versions/<int:number>/<activity>"
DRAFT = "/workshop/drafts/<int:draft_id>"
DRAFT_PATHS = ("changes", *(f"preview/<activity>/{what}" for what in ("report", "answers", "unit-report", "unit")))
OF_DRAFT = "/workshop/drafts/1"
FORM_PATHS = (
    "activities/h5p",
    "activities/preview",
    "activities/answers",
    "activities/formula",
    "bank/take",
    "bank/newer",
    "bank/keep",
    "bank",
    "bank/<code>",
)
PLAYED = f"""{{"statement": {{"verb": {{"id": "{v.PLAYED}"}}, "object": {{"id": "{v.activity_iri(PUBLIC_URL, "c1", "quiz")}"}},
"result": {{"extensions": {{"{v.PLAYED_SEGMENTS}": "%s"}}}}}}}}"""
HEADS = "姓名,用户名,日期,时间,内容"


def archive(names: Callable[[int], list[str]], size: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        for name in names(size):
            written.writestr(name, b"x")
    return file.getvalue()


def cell(text: str, at: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


def workbook(unit: str, size: int) -> bytes:
    heads = "".join(cell(head, f"{letter}1") for letter, head in zip("ABCDE", HEADS.split(","), strict=True))
    cells = "".join(cell(long(unit, size), f"{letter}2") for letter in "ABCDE")
    return sheet(f'<row r="1">{heads}</row><row r="2">{cells}</row>')


CONTENTS: Mapping[str, Callable[[int], bytes]] = {
    "marks in cells": lambda size: f"{HEADS}\n{','.join([long(MARKS, size)] * 5)}\n".encode(),
    "digits in cells": lambda size: f"{HEADS}\n{','.join([long('1', size)] * 5)}\n".encode(),
    "a head": lambda size: f"{HEADS},{long(MARKS, size)}\n王,wang,2026-03-01,8:30-9:30,x,y\n".encode(),
    "many columns": lambda size: f"{HEADS}{',a' * (size // 2)}\n王,wang,2026-03-01,8:30-9:30,x\n".encode(),
    "many rows": lambda size: (HEADS + "\n" + "王,wang,,,\n" * (size // 20)).encode(),
    "quotation marks": lambda size: f'{HEADS}\n"{long(chr(34) * 2, size)}"\n'.encode(),
    "open quotation mark": lambda size: f'{HEADS}\n"{long(chr(34) * 2 + chr(10), size)}\n'.encode(),
    "bytes of no encoding": lambda size: b"\xff\xfe\x81" * (size // 3),
    "marks in a workbook": partial(workbook, MARKS),
    # in proportion to the size: names of the same length at N and 2N would show nothing
    "long names in an archive": partial(archive, lambda size: [f"{long(MARKS, size * NAME_BYTES // 2 // LONG)}{n}.txt" for n in range(4)]),
    "a deep name in an archive": partial(archive, lambda size: ["a/" * (min(size, NAME_BYTES) // 2) + "a.txt"]),
    "many names in an archive": partial(archive, lambda size: [f"{'e' + MARKS * 100}{number}.txt" for number in range(size // 200)]),
}
NAMES: Mapping[str, Callable[[int], str]] = {
    "marks": lambda size: long(MARKS, size) + ".csv",
    "dots": lambda size: long(".", size),
    "slashes": lambda size: long("a/", size) + "a.csv",
    "backslashes and quotation marks": lambda size: long('\\"', size),
}


@pytest.fixture
def place(world: World, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(limiter, "enabled", False)
    return access.build(world)


def takers(app: Flask) -> Iterator[tuple[str, str]]:
    """(endpoint, name) of every view whose module reads files."""
    for endpoint, method in sorted(access.asked(app)):
        source = inspect.getsource(sys.modules[inspect.unwrap(app.view_functions[endpoint]).__module__])
        if (
            method == "POST"
            and not endpoint.startswith("xapi.")
            and any(sign in source for sign in ("request.files", "carried_file.uploaded", "FileField"))
        ):
            yield endpoint, "files" if 'getlist("files")' in source else "file"


def slow_uploads(place: Place, made: Mapping[str, Callable[[str, int], dict[str, Any]]]) -> list[tuple[str, str]]:
    rules = {rule.endpoint: rule for rule in place.world.app.url_map.iter_rules()}
    found = []
    for endpoint, name in takers(place.world.app):
        client = place.client(visitor_of(endpoint, "POST"))
        headers = {"X-CSRFToken": form_token(client)}
        for what, make in made.items():
            sent = Sent(client, place.address(rules[endpoint]), "POST", headers, partial(multipart, make, name))
            if grows_too_fast(sent):
                found.append((endpoint, what))
    return found


def multipart(make: Callable[[str, int], dict[str, Any]], name: str, size: int) -> dict[str, Any]:
    return {"data": make(name, size), "content_type": "multipart/form-data"}


def test_every_page_that_takes_files_is_tried(place: Place) -> None:
    found = {endpoint for endpoint, _ in takers(place.world.app)}
    assert {"office.preview", "office.preview_timetable", "catalogue.upload"} <= found
    assert any(endpoint.startswith("practice.") for endpoint in found)


def test_no_uploaded_file_stops_the_site(place: Place) -> None:
    def with_content(content: Callable[[int], bytes]) -> Callable[[str, int], dict[str, Any]]:
        return lambda name, size: {name: (io.BytesIO(content(size)), "list.zip"), "text": "x"}

    assert slow_uploads(place, {what: with_content(content) for what, content in CONTENTS.items()}) == []


def test_no_name_of_an_uploaded_file_or_of_its_field_stops_the_site(place: Place) -> None:
    def with_name(named: Callable[[int], str]) -> Callable[[str, int], dict[str, Any]]:
        return lambda name, size: {name: (io.BytesIO(b"\xff\xd8\xff"), named(size)), "text": "x"}

    made = {what: with_name(named) for what, named in NAMES.items()}
    made["a field's name"] = lambda _name, size: {long("a-", size): "1", long(MARKS, size): (io.BytesIO(b"x"), "a.csv")}
    made["many fields"] = lambda name, size: {f"{name}-{number}": "1" for number in range(size // 100)}
    assert slow_uploads(place, made) == []


def begin_draft_with_quiz(session: Session, maker: Person) -> None:
    """Begin a draft whose activity has a key in the file store."""
    draft = drafts.begin_new(session, maker, By(maker.id, BEGIN))
    text = {"zh": "测验", "en": "Quiz"}
    plain = {"key": "quiz", "title": text, "format": "h5p", "minutes": 5, "entry": "activities/quiz", "grading": "server"}
    quiz = {**plain, "files": "0" * 64, "answers": put_answers(storage(), KEY)}
    history.change(
        session, draft, [{"do": "insert", "of": "activity", "module": "part-1", "after": None, "value": quiz}], By(maker.id, BEGIN)
    )


@pytest.fixture
def player(world: World) -> Page:
    """A quiz that the server grades: anywhere else it would refuse answers before it reads them."""
    key = AnswerKey(course_version_id=world.course_version_id, activity="quiz", document={**KEY, "max_attempts": 10_000})

    def fill(session: Session) -> None:
        session.add(key)
        maker = add_person(session, "maker", "课程师", (TRAINER,), password=None)
        begin_draft_with_quiz(session, maker)

    world.act(fill)
    return Page(world.client(), world, "quiz").open()


JSON_RULES = {  # every view that reads JSON → where it is tried
    **{path: path for path in ("/learn/beat", "/learn/state", "/learn/answers", "/learn/failed", "/learn/open", "/cmi5/start")},
    **{f"{PREVIEW}/{what}": f"/catalogue/courses/c1/versions/1/quiz/{what}" for what in ("report", "answers", "unit-report", "unit")},
    **{f"{DRAFT}/{path}": f"{OF_DRAFT}/{path.replace('<activity>', 'quiz')}" for path in DRAFT_PATHS},
    **{f"/workshop/{path}": f"/workshop/{path.replace('<code>', 'q1')}" for path in FORM_PATHS},
    f"{DRAFT}/forms": f"{OF_DRAFT}/forms",
    "/workshop/unit-previews/<uuid:preview_id>/look": f"/workshop/unit-previews/{uuid.UUID(int=1)}/look",
    f"{DRAFT}/activities/<key>/form": f"{OF_DRAFT}/activities/quiz/form",
}
IN_PACKAGES = {"/commit/<token>": "tests/integration/learning/test_scorm_reports.py: on a host of a package only"}
JSON_PATHS = tuple(JSON_RULES.values())


def bodies(player: Page) -> Iterator[tuple[str, str, Callable[[int], str]]]:
    """(method, path, JSON with this many hostile characters) for the requests of players."""
    texts = ("1", MARKS, "\\u0301", "a-")
    for unit in texts:
        yield "POST", "/learn/beat", lambda size, unit=unit: f'{{"nonce": "{long(unit, size)}", "last": false}}'
        yield "POST", "/learn/state", lambda size, unit=unit: f'{{"body": {{"at": "{long(unit, size)}"}}}}'
        yield "POST", "/learn/answers", lambda size, unit=unit: f'{{"id": "{long(unit, size)}", "answers": {{"q1": ["b"]}}}}'
        yield "POST", "/learn/answers", lambda size, unit=unit: f'{{"id": "{uuid.uuid4()}", "answers": {{"q1": ["{long(unit, size)}"]}}}}'
        yield (
            "POST",
            "/learn/answers",
            lambda size, unit=unit: f'{{"id": "{uuid.uuid4()}", "answers": {{"q1": ["b"], "{long(unit, size)}": ["b"]}}}}',
        )
        yield "POST", "/learn/failed", lambda size, unit=unit: f'{{"reason": "{long(unit, size)}"}}'
        yield "POST", "/learn/failed", lambda size, unit=unit: f'{{"reason": "missing", "detail": "{long(unit, size)}"}}'
        yield "POST", "/cmi5/start", lambda size, unit=unit: f'{{"token": "{long(unit, size)}"}}'
        report, answers = (f"/catalogue/courses/c1/versions/1/quiz/{what}" for what in ("report", "answers"))
        yield (
            "POST",
            report,
            lambda size, unit=unit: f'{{"statement": {{"verb": {{"id": "{long(unit, size)}"}}, "object": {{"id": "x"}}}}}}',
        )
        yield "POST", report, lambda size, unit=unit: PLAYED % long(unit, size)
        yield "POST", answers, lambda size, unit=unit: f'{{"id": "1", "answers": {{"q1": ["{long(unit, size)}"], "q2": ["b"]}}}}'
        yield (
            "POST",
            f"{OF_DRAFT}/changes",
            lambda size, unit=unit: (
                f'{{"token": "{uuid.uuid4()}", "steps": [{{"do": "set", "of": "course", "field": "title.en", '
                f'"to": "{long(unit, size)}"}}]}}'
            ),
        )
        yield "POST", "/learn/open", lambda size, unit=unit: f'{{"enrolment": 1, "version": 1, "activity": "{long(unit, size)}"}}'
    for path in JSON_PATHS:
        yield "POST", path, lambda size: "[" * size
        yield "POST", path, lambda size: '{"a":' * (size // 5)
        yield "POST", path, lambda size: "-" * size
        yield "POST", path, lambda size: f'{{"nonce": {"1" * size}}}'
        yield "POST", path, lambda size: f"{{{','.join(f'{chr(34)}k{number}{chr(34)}: 1' for number in range(size // 10))}}}"
        yield "POST", path, lambda size: f'{{"answers": {{"q1": [{",".join(["1"] * (size // 2))}]}}, "id": "x"}}'
    account = player.world.act(lambda session: session.get_one(Person, player.world.person_id).account)
    agent = quote(json.dumps({"account": {"homePage": PUBLIC_URL, "name": account}}))
    state = f"/xapi/activities/state?stateId=s&agent={agent}&activityId={v.activity_iri(PUBLIC_URL, player.world.course, player.activity)}"
    for method in ("PUT", "POST"):
        for unit in texts:
            yield method, state, lambda size, unit=unit: f'{{"a": "{long(unit, size)}", "{long(unit, size)}": 1}}'
        yield method, state, lambda size: '{"a":' * (size // 5)
        yield method, state, lambda size: f"{{{','.join(f'{chr(34)}k{number}{chr(34)}: 1' for number in range(size // 10))}}}"


def reads_json(view: Callable[..., object]) -> bool:
    """Say whether a view reads JSON, itself or by a function of its module."""
    own = vars(sys.modules[view.__module__]).items() if view.__module__ in sys.modules else ()
    by = [name for name, one in own if inspect.isfunction(one) and "body_of(" in inspect.getsource(one)]
    return any(f"{name}(" in inspect.getsource(view) for name in ("body_of", *by))


def test_every_view_that_reads_json_is_tried(player: Page) -> None:
    rules = player.world.app.url_map.iter_rules()
    reading = {one.rule for one in rules if reads_json(inspect.unwrap(player.world.app.view_functions[one.endpoint]))}
    assert reading == JSON_RULES.keys() | IN_PACKAGES.keys()


def sender(player: Page, path: str) -> tuple[FlaskClient, dict[str, str]]:
    """Return the client that sends to this path, and the headers that it needs."""
    if path.startswith(("/catalogue/", "/workshop/")):
        client = signed_in(player.world.app, "maker")
        return client, {"X-CSRFToken": form_token(client), "Content-Type": "application/json"}
    if path in {"/learn/open", "/cmi5/start"}:
        return player.client, {"X-CSRFToken": form_token(player.client), "Content-Type": "application/json"}
    headers = {"Authorization": f"Bearer {player.token}", "X-Experience-API-Version": "1.0.3", "Content-Type": "application/json"}
    return player.world.app.test_client(), headers


def test_long_texts_reach_the_code_that_stores_them(player: Page) -> None:
    """Otherwise each try ends at a check before it, and shows nothing."""
    reached = set()
    for method, path, body in bodies(player):
        by, said = sender(player, path)
        if by.open(path, method=method, headers=said, data=body(400).encode()).status_code < 300:
            reached.add((method, path.partition("?")[0]))
    previews = {("POST", f"/catalogue/courses/c1/versions/1/quiz/{one}") for one in ("report", "answers")} | {
        ("POST", f"{OF_DRAFT}/changes"),
        ("POST", "/workshop/bank/take"),  # codes that no question has: nothing is taken
    }
    assert reached == previews | {("POST", f"/learn/{one}") for one in ("state", "answers", "failed")} | {
        (method, "/xapi/activities/state") for method in ("PUT", "POST")
    }


def test_no_json_that_a_player_sends_stops_the_site(player: Page) -> None:
    found = []
    for method, path, body in bodies(player):
        by, said = sender(player, path)
        sent = Sent(by, path, method, said, lambda size, body=body: {"data": body(size).encode()})
        if grows_too_fast(sent):
            found.append((method, path, body(40)))
    assert found == []
    assert player.beat()["state"] == "counting"
