"""The evidence about one held session on one page: when the person was where, on which devices, and what was played."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from lms.crediting.models import HeldSession
from lms.hours import HeldFlag, Interval, Played, Present, Reported
from lms.hours.attendance import attended_intervals
from lms.hours.evidence import claimed, is_too_fast
from lms.hours.intervals import length, union
from lms.transcripts.lines import TranscriptLine
from lms.transcripts.stretches import Drawn, cut_by_day
from lms.transcripts.transcript import Transcript

LANES = 12  # sessions drawn beside the held one
SEGMENTS = 200


@dataclass(frozen=True, slots=True)
class Lane:
    """One session of an activity, or one that was attended: its device, its times, whether it is the held one or runs at the same time."""

    activity: str
    session: str
    device: str
    times: Sequence[Interval]
    own: bool
    beside: bool  # at an instant of the held session, on another device or in a room
    held: bool = False  # it is held, too
    attended: bool = False  # a session that was attended, not an activity

    @property
    def seconds(self) -> int:
        """The measured time."""
        return length(self.times)

    def day(self, zone: str) -> Mapping[date, Sequence[Drawn]]:
        """Return its stretches by local day."""
        days: dict[date, list[Drawn]] = defaultdict(list)
        for start, end in self.times:
            for day, drawn in cut_by_day(start, end, "refused" if self.own else "counted", ZoneInfo(zone)):
                days[day].append(drawn)
        return days


@dataclass(frozen=True, slots=True)
class HoldEvidence:
    """Everything that a reviewer sees of a held session."""

    line: TranscriptLine | None
    holds: Sequence[HeldFlag]
    stretches: Sequence[Interval]
    lanes: Sequence[Lane]  # the held session first, then the person's others of the same days
    segments: Sequence[tuple[Played, bool]]  # and whether it was too fast to be credited
    reports: Sequence[tuple[Reported, Interval]]

    @property
    def own(self) -> Lane | None:
        """The held session itself; None if it has no time."""
        return next((one for one in self.lanes if one.own), None)


def evidence_about(transcript: Transcript, held: HeldSession) -> HoldEvidence:
    """Collect the evidence about a held session from a person's case."""
    case, place = transcript.case, (held.activity, held.session)
    own = [seen for seen in case.observations if (seen.activity, seen.session) == place]
    lines = {line.name: line for chapter in transcript.chapters for line in chapter.lines}
    played = sorted((seen for seen in own if isinstance(seen, Played)), key=lambda seen: (seen.at, seen.start_ms))
    return HoldEvidence(
        line=lines.get(held.activity),
        holds=[one for one in transcript.decision.result.holds if (one.activity, one.session) == place],
        stretches=sorted((seen.start, seen.end) for seen in own if isinstance(seen, Present)),
        lanes=_lanes(transcript, place),
        segments=[(seen, is_too_fast(seen, case.policy)) for seen in played[:SEGMENTS]],
        reports=[(seen, claimed(seen)) for seen in own if isinstance(seen, Reported)],
    )


def _lanes(transcript: Transcript, place: tuple[str, str]) -> list[Lane]:
    """Return the held session and, of the same days, first those that run at the same time and then the others; attended sessions, too."""
    times: dict[tuple[str, str], list[Interval]] = defaultdict(list)
    devices: dict[tuple[str, str], str] = {}
    for seen in transcript.case.observations:
        if isinstance(seen, Present | Reported):
            where = (seen.activity, seen.session)
            times[where].append((seen.start, seen.end) if isinstance(seen, Present) else claimed(seen))
            devices[where] = devices.get(where) or (seen.device if isinstance(seen, Present) else "")
    own = union(times.get(place, ()))
    zone = transcript.case.policy.time_zone
    held = {(one.activity, one.session) for one in transcript.decision.result.holds if one.state == "open"}
    days = Lane(*place, "", own, own=True, beside=False).day(zone).keys()
    found = []
    for where, its in times.items():
        joined = union(its)
        beside = where != place and devices[where] != devices.get(place) and _meet(joined, own)
        lane = Lane(*where, devices[where], joined, own=where == place, beside=beside, held=where in held)
        if lane.own or beside or days & lane.day(zone).keys():
            found.append(lane)
    for name, joined in attended_intervals(transcript.case).items():
        lane = Lane(name, "", "", joined, own=False, beside=_meet(joined, own), attended=True)
        if joined and (lane.beside or days & lane.day(zone).keys()):
            found.append(lane)
    found.sort(key=lambda lane: (not lane.own, not lane.beside, lane.times[:1]))
    return found[: LANES + 1]


def _meet(one: Sequence[Interval], other: Sequence[Interval]) -> bool:
    return length(one) + length(other) > length(union([*one, *other]))
