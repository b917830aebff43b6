"""Do the forms keep what they are sent, say which field is wrong, and give out what publishing takes in?"""

import io
import json
import tracemalloc
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.accounts.models import TRAINER
from lms.accounts.people import add_person
from lms.workshop.author_media import FILM_BYTES
from tests.access import form_token
from tests.factories import World, signed_in
from tests.fake_clamd import SIGNATURE, VIRUS, clamd_on_port
from tests.unit.courses.authored import PNG, QUIZ

FORMS = "/workshop/activities"


@pytest.fixture
def trainer(world: World) -> FlaskClient:
    world.act(lambda session: add_person(session, "maker", "课程师", (TRAINER,), password=None))
    return signed_in(world.app, "maker")


def post(client: FlaskClient, path: str, body: Any) -> TestResponse:
    return client.post(f"{FORMS}/{path}", json=body, headers={"X-CSRFToken": form_token(client)})


def send(client: FlaskClient, path: str, content: bytes, name: str = "x.png") -> TestResponse:
    headers = {"X-CSRFToken": form_token(client), "Accept": "application/json"}
    return client.post(f"{FORMS}/{path}", data={"file": (io.BytesIO(content), name)}, headers=headers)


def with_picture(client: FlaskClient) -> dict[str, Any]:
    """The quiz, with a picture that the site has."""
    document: dict[str, Any] = json.loads(json.dumps(QUIZ))
    document["questions"][0]["picture"]["path"] = send(client, "files", PNG).json["path"]  # type: ignore[index]
    return document


def test_a_quiz_leaves_the_form_as_an_h5p_with_its_answers_and_comes_back_the_same(trainer: FlaskClient) -> None:
    document = with_picture(trainer)
    made = post(trainer, "h5p", {"document": document})
    assert made.status_code == 200
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        assert "TH.Question-1.1/question.js" in archive.namelist()
        assert "H2O" in archive.read("content/content.json").decode()
    back = send(trainer, "open", made.data, "water.h5p")
    assert (back.status_code, back.json["form"]) == (200, f"{FORMS}/quiz")  # type: ignore[index]
    again = post(trainer, "h5p", {"document": back.json["document"]})  # type: ignore[index]
    assert again.data == made.data


def test_the_preview_serves_no_answers_and_grades_them(trainer: FlaskClient, world: World) -> None:
    document = with_picture(trainer)
    shown = post(trainer, "preview", {"document": document}).json
    assert shown is not None
    place = shown["frame"].split("/frame/h5p/")[1]
    served = world.app.test_client().get(f"/content/{place}/content/content.json", base_url="http://127.0.0.1")
    assert served.status_code == 200
    assert "H2O" not in served.text
    answers = {"boolean-1": ["true"], "fill-1": [" H2O "], "single-1": ["b"]}
    graded = post(trainer, "answers", {"document": document, "answers": answers}).json
    assert graded is not None
    assert {item["id"]: item["correct"] for item in graded["items"] if item["response"]} == {
        "single-1": False,
        "boolean-1": True,
        "fill-1": True,
    }


def test_a_problem_is_said_at_its_field_in_the_readers_language(trainer: FlaskClient) -> None:
    document = with_picture(trainer)
    document["questions"][3]["blanks"] = [[""]]
    refused = post(trainer, "h5p", {"document": document})
    assert (refused.status_code, refused.json["code"]) == (400, "fields")  # type: ignore[index]
    (field,) = refused.json["fields"]  # type: ignore[index]
    assert (field["path"], field["words"]) == ("questions[3].blanks[0][0]", "请填写内容，不超过 200 字。")


def test_a_picture_that_vanished_is_named_and_nothing_is_made(trainer: FlaskClient) -> None:
    refused = post(trainer, "h5p", {"document": QUIZ})
    assert refused.status_code == 400
    assert [one["code"] for one in refused.json["fields"]] == ["file-gone"]  # type: ignore[index]


@pytest.mark.parametrize(("content", "code"), [(b"%PDF-1.7", "not-for-forms"), (b"GIF89a", "not-for-forms"), (b"", "not-for-forms")])
def test_other_files_are_refused(trainer: FlaskClient, content: bytes, code: str) -> None:
    refused = send(trainer, "files", content)
    assert (refused.status_code, refused.json["fields"][0]["code"]) == (400, code)  # type: ignore[index]


@pytest.mark.parametrize(("path", "content"), [("files", PNG + VIRUS), ("open", VIRUS)], ids=["file", "h5p"])
def test_what_a_form_receives_is_scanned_for_viruses_before_it_is_opened(
    trainer: FlaskClient, world: World, path: str, content: bytes
) -> None:
    with clamd_on_port() as (_fake, address):
        world.app.extensions["settings"] = replace(world.app.extensions["settings"], clamd=address)
        refused = send(trainer, path, content, "图.png")
        assert send(trainer, "files", PNG).status_code == 200
    assert (refused.status_code, refused.json["detail"].count(f"图.png 中发现了 {SIGNATURE}")) == (400, 1)  # type: ignore[index]
    store = world.app.extensions["storage"].folder
    assert not [one for one in store.rglob("*") if one.is_file() and VIRUS in one.read_bytes()]


