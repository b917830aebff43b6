"""Is a new format one file and one line in the table? A toy format goes the whole way, from the upload to the player."""

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses.formats import FORMATS
from lms.catalogue.commands import course
from lms.catalogue.models import CourseVersion
from lms.classes import setup
from lms.classes.models import TrainingClass
from tests.commands import json_of
from tests.course_factories import course_document
from tests.factories import CONTENT_URL, World
from tests.integration.catalogue import toy_format
from tests.integration.catalogue.uploading import send, sign_in_as

DECK = "CARDS\n一\n二\n".encode()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Nothing here depends on the database."""
    return sqlite_url


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one line."""
    monkeypatch.setitem(FORMATS, "toy", toy_format.FORMAT)


@pytest.fixture
def trainer(app: Flask) -> FlaskClient:
    return sign_in_as(app, "trainer")


def test_a_file_of_a_new_format_is_offered_accepted_and_described(trainer: FlaskClient) -> None:
    form = trainer.get("/catalogue/upload").text
    assert "识字卡 (.cards)" in form
    assert ".cards" in re.findall(r'accept="([^"]+)"', form)[0]
    answer = send(trainer, DECK, "拼音.cards")
    assert answer.status_code == 302
    page = trainer.get(answer.location).text
    assert "拼音" in page
    assert "识字卡 · " in page
    assert "翻完每张卡" in page
    assert "7 分钟" in page
    broken = send(trainer, DECK + b"\0", "拼音.cards")
    assert (broken.status_code, "UTF-8" in broken.text) == (422, True)


def test_an_activity_of_a_new_format_opens_in_the_player_as_its_entry_says(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "deck"
    folder.mkdir()
    activity = {"format": "toy", "entry": "cards/pinyin.cards", "minutes": 5, "requires": {"completed": True}}
    (folder / "course.json").write_text(json.dumps(course_document("deck", {"cards": activity})), encoding="utf-8")
    (folder / "cards").mkdir()
    (folder / "cards/pinyin.cards").write_bytes(DECK)
    told = json_of(world.app.test_cli_runner().invoke(course, ["import", str(folder), "--json"]))
    version_id = world.act(lambda session: _give(session, world, told["package_sha256"]))

    outline = world.client().get(f"/courses/{world.enrolment_id}/{version_id}").text
    assert "识字卡 · " in outline
    assert "翻完每张卡" in outline
    player = world.client().get(f"/learn/{world.enrolment_id}/{version_id}/cards").text
    assert 'sandbox="allow-scripts"' in player
    address = re.findall(r'data-frame src="[^"]+?(/frame/[^"]+)"', player)[0]
    assert address == f"/frame/toy/{told['package_sha256']}/cards/pinyin.cards"

    frame = world.app.test_client().get(address, base_url=CONTENT_URL)
    assert '<body class="frame-toy"><main id="cards"></main></body>' in frame.text
    assert re.search(f'<script src="{CONTENT_URL}/player/v-[0-9a-f]+/toy.mjs" type="module"></script>', frame.text)
    (deck,) = re.findall(r'data-deck="([^"]+)"', frame.text)
    file = json.loads(html.unescape(deck))["url"]
    rules = dict(rule.strip().partition(" ")[::2] for rule in frame.headers["Content-Security-Policy"].split(";"))
    assert (rules["sandbox"], rules["worker-src"], rules["default-src"]) == ("allow-scripts", "blob:", "'none'")
    assert world.app.test_client().get(file.removeprefix(CONTENT_URL), base_url=CONTENT_URL).data == DECK


def _give(session, world: World, sha256: str) -> int:  # type: ignore[no-untyped-def]
    version = session.query(CourseVersion).filter_by(package_sha256=sha256).one()
    setup.bind_course(session, session.get_one(TrainingClass, world.class_id), version, "online")
    return int(version.id)


def test_a_format_that_is_not_in_the_table_is_nowhere(world: World, trainer: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(FORMATS, "toy")
    assert send(trainer, DECK, "拼音.cards").status_code == 422
    assert world.app.test_client().get(f"/frame/toy/{'ab' * 32}/cards/pinyin.cards", base_url=CONTENT_URL).status_code == 404


def test_a_format_that_needs_hosts_of_its_own_is_refused_in_one_sentence_where_there_are_none(
    trainer: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FORMATS, "toy", replace(toy_format.FORMAT, own_host=True))
    assert send(trainer, DECK, "拼音.cards").status_code == 302
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], package_url=""))
    refused = send(trainer, DECK + "三\n".encode(), "拼音.cards")
    assert refused.status_code == 422
    assert "CONTENT_URL" in refused.text
    assert refused.text.count("{package}") == 1


def test_an_activity_that_lost_its_host_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMATS, "h5p", replace(FORMATS["h5p"], own_host=True))
    monkeypatch.setitem(world.app.extensions, "settings", replace(world.app.extensions["settings"], package_url=""))
    answer = world.client().get(f"/learn/{world.enrolment_id}/{world.course_version_id}/reading")
    assert answer.status_code == 403
    assert "系统管理员" in answer.text
