"""Are captions put beside a film of a draft, replaced, removed, undone and published, and is a fault named by its line?"""

import html
import io
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import undefer

from lms.catalogue import contents
from lms.catalogue.models import CourseVersion
from lms.storage import storage
from tests.integration.catalogue.uploading import run_jobs
from tests.integration.workshop.editing import PNG, draft_of, keys_of, post, rows, save, send_file, step
from tests.unit.courses.folders import VTT, mp4, zipped

SRT = "1\n00:00:00,000 --> 00:00:02,000\n你好\n"


@pytest.fixture
def film(app: Flask, maker: FlaskClient, place: str) -> str:
    """The address of the captions of a film in a new draft."""
    assert 'data-state="added"' in send_file(maker, f"{place}/tus", "一节课.mp4", mp4(90))
    [key] = keys_of(app)
    return f"{place}/activities/{key}/captions"


def put(client: FlaskClient, film: str, content: str | bytes, name: str = "a.vtt", language: str = "zh-CN") -> str:
    """Send captions as the form does; return what the next page says."""
    data = {"language": language, "captions": (io.BytesIO(content if isinstance(content, bytes) else content.encode()), name)}
    answer = post(client, film, data=data)
    assert answer.status_code == 302, answer.text
    return client.get(answer.location.partition("#")[0]).text


def captions(app: Flask) -> dict[str, bytes]:
    """Return the captions of the draft's film by the end of their names."""
    [one] = [one for module in draft_of(app).document["modules"] for one in module["activities"]]
    with app.app_context():
        listing = contents.listing_by(storage(), one["files"])
        assert listing is not None
        names = [name for name in listing.files if name.endswith(".vtt")]
        return {name.split(".", 1)[1]: contents.read(storage(), one["files"], name) or b"" for name in names}


def test_captions_of_both_languages_are_added_replaced_and_removed_and_undo_brings_them_back(
    app: Flask, maker: FlaskClient, film: str
) -> None:
    assert "字幕" in put(maker, film, VTT)
    put(maker, film, VTT, language="en")
    put(maker, film, SRT, "b.srt")
    assert captions(app) == {"en.vtt": VTT.encode(), "zh.vtt": b"WEBVTT\n\n1\n00:00:00.000 --> 00:00:02.000\n\xe4\xbd\xa0\xe5\xa5\xbd\n"}
    fields = maker.get(film.removesuffix("/captions")).text
    assert fields.count("/remove") == 2
    post(maker, f"{film}/zh-CN/remove")
    assert list(captions(app)) == ["en.vtt"]
    post(maker, f"{film.partition('/activities/')[0]}/undo", json={})
    assert sorted(captions(app)) == ["en.vtt", "zh.vtt"]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        ("WEBVTT\n\n00:00,000 --> 00:02,000\n你好\n", "a.vtt", "第 3 行"),
        (f"{SRT}\n2\n00:00:03,000 --> 00:00:02,000\n再见\n", "a.srt", "第 6 行"),
        (PNG, "a.vtt", "WEBVTT"),
        ("", "a.vtt", "WEBVTT"),
    ],
)
def test_captions_that_no_browser_shows_are_refused_with_their_line_and_change_nothing(
    app: Flask, maker: FlaskClient, film: str, content: Any, name: str, words: str
) -> None:
    before = draft_of(app).document
    said = put(maker, film, content, name)
    assert words in said
    assert "没有任何改动" in said
    assert draft_of(app).document == before


def test_captions_are_refused_for_an_unknown_language_and_for_what_is_not_a_film(
    app: Flask, maker: FlaskClient, film: str, place: str
) -> None:
    data = {"language": "xx", "captions": (io.BytesIO(VTT.encode()), "a.vtt")}
    assert post(maker, film, data=data).status_code == 404
    send_file(maker, f"{place}/tus", "板书.png", PNG)
    picture = keys_of(app)[1]
    assert "/captions" not in maker.get(f"{place}/activities/{picture}").text
    data = {"language": "zh-CN", "captions": (io.BytesIO(VTT.encode()), "a.vtt")}
    assert post(maker, f"{place}/activities/{picture}/captions", data=data).status_code == 404


def test_a_published_film_has_its_captions(app: Flask, maker: FlaskClient, film: str, place: str) -> None:
    put(maker, film, VTT)
    save(maker, place, step("course", "title.zh", "", "课"))
    post(maker, f"{place}/publish", data={"over": 0})
    run_jobs(app)
    [version] = rows(app, select(CourseVersion).options(undefer(CourseVersion.document)))
    assert version.warnings == []
    with app.app_context():
        entry = version.document["modules"][0]["activities"][0]["entry"]
        assert contents.read(storage(), version.package_sha256, entry.replace(".mp4", ".zh.vtt")) == VTT.encode()


def test_another_file_for_a_film_keeps_the_captions_that_it_does_not_bring_and_says_so(app: Flask, maker: FlaskClient, film: str) -> None:
    put(maker, film, VTT)
    put(maker, film, VTT, language="en")
    other, own = film.replace("/captions", "/tus"), VTT.replace("\n\n", "\n\n\n", 1)
    card = send_file(maker, other, "剪辑好的.zip", zipped({"课.mp4": mp4(80), "课.zh.vtt": own.encode()}))
    assert (captions(app), "原视频的字幕（" in card) == ({"en.vtt": VTT.encode(), "zh.vtt": own.encode()}, True)
    assert "原视频的字幕" not in send_file(maker, other, "板书.png", PNG)
    assert captions(app) == {}


def test_a_film_that_brings_all_its_captions_replaces_all_of_them(app: Flask, maker: FlaskClient, film: str) -> None:
    put(maker, film, SRT, "b.srt")
    card = send_file(maker, film.replace("/captions", "/tus"), "课.zip", zipped({"课.mp4": mp4(80), "课.zh.vtt": VTT.encode()}))
    assert (captions(app), "原视频的字幕" in card) == ({"zh.vtt": VTT.encode()}, False)


def test_captions_may_be_in_a_language_that_the_site_does_not_speak_and_the_film_offers_them_by_name(
    app: Flask, maker: FlaskClient, film: str
) -> None:
    put(maker, film, VTT, language="bo")
    assert list(captions(app)) == ["bo.vtt"]
    fields = maker.get(film.removesuffix("/captions")).text
    assert (fields.count("/remove"), "captions/bo/remove" in fields) == (1, True)
    [key] = keys_of(app)
    preview = maker.get(f"{film.partition('/activities/')[0]}/preview/{key}").text
    frame = app.test_client().get(json.loads(preview.partition('id="preview-config">')[2].partition("</script>")[0])["frame"]).text
    assert "བོད་ཡིག" in json.loads(html.unescape(frame.partition('data-captions="')[2].partition('"')[0]))[0]["label"]
