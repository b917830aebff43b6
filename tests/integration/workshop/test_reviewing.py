"""Does a draft of a school stay the school's, and does a review agree only to what the reviewer saw?"""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from structlog.testing import capture_logs

from lms.accounts.models import TRAINER, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.catalogue.contents import StoredFile
from lms.catalogue.models import Course, CourseVersion
from lms.catalogue.room import used
from lms.db import database, transaction
from lms.storage import storage
from lms.workshop.edits import activities_of
from lms.workshop.models import Draft
from tests.factories import signed_in
from tests.integration.catalogue.uploading import run_jobs
from tests.integration.workshop.editing import PNG, draft_of, post, rows, save, send_file, step


@pytest.fixture
def bureau(app: Flask, maker: FlaskClient) -> FlaskClient:
    """A trainer of the office above the maker's organisation."""
    with app.app_context(), transaction() as session:
        above = add_organisation(session, "bureau", "教育局", "office")
        school = session.scalars(select(Organisation).where(Organisation.code == "p")).one()
        school.parent_id, school.path = above.id, f"{above.path}{school.id}/"
        add_person(session, "above", "局里的课程师", (TRAINER,), password=None, organisation=above)
    return signed_in(app, "above")


def person_named(app: Flask, username: str) -> Person:
    [found] = rows(app, select(Person).where(Person.username == username))
    assert isinstance(found, Person)
    return found


def ready(maker: FlaskClient, place: str) -> None:
    send_file(maker, f"{place}/tus", "板书.png", PNG)
    save(maker, place, step("course", "title.zh", "", "板书设计"))


def asked(app: Flask, maker: FlaskClient, place: str) -> FlaskClient:
    """Ask the colleague to look at the draft; return their browser."""
    post(maker, f"{place}/reviewer", data={"reviewer": person_named(app, "helper").id})
    return signed_in(app, "helper")


def test_a_schools_course_stays_the_schools_when_the_office_above_publishes_it(
    app: Flask, maker: FlaskClient, bureau: FlaskClient, place: str
) -> None:
    ready(maker, place)
    post(bureau, f"{place}/publish", data={"over": 0})
    run_jobs(app)
    [course] = rows(app, select(Course))
    school = person_named(app, "maker").organisation_id
    assert course.organisation_id == school
    assert post(maker, f"/catalogue/courses/{course.code}/versions/1/draft").status_code == 302
    with app.app_context(), database().reader() as session:
        assert used(session, school) > 0
        assert used(session, person_named(app, "above").organisation_id) == 0


def test_a_new_course_needs_room_in_its_own_organisation_whoever_publishes_it(
    app: Flask, maker: FlaskClient, bureau: FlaskClient, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(bureau, other := post(bureau, "/workshop/drafts").location)
    post(bureau, f"{other}/publish", data={"over": 0})
    run_jobs(app)
    size = rows(app, select(CourseVersion))[0].bytes
    monkeypatch.setattr("lms.catalogue.room.MEGABYTE", 1)
    app.extensions["settings"] = replace(app.extensions["settings"], organisation_courses_mb=size)
    send_file(maker, f"{place}/tus", "另一张.png", PNG[:-1] + b"1")
    save(maker, place, step("course", "title.zh", "", "另一门课"))
    post(bureau, f"{place}/publish", data={"over": 0})
    run_jobs(app)
    assert len(rows(app, select(CourseVersion))) == 2, "the school has room, although the bureau has none left"


def test_a_reviewer_who_moved_to_another_organisation_does_not_find_the_draft(app: Flask, maker: FlaskClient, place: str) -> None:
    helper = asked(app, maker, place)
    assert place in helper.get("/workshop/drafts").text
    with app.app_context(), transaction() as session:
        elsewhere = add_organisation(session, "q", "别处", "provider")
        session.get_one(Person, person_named(app, "helper").id).organisation_id = elsewhere.id
    assert helper.get(place).status_code == 404
    assert place not in helper.get("/workshop/drafts").text


def test_a_reviewer_agrees_only_to_the_revision_on_their_page(app: Flask, maker: FlaskClient, place: str) -> None:
    helper = asked(app, maker, place)
    assert 'name="revision" value="0"' in helper.get(f"{place}/review").text
    save(maker, place, step("course", "title.zh", "", "换过的标题"))
    late = post(helper, f"{place}/decision", data={"decision": "agreed", "revision": 0})
    assert (late.status_code, draft_of(app).state) == (409, "review")
    post(helper, f"{place}/decision", data={"decision": "agreed", "revision": 1})
    assert (draft_of(app).state, draft_of(app).approved_revision) == ("approved", 1)


@pytest.mark.parametrize("action", ["reviewer", "decision"])
def test_a_published_draft_is_not_reviewed_again(app: Flask, maker: FlaskClient, place: str, action: str) -> None:
    helper = asked(app, maker, place)
    ready(maker, place)
    post(maker, f"{place}/publish", data={"over": 0})
    run_jobs(app)
    if action == "reviewer":
        answer = post(maker, f"{place}/reviewer", data={"reviewer": person_named(app, "helper").id})
    else:
        answer = post(helper, f"{place}/decision", data={"decision": "back"})
    assert (answer.status_code, draft_of(app).state) == (409, "published")


def test_the_page_stores_nothing_and_compares_nothing_while_the_draft_is_being_published(
    app: Flask, maker: FlaskClient, published: CourseVersion
) -> None:
    place = post(maker, f"/catalogue/courses/{published.document['code']}/versions/1/draft").location
    with app.app_context():
        storage().delete_below("files")  # a page that stores the answer keys would put them back
    assert "与第 1 版相比的改动" in maker.get(f"{place}/review").text
    keys = [one["answers"] for one in activities_of(draft_of(app).document) if "answers" in one]
    assert keys
    with app.app_context():
        assert [key for key in keys if storage().size(StoredFile(key, 0).object_name) is not None] == []
    post(maker, f"{place}/publish", data={"over": 1})
    assert "与第 1 版相比的改动" not in maker.get(f"{place}/review").text


def test_exports_deletions_and_changes_of_sharing_are_in_the_log(app: Flask, maker: FlaskClient, published: CourseVersion) -> None:
    code, who = published.document["code"], person_named(app, "maker").id
    place = post(maker, f"/catalogue/courses/{code}/versions/1/draft").location
    [draft] = [one.id for one in rows(app, select(Draft))]
    with capture_logs() as lines:
        post(maker, f"{place}/export")
        post(maker, f"/catalogue/courses/{code}/versions/1/export")
        post(maker, f"{place}/delete")
        post(maker, f"/catalogue/courses/{code}/library", data={"shared": "own"})
    assert events(lines) == [
        {"event": "draft.exported", "draft": draft, "by": who},
        {"event": "course.exported", "course": code, "version": 1, "by": who},
        {"event": "draft.deleted", "draft": draft, "by": who},
        {"event": "course.shared", "course": code, "before": "everybody", "after": "own", "by": who},
    ]


def events(lines: list[Any]) -> list[dict[str, Any]]:
    kept = [dict(line) for line in lines if line["event"].startswith(("draft.", "course."))]
    return [{name: value for name, value in line.items() if name != "log_level"} for line in kept]


def test_the_page_asks_for_a_look_before_it_offers_to_publish_and_says_that_nobody_has_looked(maker: FlaskClient, place: str) -> None:
    page = maker.get(f"{place}/review").text
    headings = re.findall(r"<h2[^>]*>([^<]+)</h2>", page)
    assert headings.index("请同事审阅") < headings.index("发布")
    assert "还没有其他人看过" in page
