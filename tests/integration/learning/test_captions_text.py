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


def test_the_page_of_a_film_has_the_text_of_its_captions_and_no_mark_of_it_runs(world: World) -> None:
    captions = "WEBVTT\n\n00:00.000 --> 00:02.000\n先听，再说。\n\n00:02.000 --> 00:04.000\n&lt;script&gt;alert(1)&lt;/script&gt;\n"
    files = {"h5p.json": json.dumps(ABOUT), "content/content.json": json.dumps(BODY), "content/zh.vtt": captions}
    with world.app.app_context():
        listing = put_files({f"activities/reading/{name}": text.encode() for name, text in files.items()})

    def published(session: Session) -> None:
        session.get_one(CourseVersion, world.course_version_id).listings = {"reading": listing}

    world.act(published)
    page = world.client().get(f"/learn/{world.enrolment_id}/{world.course_version_id}/reading").text
    assert '<div lang="zh"><p>先听，再说。</p><p>&lt;script&gt;alert(1)&lt;/script&gt;</p></div>' in page
    assert "字幕全文" in page
