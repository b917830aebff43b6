"""Send a meeting's report to a session, and accept its preview."""

import io
import re

from werkzeug.test import TestResponse

from lms.classes.models import ClassSession
from tests.integration.office.room import Room


def path(room: Room) -> str:
    return f"{room.class_id}/timetable/{room.session_id}/meeting"


def day(room: Room, text: str) -> str:
    """Put the session's own day into a report."""
    begins = room.world.act(lambda session: session.get_one(ClassSession, room.session_id)).starts_at
    return text.replace("2026-03-02", f"{begins:%Y-%m-%d}")


def check(room: Room, text: str, **fields: str) -> TestResponse:
    return room.desk.post(path(room), file=(io.BytesIO(day(room, text).encode()), "report.csv"), **fields)


def take(room: Room, preview: TestResponse, **persons: str) -> None:
    """Send what the preview shows, with other choices where they are given."""
    fields = dict(re.findall(r'type="hidden" name="(report|column-\w+)" value="([^"]*)"', preview.text))
    for place, options in re.findall(r'<select name="person-(\d+)".*?>(.*?)</select>', preview.text, re.DOTALL):
        chosen = re.search(r'value="(\d+)" selected', options)
        fields[f"person-{place}"] = chosen[1] if chosen else ""
    answer = room.desk.post(f"{path(room)}/take", **{**fields, **persons})
    assert answer.status_code == 302, answer.text
    room.world.credit()
