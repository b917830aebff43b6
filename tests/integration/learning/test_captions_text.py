"""Can a film be read on its page by somebody who cannot hear or see it?"""

import json

import pytest
from sqlalchemy.orm import Session

from lms.catalogue.models import CourseVersion
from tests.course_factories import put_files
from tests.factories import World

ABOUT = {
    "title": "t",
    "mainLibrary": "TH.CheckpointVideo",
    "preloadedDependencies": [{"machineName": "TH.CheckpointVideo", "majorVersion": 1, "minorVersion": 1}],
}
BODY = {"video": "a.webm", "duration": 6, "checkpoints": [], "captions": [{"path": "zh.vtt", "language": "zh", "label": "中文"}]}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Only the page matters here."""
    return sqlite_url


@pytest.fixture
def film(world: World) -> str:
    """Publish a film with 500 captions, one of them with marks; return the address of its page."""
    said = "".join(f"00:{i // 60:02}:{i % 60:02}.000 --> 00:{i // 60:02}:{i % 60:02}.900\n第{i}句：先听，再说。\n\n" for i in range(499))
    captions = f"WEBVTT\n\n00:00.000 --> 00:02.000\n&lt;script&gt;alert(1)&lt;/script&gt;\n\n{said}"
    files = {"h5p.json": json.dumps(ABOUT), "content/content.json": json.dumps(BODY), "content/zh.vtt": captions}
    with world.app.app_context():
        listing = put_files({f"activities/reading/{name}": text.encode() for name, text in files.items()})

    def published(session: Session) -> None:
        session.get_one(CourseVersion, world.course_version_id).listings = {"reading": listing}

    world.act(published)
    return f"/learn/{world.enrolment_id}/{world.course_version_id}/reading"


def test_the_text_of_a_films_captions_is_fetched_when_it_is_opened_and_no_mark_of_it_runs(world: World, film: str) -> None:
    client = world.client()
    page = client.get(film).text
    assert "字幕全文" in page
    assert f'hx-get="{film}/captions/zh"' in page
    assert "先听，再说。" not in page
    text = client.get(f"{film}/captions/zh").text
    assert text.startswith('<div lang="zh"><p>&lt;script&gt;alert(1)&lt;/script&gt;</p><p>第0句：先听，再说。</p>')
    assert "<p>第498句：先听，再说。</p></div>" in text


def test_a_language_without_captions_has_an_empty_text(world: World, film: str) -> None:
    assert world.client().get(f"{film}/captions/en").text.strip() == '<div lang="en"></div>'
