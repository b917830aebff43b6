"""Does the demo have a live session that can be tried at once, by day and by night?"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lms.demo.timetable import LIVE_LENGTH, live_start

ZONE = ZoneInfo("Asia/Shanghai")


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 25, hour, minute, tzinfo=ZONE)


TAKEN = [(at(8, 30), at(11, 30)), (at(14, 30), at(17, 30))]


@pytest.mark.parametrize(
    ("now", "starts"),
    [
        (at(6, 59), at(6, 30)),
        (at(7, 29), at(7)),
        (at(7, 31), at(11, 30)),  # ninety minutes would end within the morning session
        (at(12), at(12)),
        (at(13, 29), at(13)),
        (at(13, 30), at(17, 30)),
        (at(20, 10), at(20)),
        (at(23, 50), at(22)),  # none is left today
    ],
)
def test_the_live_session_runs_or_begins_next_and_the_class_is_free(now: datetime, starts: datetime) -> None:
    assert live_start(now, TAKEN) == starts


def test_at_each_minute_of_the_day_it_is_today_and_never_beside_another_session() -> None:
    for minute in range(24 * 60):
        starts = live_start(at(0) + timedelta(minutes=minute), TAKEN)
        ends = starts + LIVE_LENGTH
        assert (starts.date(), ends.date()) == (at(0).date(), at(0).date())
        assert all(ends <= since or starts >= until for since, until in TAKEN)
