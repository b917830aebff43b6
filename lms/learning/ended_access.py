"""End launches when the access of their learners ends: by signing out, by leaving a class, or with a course of it."""

from collections.abc import Sequence

from flask import Flask
from sqlalchemy import Select
from sqlalchemy.orm import Session

from lms.accounts import login_sessions
from lms.classes import course_changes, membership
from lms.clock import now
from lms.learning import launch
from lms.site_settings import settings_of


def connect(app: Flask) -> None:
    """Hear of every end of access in this application."""
    login_sessions.access_ended.connect(_end_of_people, app)
    membership.study_ended.connect(_end_of_enrolments, app)
    course_changes.course_ended.connect(_end_of_course, app)


def _end_of_people(app: Flask, session: Session, person_ids: Sequence[int]) -> None:
    """End all launches of a person who signs out or whose access ends, so that a forgotten page does not count for them."""
    launch.end_of_people(session, person_ids, settings_of(app), now())


def _end_of_enrolments(app: Flask, session: Session, enrolments: Select[int]) -> None:
    launch.end_of_enrolments(session, enrolments, settings_of(app), now())


def _end_of_course(app: Flask, session: Session, enrolments: Select[int], course_id: int) -> None:
    launch.end_of_course(session, enrolments, course_id, settings_of(app), now())
