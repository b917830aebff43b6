"""Does everything that drafts and forms keep count toward the storage limit of its organisation?"""

import io
from dataclasses import replace
from hashlib import sha256

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Organisation
from lms.catalogue import room
from lms.catalogue.contents import StoredFile
from lms.catalogue.models import WorkshopFile
from lms.db import database
from lms.storage import storage
from tests.integration.catalogue.uploading import run_jobs
from tests.integration.workshop.editing import PNG, keys_of, post, rows, save, send_file, step


def used(app: Flask) -> int:
    """Return how much room the maker's organisation uses."""
    with app.app_context(), database().reader() as session:
        return room.used(session, session.scalars(select(Organisation.id).where(Organisation.code == "p")).one())


def send_picture(client: FlaskClient, content: bytes) -> int:
    answer = post(client, "/workshop/activities/files", data={"file": (io.BytesIO(content), "a.png")})
    return answer.status_code


def test_a_file_of_a_draft_counts_once_also_after_it_is_published(app: Flask, maker: FlaskClient, place: str) -> None:
    assert used(app) == 0
    send_file(maker, f"{place}/tus", "板书.png", PNG)
    assert used(app) == len(PNG)
    send_file(maker, f"{place}/tus", "同一张.png", PNG)
    assert used(app) == len(PNG)
    save(maker, place, step("course", "title.zh", "", "板书设计"))
    post(maker, f"{place}/publish", data={"over": 0})
    run_jobs(app)
    assert used(app) == len(PNG)


def test_a_picture_of_a_form_counts(app: Flask, maker: FlaskClient) -> None:
    assert [send_picture(maker, PNG), send_picture(maker, PNG)] == [200, 200]
    assert used(app) == len(PNG)


def test_nothing_of_a_file_is_stored_that_exceeds_the_limit(
    app: Flask, maker: FlaskClient, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.catalogue.room.MEGABYTE", 1)
    app.extensions["settings"] = replace(app.extensions["settings"], organisation_courses_mb=len(PNG) + 10)
    most = PNG
    card = send_file(maker, f"{place}/tus", "大.png", most)
    assert 'data-state="added"' in card
    more = most[:-1] + b"1"  # as large as the first, so that it is received: its hash decides
    assert 'data-state="added"' not in send_file(maker, f"{place}/tus", "更大.png", more)
    assert send_picture(maker, more) == 413
    assert (used(app), len(keys_of(app))) == (len(most), 1)
    [kept] = rows(app, select(WorkshopFile))
    with app.app_context():
        assert storage().size(StoredFile(kept.sha256, 0).object_name) == len(most)
        assert storage().size(StoredFile(sha256(more).hexdigest(), 0).object_name) is None
