"""Can a class be changed, closed and reopened, and is every change recorded with its author?"""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Organisation
from lms.classes import changes, lifecycle, membership
from lms.classes.models import Enrolment, TrainingClass
from lms.classes.setup import ClassDetails, tracks_of
from lms.errors import InvalidInput
from tests.factories import World


def run_of(session: Session, training_class: TrainingClass) -> ClassDetails:
    provider = session.get_one(Organisation, training_class.provider_id)
    return ClassDetails(training_class.code, training_class.name, provider, training_class.starts_on, training_class.ends_on)


def change(world: World, **new: object) -> bool:
    def work(session: Session) -> bool:
        training_class = session.get_one(TrainingClass, world.class_id)
        by = By(world.person_id, world.clock())
        return lifecycle.change(session, training_class, replace(run_of(session, training_class), **new), by)  # type: ignore[arg-type]

    changed: bool = world.act(work)
    return changed


def history(world: World) -> list[tuple[str, str | None, str, str]]:
    """Return the class's history without the line by which the world's teacher came in."""
    lines: list[tuple[str, str | None, str, str]] = world.act(
        lambda session: [
            (one.change.what, one.by, one.change.before, one.change.after)
            for one in changes.of_class(session, world.class_id)
            if one.change.what != "enrolled"
        ]
    )
    return lines


def test_each_change_is_kept_with_what_stood_there_and_who_made_it(world: World) -> None:
    assert not change(world)
    assert history(world) == []
    assert change(world, name=" 新名 ", ends_on=date(2026, 7, 31), counts_within=True)
    assert sorted(history(world)) == [
        ("counts_within", "王秀兰", "False", "True"),
        ("ends_on", "王秀兰", "2026-06-30", "2026-07-31"),
        ("name", "王秀兰", "在线教学能力提升 k1 班", "新名"),
    ]


def test_what_cannot_be_is_refused_with_its_field_and_nothing_is_changed(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        change(world, name="", intake="x" * 65, ends_on=date(2026, 1, 1), tracks=("moon", "junior"))
    assert [line.partition(":")[0] for line in refused.value.problems] == ["name", "intake", "ends_on", "tracks", "tracks"]
    assert history(world) == []


def test_a_track_in_which_somebody_is_cannot_be_left_out_and_another_can(world: World) -> None:
    with pytest.raises(InvalidInput):
        change(world, tracks=("junior",))
    assert change(world, tracks=("primary",))
    assert world.act(lambda session: [one.key for one in tracks_of(session, world.class_id)]) == ["primary"]
    with pytest.raises(InvalidInput):
        world.act(
            lambda session: membership.move(session, session.get_one(Enrolment, world.enrolment_id), "junior", By(None, world.clock()))
        )


def test_a_class_is_closed_once_and_opened_again_once(world: World) -> None:
    by = By(None, world.clock())

    def times(what: str) -> list[bool]:
        work = {"close": lifecycle.close, "reopen": lifecycle.reopen}[what]
        return [world.act(lambda session: work(session, session.get_one(TrainingClass, world.class_id), by)) for _ in range(2)]

    assert times("close") == [True, False]
    assert times("reopen") == [True, False]
    assert [line[0] for line in history(world)] == ["reopened", "closed"]


def test_a_teacher_is_moved_to_another_track_and_asked_for_what_that_asks(world: World) -> None:
    def move(track: str) -> bool:
        by = By(world.person_id, world.clock())
        moved: bool = world.act(lambda session: membership.move(session, session.get_one(Enrolment, world.enrolment_id), track, by))
        return moved

    assert [move("junior"), move("junior")] == [True, False]
    assert "50" in world.client().get("/home").text
    assert history(world) == [("track", "王秀兰", "primary", "junior")]


def test_in_a_closed_class_nobody_is_moved_nor_let_in_again(world: World) -> None:
    by = By(None, world.clock())

    def close(session: Session) -> None:
        membership.withdraw(session, session.get_one(Enrolment, world.enrolment_id), by)
        lifecycle.close(session, session.get_one(TrainingClass, world.class_id), by)

    world.act(close)
    for work in (
        lambda session, own: membership.move(session, own, "junior", by),
        lambda session, own: membership.take_back(session, own, by),
    ):
        with pytest.raises(InvalidInput) as refused:
            world.act(lambda session, work=work: work(session, session.get_one(Enrolment, world.enrolment_id)))
        assert refused.value.problems[0].startswith("class: ")


def test_no_change_is_kept_under_a_name_that_nobody_knows(world: World) -> None:
    with pytest.raises(ValueError, match="no such change"):
        changes.made("painted", By(None, world.clock()))
