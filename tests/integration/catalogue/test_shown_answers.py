"""Is everybody told who can act that an activity published long ago shows its answers, until it is published again?"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses.package import Package, tree_digest
from courses.samples import SAMPLES
from lms.catalogue.commands import course
from lms.catalogue.publish import publish
from lms.catalogue.uploads import check
from lms.db import transaction
from lms.storage import storage
from tests.commands import json_of
from tests.factories import BEGIN
from tests.integration.catalogue.uploading import sign_in_as

SAMPLE = next(one for one in SAMPLES if one.name == "ethics-and-rural-mission")
READING, TITLE = "an-ordinary-day", "普通的一天，几十个小决定"
CALLOUT = "学员看得到的答案"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The queries are the same with every database."""
    return sqlite_url


@pytest.fixture
def trainer(app: Flask) -> FlaskClient:
    return sign_in_as(app, "trainer")


def as_of_old(package: Package, *, key: str = READING) -> Package:
    """Return a package with one activity served as before tries were checked: as its author wrote it, and without an answer key."""
    entry = next(one.entry for one in package.course.activities if one.key == key)
    written: Mapping[str, bytes] = {
        f"{entry}/{name}": (SAMPLE / "activities" / key / name).read_bytes() for name in ("h5p.json", "content/content.json")
    }
    hashes = {**package.hashes, **{name: hashlib.sha256(content).hexdigest() for name, content in written.items()}}
    keys = {name: one for name, one in package.answer_keys.items() if name != key}
    return replace(package, files={**package.files, **written}, hashes=hashes, answer_keys=keys, sha256=tree_digest(hashes))


def published(app: Flask, package: Package) -> None:
    with app.app_context(), transaction() as session:
        publish(session, storage(), package, None, BEGIN)


def test_the_course_page_and_the_command_name_the_version_and_the_activity(app: Flask, trainer: FlaskClient) -> None:
    package = check(SAMPLE, own_hosts=True).package
    assert package is not None
    address = f"/catalogue/courses/{package.course.code}"
    published(app, as_of_old(package))
    page = trainer.get(address).text
    assert CALLOUT in page
    assert page.count(TITLE) == 2, "in the outline, and among those that show their answers"
    runner = app.test_cli_runner()
    assert json_of(runner.invoke(course, ["check", "--json"]), 1) == [
        {"code": package.course.code, "version": 1, "activity": READING, "title": TITLE}
    ]
    told = runner.invoke(course, ["check"])
    assert (told.exit_code, "version 1" in told.stdout, "Publish the course again" in told.stdout) == (1, True, True)

    published(app, package)
    assert "第 1 版：" in trainer.get(address).text, "classes may still study the old version"
    assert [one["version"] for one in json_of(runner.invoke(course, ["check", "--json"]), 1)] == [1]


def test_a_course_whose_tries_the_site_checks_is_not_named(app: Flask, trainer: FlaskClient) -> None:
    package = check(SAMPLE, own_hosts=True).package
    assert package is not None
    published(app, package)
    assert CALLOUT not in trainer.get(f"/catalogue/courses/{package.course.code}").text
    assert app.test_cli_runner().invoke(course, ["check"]).exit_code == 0
