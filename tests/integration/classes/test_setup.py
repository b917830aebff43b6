"""Do classes, enrolments and notes of attendance follow the programme document?"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.classes import attendance, setup
from lms.classes.attendance import Note
from lms.classes.models import Enrolment, TrainingClass
from lms.classes.setup import ClassDetails
from lms.db import transaction
from lms.errors import InvalidInput
from lms.programmes import store
from tests.integration.programmes.own_documents import NOW, text

DAY = date(2026, 3, 2)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context(), transaction() as opened:
        yield opened


@pytest.fixture
def provider(session: Session) -> Organisation:
    return add_organisation(session, "p", "承训单位", "provider")


@pytest.fixture
def person(session: Session, provider: Organisation) -> Person:
    return add_person(session, "t1", "王秀兰", ("teacher",), password=None, organisation=provider)


@pytest.fixture
def training_class(session: Session, provider: Organisation) -> TrainingClass:
    version = store.import_toml(session, text(), NOW).version
    return setup.create_class(session, version, ClassDetails("c1", "一班", provider, DAY, date(2026, 8, 1)))


@pytest.fixture
def enrolment(session: Session, training_class: TrainingClass, person: Person) -> Enrolment:
    return setup.enrol(session, training_class, person, "lead")


def test_a_class_cannot_end_before_it_begins_nor_take_a_code_twice(
    session: Session, training_class: TrainingClass, provider: Organisation
) -> None:
    run = ClassDetails("c1", "二班", provider, DAY, date(2026, 1, 1))
    with pytest.raises(InvalidInput) as refused:
        setup.create_class(session, training_class.programme_version, run)
    assert len(refused.value.problems) == 2


def test_nobody_is_enrolled_twice_nor_in_a_track_that_does_not_exist(
    session: Session, training_class: TrainingClass, enrolment: Enrolment, person: Person
) -> None:
    with pytest.raises(InvalidInput) as refused:
        setup.enrol(session, training_class, person, "junior", status="asleep")
    assert len(refused.value.problems) == 3


def test_a_correction_is_a_negative_note_with_a_reason(session: Session, enrolment: Enrolment) -> None:
    attendance.add_note(session, enrolment, Note("topics", Decimal("1"), DAY), None, NOW)
    attendance.add_note(session, enrolment, Note("topics", Decimal("0.5"), DAY), None, NOW)
    attendance.add_note(session, enrolment, Note("topics", Decimal("-1"), DAY, "登记错误"), None, NOW)
    assert attendance.sums(session, [enrolment.id]) == {enrolment.id: {"topics": Decimal("0.5")}}
    assert [note.quantity for note in attendance.notes_of(session, enrolment.id)] == [Decimal("1"), Decimal("0.5"), Decimal("-1")]


@pytest.mark.parametrize(
    "note",
    [
        Note("companion", Decimal(1), DAY),  # hours are earned by studying, never noted
        Note("general-courses", Decimal(1), DAY),
        Note("moon", Decimal(1), DAY),
        Note("topics", Decimal(0), DAY),
        Note("topics", Decimal("0.3"), DAY),
        Note("topics", Decimal(1000), DAY),
        Note("topics", Decimal("-0.5"), DAY),  # no reason
        Note("topics", Decimal("-5"), DAY, "更正"),  # more than there is
        Note("topics", Decimal(1), DAY, "长" * 201),
    ],
)
def test_what_cannot_be_noted_is_refused_and_nothing_is_kept(session: Session, enrolment: Enrolment, note: Note) -> None:
    attendance.add_note(session, enrolment, Note("topics", Decimal(1), DAY), None, NOW)
    with pytest.raises(InvalidInput):
        attendance.add_note(session, enrolment, note, None, datetime(2026, 3, 3, tzinfo=UTC))
    assert attendance.sums(session, [enrolment.id]) == {enrolment.id: {"topics": Decimal(1)}}
