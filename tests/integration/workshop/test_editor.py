"""Does a trainer make, save, check, publish, compare and export a course from the pages alone?"""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses.package import open_package
from courses.samples import SAMPLES
from lms.catalogue.models import CourseVersion
from tests.factories import signed_in
from tests.integration.catalogue.uploading import run_jobs, zipped
from tests.integration.workshop.editing import PNG, draft_of, keys_of, post, rows, save, send_file, step


def test_a_file_that_is_refused_is_explained_and_changes_nothing(app: Flask, maker: FlaskClient, place: str) -> None:
    card = send_file(maker, f"{place}/tus", "坏.pdf", b"%PDF-1.7 broken")
    assert "PDF" in card
    assert 'data-state="refused"' in card
    assert keys_of(app) == []


def test_a_new_draft_lists_what_it_needs_and_marks_nothing_as_wrong(maker: FlaskClient, place: str) -> None:
    assert "课程 · 中文标题</a>：缺失" in maker.get(place).text
    assert "has-error" not in maker.get(place).text
    save(maker, place, step("module", "title.zh", "第一部分", "开头", "part-1"))
    assert "has-error" in maker.get(place).text


def test_an_unfinished_draft_offers_no_button_to_publish_it(maker: FlaskClient, place: str) -> None:
    assert f"{place}/publish" not in maker.get(f"{place}/review").text
    save(maker, place, step("course", "title.zh", "", "板书"))
    send_file(maker, f"{place}/tus", "板书.png", PNG)
    assert f"{place}/publish" in maker.get(f"{place}/review").text


def test_another_file_replaces_the_content_of_an_activity(app: Flask, maker: FlaskClient, place: str) -> None:
    send_file(maker, f"{place}/tus", "板书.png", PNG)
    [key] = keys_of(app)
    send_file(maker, f"{place}/activities/{key}/tus", "新板书.png", PNG + b"1")
    assert keys_of(app) == [key]
    assert "新板书.png" in maker.get(f"{place}/activities/{key}").text


def test_two_trainers_at_once_lose_nothing(app: Flask, maker: FlaskClient, place: str) -> None:
    helper = signed_in(app, "helper")
    save(maker, place, step("course", "title.zh", "", "我的"))
    answer = save(helper, place, step("course", "title.zh", "", "他的"), step("course", "title.en", "", "Theirs"))
    [conflict] = answer["conflicts"]
    assert (conflict["theirs"], conflict["mine"], conflict["id"]) == ("我的", "他的", "course-title-zh")
    assert draft_of(app).document["title"] == {"zh": "我的", "en": "Theirs"}
    assert save(helper, place, step("course", "title.zh", "我的", "他的"))["conflicts"] == []


def test_a_change_of_a_removed_activity_leaves_the_rest_of_the_batch_saved(app: Flask, maker: FlaskClient, place: str) -> None:
    send_file(maker, f"{place}/tus", "板书.png", PNG)
    [key] = keys_of(app)
    save(maker, place, {"do": "remove", "of": "activity", "key": key})
    answer = save(maker, place, step("activity", "gate", "", "passed", key), step("course", "title.zh", "", "还在"))
    assert [(one["field"], one["gone"]) for one in answer["conflicts"]] == [("gate", True)]
    assert draft_of(app).document["title"]["zh"] == "还在"


def test_undo_and_redo_answer_with_the_values_of_the_fields(maker: FlaskClient, place: str) -> None:
    save(maker, place, step("course", "title.zh", "", "一"))
    undone = post(maker, f"{place}/undo", json={}).get_json()
    assert undone["values"] == [{"of": "course", "key": "", "field": "title.zh", "value": ""}]
    assert (undone["undo"], undone["redo"]) == (False, True)
    assert post(maker, f"{place}/redo", json={}).get_json()["values"][0]["value"] == "一"


@pytest.mark.parametrize(
    "bad",
    [
        step("course", "modules", "", "x"),
        step("activity", "files", "", "0" * 64, "x"),
        step("course", "title.zh", "", "长" * 201),
        step("course", "code", "", "A B"),
        {"do": "insert", "of": "activity", "key": "x"},
        {"do": "remove", "of": "course"},
        step("activity", "gate", "", "coverage=7", "x"),
        step("activity", "minutes", 1, -1, "x"),
    ],
)
def test_what_the_page_never_sends_is_refused(app: Flask, maker: FlaskClient, place: str, bad: dict[str, Any]) -> None:
    before = draft_of(app).document
    assert post(maker, f"{place}/changes", json={"token": "token-bad", "steps": [bad]}).status_code == 400
    assert draft_of(app).document == before


def test_a_course_package_adds_all_its_activities_and_their_answers(app: Flask, maker: FlaskClient, place: str) -> None:
    assert 'data-state="added"' in send_file(maker, f"{place}/tus", "伦理.zip", zipped(SAMPLES[0]))
    package = open_package(SAMPLES[0])
    assert not isinstance(package, list)
    assert len(keys_of(app)) == len(package.course.activities)
    save(maker, place, step("course", "title.zh", "", "合并的课程"))
    post(maker, f"{place}/publish", data={"over": 0})
    run_jobs(app)
    assert len(rows(app, select(CourseVersion))) == 1, draft_of(app).problems


def test_courses_are_marked_in_the_menu_on_every_page_of_the_workshop(maker: FlaskClient, place: str) -> None:
    for page in ("/workshop/drafts", place, "/workshop/bank", "/workshop/activities"):
        assert '<a href="/catalogue/" aria-current="true">' in maker.get(page, follow_redirects=True).text, page


def before_the_script(client: FlaskClient, path: str) -> list[str]:
    """Return the controls of a page that only its script gives a meaning."""
    page = re.sub(r"<template.*?</template>", "", client.get(path, follow_redirects=True).text, flags=re.DOTALL)
    main = page.partition('id="main"')[2] or page
    return re.findall(r'<button type="button"[^>]*>|<button [^>]*type="button"[^>]*>|<input [^>]*data-(?:send-to|open)\b[^>]*>', main)


def test_what_only_the_script_can_do_rests_until_the_script_is_there(maker: FlaskClient, place: str) -> None:
    send_file(maker, f"{place}/tus", "伦理.zip", zipped(SAMPLES[0]))
    save(maker, place, {"do": "insert", "of": "module", "after": None})
    key = re.search(r'data-activity="([^"]+)"', maker.get(place).text)
    assert key
    forms = ("/workshop/activities/quiz", f"{place}/forms/quiz", "/workshop/bank/new")
    for path in (place, f"{place}/outline", f"{place}/activities/{key[1]}", *forms):
        found = before_the_script(maker, path)
        assert found, path
        assert [one for one in found if " disabled" not in one] == [], path
    assert re.search(r"<button[^>]* disabled[^>]*><svg[^>]*><use[^>]*#upload", maker.get(place).text)


def test_the_list_of_files_to_upload_names_both_endings_of_a_unit(maker: FlaskClient, place: str) -> None:
    assert "cmi5 单元 (.xml .zip)" in maker.get(place).text
