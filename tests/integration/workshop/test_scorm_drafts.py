"""Is a SCORM package with several units an activity of a draft that is edited, published, exported and replaced?"""

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import undefer

from lms.catalogue.models import CourseVersion
from tests.integration.catalogue.uploading import run_jobs
from tests.integration.workshop.editing import draft_of, exported, keys_of, post, rows, save, send_file, step
from tests.scorm_packages import lesson, two_units


def test_a_package_of_several_units_is_edited_published_and_exported_as_the_same_course(
    app: Flask, maker: FlaskClient, place: str, tmp_path: Path
) -> None:
    assert 'data-state="added"' in send_file(maker, f"{place}/tus", "课件.zip", two_units())
    [key] = keys_of(app)
    changes = [step("activity", "minutes", 30, 45, key), step("activity", "gate", "completed", "passed", key)]
    answer = save(maker, place, step("course", "title.zh", "", "课"), *changes)
    assert (answer["conflicts"], answer["faults"]) == ([], [])
    post(maker, f"{place}/publish", data={"over": 0})
    run_jobs(app)
    [version] = rows(app, select(CourseVersion).options(undefer(CourseVersion.document)))
    [activity] = version.document["modules"][0]["activities"]
    assert (activity["minutes"], activity["requires"], activity["grading"]) == (45, {"passed": True}, "content")
    again = exported(app, maker, version.course.code, tmp_path)
    assert (again.sha256, again.outline) == (version.package_sha256, version.document)


def test_another_package_keeps_what_the_trainer_wrote(app: Flask, maker: FlaskClient, place: str) -> None:
    send_file(maker, f"{place}/tus", "课件.zip", two_units())
    [key] = keys_of(app)
    save(maker, place, step("activity", "minutes", 30, 45, key), step("activity", "gate", "completed", "passed", key))
    assert 'data-state="added"' in send_file(maker, f"{place}/activities/{key}/tus", "新.zip", lesson("别的标题"))
    [[one]] = [module["activities"] for module in draft_of(app).document["modules"]]
    assert (one["minutes"], one["requires"], one["source"]["name"]) == (45, {"passed": True}, "新.zip")
