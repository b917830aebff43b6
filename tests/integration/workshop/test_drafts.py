"""Can a course be put together from files, changed by several people, and undone, without losing anything?"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from courses.outline import Course, Text
from courses.samples import SAMPLES
from lms.accounts.account_changes import By
from lms.accounts.models import TRAINER, Person
from lms.accounts.people import add_organisation, add_person
from lms.catalogue.publish import publish
from lms.catalogue.uploads import check
from lms.db import transaction
from lms.errors import NotFound
from lms.storage import storage
from lms.workshop import drafts, history, intake
from lms.workshop.documents import check_document
from lms.workshop.intake import CheckedFile
from lms.workshop.models import Draft
from lms.workshop.placing import Placing

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context(), transaction() as opened:
        yield opened


@pytest.fixture
def maker(session: Session) -> Person:
    return add_person(
        session, "maker", "课程师", (TRAINER,), password=None, organisation=add_organisation(session, "p", "承训单位", "provider")
    )


def by(person: Person) -> By:
    return By(person.id, NOW)


def taken(folder: Path, name: str = "板书.png", content: bytes = PNG, key: str | None = None) -> CheckedFile:
    path = folder / name
    path.write_bytes(content)
    found = intake.take_in(storage(), path, lambda _wanted: None, key)
    assert isinstance(found, CheckedFile), found
    return found


@pytest.fixture
def draft(session: Session, maker: Person) -> Draft:
    return drafts.begin_new(session, maker, by(maker))


def test_a_file_becomes_an_activity_with_its_name_as_title(session: Session, draft: Draft, maker: Person, tmp_path: Path) -> None:
    [key] = drafts.put_activity(session, draft, taken(tmp_path), by(maker))
    [other] = drafts.put_activity(session, draft, taken(tmp_path), by(maker), Placing(title=Text("一", "One")))
    one = drafts.activity_of(draft, key)
    assert (one["title"]["zh"], one["format"], one["entry"]) == ("板书", "document", f"documents/{key}.png")
    assert drafts.activity_of(draft, other)["title"] == {"zh": "一", "en": "One"}
    read, answers = drafts.content_of(storage(), one)
    assert (read(one["entry"]), answers) == (PNG, None)


def test_another_file_for_an_activity_keeps_its_title_and_minutes(session: Session, draft: Draft, maker: Person, tmp_path: Path) -> None:
    [key] = drafts.put_activity(session, draft, taken(tmp_path), by(maker))
    history.change(session, draft, [{"do": "set", "of": "activity", "key": key, "field": "minutes", "was": 2, "to": 9}], by(maker))
    drafts.put_activity(session, draft, taken(tmp_path, "other.png", PNG + b"1", key), by(maker))
    one = drafts.activity_of(draft, key)
    assert (one["title"]["zh"], one["minutes"], one["source"]["name"]) == ("板书", 9, "other.png")
    history.undo(session, draft, by(maker))
    assert drafts.activity_of(draft, key)["source"]["name"] == "板书.png"


def test_a_sample_course_is_mended_and_its_answers_are_in_no_listing(session: Session, maker: Person) -> None:
    package = check(SAMPLES[0], own_hosts=True).package
    assert package is not None
    version = publish(session, storage(), package, maker, NOW)
    draft = drafts.begin_from(session, storage(), version, maker, by(maker))
    course = check_document(draft.document)
    assert isinstance(course, Course)
    assert course == package.course
    quiz = next(iter(package.answer_keys))
    read, answers = drafts.content_of(storage(), drafts.activity_of(draft, quiz))
    assert answers == package.answer_keys[quiz]
    assert read(f"answers/{quiz}.json") is None
    assert json.dumps(package.answer_keys[quiz]["questions"]) not in json.dumps(draft.document)


def test_everybody_undoes_and_redoes_their_own_changes(session: Session, draft: Draft, maker: Person) -> None:
    other = add_person(session, "colleague", "同事", (TRAINER,), password=None, organisation=None)

    def write(text: str, was: str, author: Person, field: str = "title.zh") -> None:
        history.change(session, draft, [{"do": "set", "of": "course", "field": field, "was": was, "to": text}], by(author))

    write("一", "", maker)
    write("二", "一", maker)
    write("Two", "", other, "title.en")
    assert history.undo(session, draft, by(maker)).conflicts == []
    assert draft.document["title"] == {"zh": "一", "en": "Two"}
    assert history.may_turn(session, draft, maker.id) == (True, True)
    history.redo(session, draft, by(maker))
    assert draft.document["title"] == {"zh": "二", "en": "Two"}
    write("三", "二", other)
    assert [one.theirs for one in history.undo(session, draft, by(maker)).conflicts] == ["三"]
    assert draft.document["title"]["zh"] == "三"


def test_a_change_that_is_sent_again_is_saved_once(session: Session, draft: Draft, maker: Person) -> None:
    step = {"do": "set", "of": "course", "field": "title.zh", "was": "", "to": "一"}
    back = {**step, "was": "一", "to": ""}
    for steps, token in (([step], "1"), ([back], "2"), ([step], "1")):
        history.change(session, draft, steps, by(maker), token)
    assert (draft.revision, draft.document["title"]["zh"]) == (2, "")


def test_a_change_that_is_sent_again_names_its_conflicts_again(session: Session, draft: Draft, maker: Person) -> None:
    history.change(session, draft, [{"do": "set", "of": "course", "field": "title.zh", "was": "", "to": "甲"}], by(maker))
    mine = [{"do": "set", "of": "course", "field": f"title.{name}", "was": "", "to": "Mine"} for name in ("zh", "en")]
    first, again = (history.change(session, draft, mine, by(maker), "token") for _ in range(2))
    assert [(one.step["field"], one.theirs) for one in first.conflicts] == [("title.zh", "甲")]
    assert again.conflicts == first.conflicts
    history.undo(session, draft, by(maker))
    history.change(session, draft, [{"do": "set", "of": "course", "field": "title.zh", "was": "甲", "to": ""}], by(maker))
    late = history.change(session, draft, mine, by(maker), "token")
    assert [(one.step["field"], one.theirs) for one in late.conflicts] == [("title.zh", "")]
    assert draft.document["title"]["zh"] == ""


def test_a_draft_of_another_organisation_is_not_found(session: Session, draft: Draft) -> None:
    stranger = add_person(
        session, "stranger", "别人", (TRAINER,), password=None, organisation=add_organisation(session, "q", "别处", "provider")
    )
    with pytest.raises(NotFound):
        drafts.own(session, draft.id, stranger)
    draft.reviewer_id = stranger.id  # asked while they belonged to the organisation
    with pytest.raises(NotFound):
        drafts.own(session, draft.id, stranger)
