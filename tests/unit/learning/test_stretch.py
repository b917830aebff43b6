"""Does a stretch measure exactly the time between joined beats? Compared with a model that knows only instants."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms.learning.stretch import Presence, Rhythm, Stretch, StretchStep, beat, close, floor_to_second, pause

START = datetime(2026, 3, 1, 10, tzinfo=UTC)
RHYTHM = Rhythm(timedelta(seconds=45))


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Server:
    """The presence of one launch as the server keeps it, with every stretch that was stated."""

    def __init__(self) -> None:
        self.presence = Presence("n0")
        self.stated: list[Stretch] = []
        self.made = 0

    def take(self, seconds: float, nonce: str | None = None, *, last: bool = False) -> StretchStep:
        self.made += 1
        act = pause if last else beat
        step = act(self.presence, self.presence.nonce if nonce is None else nonce, f"n{self.made}", floor_to_second(at(seconds)), RHYTHM)
        self.presence = step.presence
        if step.stated:
            self.stated.append(step.stated)
        return step

    def finish(self) -> int:
        step = close(self.presence)
        self.presence = step.presence
        if step.stated:
            self.stated.append(step.stated)
        return sum(stretch.seconds for stretch in self.stated)


def test_a_burst_of_120_beats_is_worth_the_seconds_that_passed() -> None:
    server = Server()
    for number in range(120):
        server.take(number / 100)
    assert server.finish() == 1


def test_ten_minutes_then_asleep_for_fifty_then_ten_minutes_are_twenty() -> None:
    server = Server()
    for second in [*range(0, 601, 15), *range(3600, 4201, 15)]:
        server.take(second)
    assert server.finish() == 1200


def test_nothing_counts_after_the_last_beat() -> None:
    server = Server()
    for second in (0, 15, 30):
        server.take(second)
    assert server.finish() == 30


def test_two_beats_join_up_to_the_beat_plus_its_grace_and_not_a_second_further() -> None:
    joined, apart = Server(), Server()
    for server, gap in ((joined, 45), (apart, 46)):
        server.take(0)
        server.take(gap)
    assert (joined.finish(), apart.finish()) == (45, 0)


def test_a_beat_whose_reply_was_lost_counts_when_it_is_sent_again() -> None:
    server = Server()
    server.take(0)
    carried = server.presence.nonce
    server.take(15, carried)  # arrives, but the reply is lost
    assert server.take(40, carried).accepted
    assert server.finish() == 40


def test_a_replayed_batch_of_beats_moves_nothing() -> None:
    server = Server()
    spent = []
    for second in range(0, 301, 15):
        spent.append(server.presence.nonce)
        server.take(second)
    for nonce in spent[:-1]:
        assert not server.take(320, nonce).accepted
    assert server.presence.last_beat == at(300)


def test_the_previous_nonce_is_taken_once_only() -> None:
    server = Server()
    carried = server.presence.nonce
    server.take(0, carried)
    assert server.take(15, carried).accepted
    assert not server.take(30, carried).accepted


def test_an_empty_nonce_is_never_taken() -> None:
    server = Server()
    assert not server.take(0, "").accepted


def test_a_stretch_is_stated_when_it_is_five_minutes_old_and_goes_on_without_a_gap() -> None:
    server = Server()
    for second in range(0, 1201, 15):
        server.take(second)
    assert server.stated == [Stretch(at(n), at(n + 300)) for n in range(0, 1200, 300)]
    assert server.finish() == 1200


def test_two_beats_in_one_second_state_nothing() -> None:
    server = Server()
    for second in (0, 10, 10.9):
        server.take(second)
    assert server.stated == []
    assert server.finish() == 10


def test_what_a_launch_has_counted_is_told_before_within_and_after_a_stretch() -> None:
    server = Server()
    told = [server.presence.seconds]
    for second, last in ((0, False), (10, False), (15, True), (100, False), (120, False)):
        server.take(second, last=last)
        told.append(server.presence.seconds)
    assert told == [0, 0, 10, 15, 15, 35]


def test_a_pause_counts_up_to_its_own_moment_and_closes() -> None:
    server = Server()
    server.take(0)
    assert server.take(10, last=True).stated == Stretch(at(0), at(10))
    assert server.presence.stretch_from is None


def test_a_pause_with_a_spent_nonce_moves_nothing_and_says_so() -> None:
    server = Server()
    spent = server.presence.nonce
    for second in (0, 15, 30):
        server.take(second)
    before = server.presence
    assert not server.take(40, spent, last=True).accepted
    assert server.presence == before


def test_a_pause_that_comes_too_late_counts_nothing_beyond_the_last_beat() -> None:
    server = Server()
    server.take(0)
    server.take(15)
    assert server.take(500, last=True).stated == Stretch(at(0), at(15))
    assert server.presence.stretch_from is None
    assert server.finish() == 15


def test_a_clock_set_back_neither_joins_nor_counts_backwards() -> None:
    server = Server()
    server.take(1000)
    server.take(1015)
    server.take(0)
    server.take(15)
    assert server.stated == [Stretch(at(1000), at(1015))]
    assert server.finish() == 30


EVENTS = st.lists(
    st.tuples(st.integers(0, 90_000), st.sampled_from(["beat", "beat", "beat", "lost reply", "replay", "pause", "sweep"])),
    max_size=80,
)


@given(EVENTS)
def test_any_schedule_measures_the_same_as_a_model_of_instants(events: list[tuple[int, str]]) -> None:
    """The model keeps the instants of accepted signs and adds up the gaps that join; it knows no stretches."""
    server, clock = Server(), 0.0
    lost: str | None = None
    total, before = 0, None
    for gap_ms, kind in events:
        clock += gap_ms / 1000
        second = int(clock)
        if kind == "replay":
            server.take(clock, "spent long ago")
            continue
        if kind == "sweep":
            if before is not None and second - before > 45:
                server.finish()
                before = None
            continue
        if kind == "pause" and before is None:
            server.take(clock, last=True)
            continue
        nonce = lost or server.presence.nonce
        lost = nonce if kind == "lost reply" and lost is None else None
        server.take(clock, nonce, last=kind == "pause")
        total += second - before if before is not None and second - before <= 45 else 0
        before = None if kind == "pause" else second
    assert server.finish() == total == server.presence.closed_seconds
    ends = [(stretch.since, stretch.until) for stretch in server.stated]
    assert all(since < until for since, until in ends)
    assert all(until <= since for (_, until), (since, _) in zip(ends, ends[1:], strict=False))
