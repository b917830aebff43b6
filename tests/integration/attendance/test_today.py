"""Does the first page of class staff say who is missing, and what waits for them?"""

import pytest
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import STAFF
from lms.accounts.people import add_person
from lms.classes.staff import appoint
from tests.factories import signed_in
from tests.integration.attendance.scans import begins, code, phone, scan
from tests.integration.office.room import NAMES, Room


@pytest.fixture
def room(room: Room) -> Room:
    """Move the room to the moment at which its session begins."""
    room.world.clock.at = begins(room)
    return room


def test_today_says_who_is_missing_offers_the_code_and_counts_late_scans(room: Room) -> None:
    def run_by_tutor(session: Session) -> None:
        tutor = add_person(session, "tutor", "辅导", (STAFF,), password=None)
        appoint(session, room.class_id, tutor, "tutor", By(None, room.world.clock()))

    room.world.act(run_by_tutor)

    def page() -> str:
        return signed_in(room.world.app, "tutor").get("/office/today").text

    scan(phone(room, 0), code(room))
    picture = code(room)
    room.world.clock.advance(60)
    scan(phone(room, 1), picture)
    shown = page()
    assert "3 人未到" in shown
    assert f"{NAMES[1]}，{NAMES[2]}，{NAMES[3]}" in shown or f"{NAMES[1]}、{NAMES[2]}、{NAMES[3]}" in shown
    assert "1 次迟到的扫码待确认" in shown
    assert f"/timetable/{room.session_id}/code" in shown
    room.mark({1: "excused", 2: "absent"}, reason_1="病假")
    assert "1 人未到" in page()
