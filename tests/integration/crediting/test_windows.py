"""Are teachers' hours exactly what recomputing gives, after a class's days change or it is closed?"""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Organisation
from lms.classes.models import Enrolment, TrainingClass
from lms.classes.setup import ClassDetails
from lms.crediting import windows
from lms.crediting.drain import drain
from lms.db import database
from lms.office import administration
from tests.factories import PUBLIC_URL, World
from tests.integration.crediting.closing import clean, close, reopen


def change(world: World, **new: object) -> None:
    def work(session: Session) -> None:
        one = session.get_one(TrainingClass, world.class_id)
        run = ClassDetails(one.code, one.name, session.get_one(Organisation, one.provider_id), one.starts_on, one.ends_on)
        administration.change_class(session, one.id, replace(run, **new), By(None, world.clock()), agreed=True)  # type: ignore[arg-type]

    world.act(work)


def test_what_was_studied_before_the_end_counts_and_what_comes_after_does_not(world: World) -> None:
    world.study("reading", 600)
    world.credit()
    assert close(world)
    assert not close(world)
    world.clock.advance(60)
    world.study("reading", 300)
    world.credit()
    assert world.credited() == {"c1:reading": 600}
    assert clean(world)
    assert reopen(world)
    assert world.credited() == {"c1:reading": 900}, "its days allow it, so it counts after all"
    assert clean(world)


def test_evidence_that_comes_in_late_counts_up_to_the_end(world: World) -> None:
    subject = world.subject("reading")
    began = world.clock()
    world.clock.advance(600)
    close(world)
    world.clock.at = began
    world.study("reading", 900, subject=subject)
    world.credit()
    assert world.credited() == {"c1:reading": 600}
    assert clean(world)


def test_days_that_change_take_hours_back_and_give_them_again_as_recomputing_says(world: World) -> None:
    world.study("reading", 600)
    world.clock.advance(timedelta(days=2).total_seconds())
    world.study("reading", 500)
    world.credit()
    assert world.credited() == {"c1:reading": 1100}
    for days, seconds in (
        ({"starts_on": date(2026, 3, 3)}, 500),
        ({"ends_on": date(2026, 3, 3)}, 600),
        ({"starts_on": date(2026, 3, 2), "ends_on": date(2026, 3, 4)}, 1100),
        ({"starts_on": date(2026, 5, 1)}, 0),
    ):
        change(world, counts_within=True, **{"starts_on": date(2026, 3, 1), "ends_on": date(2026, 6, 30), **days})
        assert sum(world.credited().values()) == seconds
        assert clean(world)
    change(world, counts_within=False)
    assert world.credited() == {"c1:reading": 1100}
    assert clean(world)


def test_the_first_and_the_last_day_count_whole_in_the_programmes_time_zone(world: World) -> None:
    change(world, counts_within=True, starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 2))
    own = world.act(lambda session: session.get_one(Enrolment, world.enrolment_id))
    assert [own.window_from.isoformat(), own.window_to.isoformat()] == ["2026-03-01T16:00:00+00:00", "2026-03-02T16:00:00+00:00"]


def test_an_erased_person_keeps_hours_and_window(world: World) -> None:
    world.study("reading", 600)
    world.credit()
    world.act(lambda session: setattr(session.get_one(Enrolment, world.enrolment_id), "evidence_erased_at", world.clock()))
    world.clock.at -= timedelta(days=1)
    close(world)
    assert world.credited() == {"c1:reading": 600}
    assert world.act(lambda session: session.get_one(Enrolment, world.enrolment_id)).window_to is None


def test_broken_off_half_way_neither_the_class_nor_any_hour_has_changed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.study("reading", 600)
    world.credit()
    world.clock.at -= timedelta(seconds=300)

    def dying(*_arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(windows, "recredit", dying)
    with pytest.raises(KeyboardInterrupt):
        close(world)
    monkeypatch.undo()
    assert world.credited() == {"c1:reading": 600}
    assert clean(world)
    assert close(world)
    assert world.credited() == {"c1:reading": 300}
    assert clean(world)


def test_hours_credited_at_the_moment_of_closing_are_never_lost_nor_double(world: World) -> None:
    subject = world.subject("reading")
    for _ in range(20):
        world.study("reading", 60, subject=subject)
    world.clock.at -= timedelta(seconds=600)
    now, start, failed = world.clock(), threading.Barrier(2), []

    def credit() -> None:
        start.wait(30)
        try:
            with world.app.app_context():
                while drain(database(), PUBLIC_URL, now, 2):
                    pass
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=credit)
    thread.start()
    start.wait(30)
    close(world)
    thread.join(60)
    assert failed == []
    assert world.credited() == {"c1:reading": 600}
    assert clean(world)
