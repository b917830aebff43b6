"""Scan the code of a session with the phone of somebody in the class."""

import re
from datetime import datetime
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.classes.models import ClassSession
from tests.access import form_token
from tests.factories import signed_in
from tests.integration.office.room import Room


def lesson_of(room: Room) -> ClassSession:
    return room.world.act(lambda session: session.get_one(ClassSession, room.session_id))


def begins(room: Room) -> datetime:
    return lesson_of(room).starts_at


def code(room: Room, way: str = "in") -> str:
    """Return the path that the room's screen shows now."""
    page = room.desk.get(f"{room.class_id}/timetable/{room.session_id}/code?way={way}")
    shown = re.search(r'data-address="([^"]*)"', page)
    assert shown is not None
    return unescape(shown[1]).removeprefix("http://localhost")


def phone(room: Room, place: int) -> FlaskClient:
    """Return the phone of somebody in the class, signed in."""
    return signed_in(room.world.app, f"t{place}")


def scan(phone_: FlaskClient, path: str) -> TestResponse:
    """Open a code's address as the phone's scanner does, and send what its page sends."""
    opened = phone_.get(path)
    assert opened.status_code == 200, opened.text
    return phone_.post(path, headers={"X-CSRFToken": form_token(phone_)}, follow_redirects=True)
