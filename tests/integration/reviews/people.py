"""A teacher whose hours are held, a clerk of the office, one elsewhere, a member of class staff, and a teacher who is a clerk, too."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import OFFICE, STAFF, TEACHER, Organisation
from lms.accounts.people import add_organisation, add_person
from lms.classes import setup
from lms.classes.models import ClassStaff, TrainingClass
from tests.factories import DrivenClock, World
from tests.integration.crediting.holding import hold, study_twice
from tests.worlds import world_of


def build_held(app: Flask, clock: DrivenClock) -> World:
    """Make them in an empty database."""
    world = world_of(app, clock)
    hold(world)

    def people(session: Session) -> None:
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        add_person(session, "clerk", "周明", (OFFICE,), password=None, organisation=provider)
        other = add_organisation(session, "x", "外省办公室", "office")
        add_person(session, "elsewhere", "某人", (OFFICE,), password=None, organisation=other)
        member = add_person(session, "staff", "班主任", (STAFF,), password=None, organisation=provider)
        session.add(ClassStaff(class_id=world.class_id, person_id=member.id, role="tutor", added_at=clock()))
        both = add_person(session, "both", "李两职", (OFFICE, TEACHER), password=None, organisation=provider)
        setup.enrol(session, session.get_one(TrainingClass, world.class_id), both, "primary", "in-training")

    world.act(people)
    study_twice(world)
    return world