def stored_film(world: World, size: int) -> str:
    """The name of a film of zeros, in the store under a hash of its own."""
    digest = f"{size:064x}"
    path = world.app.extensions["storage"].folder / "files" / digest[:2] / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)
    return f"videos/{digest}.webm"


def reading(*films: str) -> dict[str, Any]:
    blocks = [{"type": "film", "film": {"path": one, "mime": "video/webm"}} for one in films]
    return {"type": "reading", "title": "影片", "language": "zh", "pages": [{"heading": "影片", "blocks": blocks}]}


def test_a_large_film_is_never_whole_in_memory(trainer: FlaskClient, world: World) -> None:
    size = 30_000_000
    document = reading(stored_film(world, size))
    tracemalloc.start()
    try:
        made = post(trainer, "h5p", {"document": document})
        sent = sum(map(len, made.iter_encoded()))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (made.status_code, made.content_length) == (200, sent)
    assert sent > size > 2 * peak


def test_a_file_has_the_one_name_that_the_site_gave_it(trainer: FlaskClient, world: World) -> None:
    film = stored_film(world, 1000)
    others = [film.replace("videos", "images"), film.replace("webm", "png"), film.replace("videos", "captions")]
    refused = post(trainer, "h5p", {"document": reading(film, *others)})
    assert (refused.status_code, [one["path"] for one in refused.json["fields"]]) == (400, others)  # type: ignore[index]


def test_the_files_of_an_activity_have_a_limit_together(trainer: FlaskClient, world: World) -> None:
    films = [stored_film(world, FILM_BYTES - 1), stored_film(world, 2)]
    refused = post(trainer, "h5p", {"document": reading(*films)})
    assert refused.status_code == 400
    assert [(one["code"], one["words"].count("200 MB")) for one in refused.json["fields"]] == [("files-too-large", 1)]  # type: ignore[index]


def test_a_picture_of_the_form_is_shown_to_trainers(trainer: FlaskClient) -> None:
    name = send(trainer, "files", PNG).json["path"].split("/")[1]  # type: ignore[index]
    shown = trainer.get(f"{FORMS}/pictures/{name}")
    assert (shown.data, shown.mimetype) == (PNG, "image/png")
    assert trainer.get(f"{FORMS}/pictures/{'0' * 64}.png").status_code == 404


def test_a_film_of_the_form_is_shown_to_trainers_from_where_they_jump_to(trainer: FlaskClient, world: World) -> None:
    name = stored_film(world, 3000).split("/")[1]
    whole = trainer.get(f"{FORMS}/films/{name}")
    assert (len(whole.data), whole.mimetype, whole.headers["Accept-Ranges"]) == (3000, "video/webm", "bytes")
    part = trainer.get(f"{FORMS}/films/{name}", headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, whole.data[1000:2000], "bytes 1000-1999/3000")
    assert trainer.get(f"{FORMS}/films/{'0' * 64}.webm").status_code == 404
    assert trainer.get(f"{FORMS}/films/{name.replace('webm', 'png')}").status_code == 404


@pytest.mark.parametrize("place", ["pages[0].checks[0]", "checkpoints[0]"])
def test_a_check_question_whose_right_option_nobody_marked_is_refused(trainer: FlaskClient, world: World, place: str) -> None:
    check = {"id": "c1", "question": "对吗？", "options": ["对", "错"], "answer": None}
    page = {"heading": "一", "blocks": [{"type": "paragraph", "text": "一"}], "checks": [check]}
    film = {"type": "video", "video": stored_film(world, 1000), "duration": 6, "captions": [], "checkpoints": [{**check, "at": 1}]}
    document = {"type": "reading", "pages": [page]} if place.startswith("pages") else film
    refused = post(trainer, "preview", {"document": {"title": "问", "language": "zh", **document}})
    assert refused.status_code == 400
    assert [(one["path"], one["words"]) for one in refused.json["fields"]] == [(f"{place}.options", "请标出正确选项。")]  # type: ignore[index]


def test_subrip_captions_are_kept_as_webvtt_and_a_problem_names_their_own_line(trainer: FlaskClient) -> None:
    sound = "1\n00:00:01,000 --> 00:00:02,000\n第一句\n"
    kept = send(trainer, "files", sound.encode("gb18030"), "a.srt").json
    assert kept is not None
    assert (kept["mime"], kept["path"].startswith("captions/"), kept["path"].endswith(".vtt")) == ("text/vtt", True, True)
    refused = send(trainer, "files", sound.replace("02,000", "01,000").encode(), "a.srt")
    assert refused.status_code == 400
    assert "2" in refused.json["fields"][0]["words"]  # type: ignore[index]
    assert "4" not in refused.json["fields"][0]["words"]  # type: ignore[index]


@pytest.mark.parametrize(("tex", "shown"), [("\\frac{a}{b}", True), ("\\href{https://x.example}{y}", False), ("\\frac{", False)])
def test_a_formula_is_written_as_learners_will_see_it(trainer: FlaskClient, tex: str, shown: bool) -> None:
    mathml = post(trainer, "formula", {"tex": tex}).get_json()["mathml"]
    assert (mathml is not None and "<mfrac>" in mathml) is shown
    assert post(trainer, "formula", {"tex": "x" * 1001}).status_code == 400
