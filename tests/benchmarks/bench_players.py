"""Do 2,000 players at once get their answers in time on this machine, and how much of it do they take?

Everybody beats at the interval of the settings and says something twice a minute, at times that do not wait for the server, in a real
installation with its worker: PostgreSQL, Valkey, two web processes. A wait begins when a request is due, not when a connection is free,
so a server that falls behind is seen. The same requests to an empty reply show what the machine and this client cost.
"""

import heapq
import random
import selectors
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
import psutil
from sqlalchemy import bindparam, update

from lms.learning.models import Launch
from lms.learning.presence import floor_to_second
from tests.benchmarks import wire
from tests.benchmarks.bench_statements import VERSION, said
from tests.benchmarks.learners import Learner, open_pages
from tests.benchmarks.measuring import print_table
from tests.benchmarks.places import LMS, Places, Served, Site, environment, running, spent

PLAYERS = 2000
STATES_EVERY_S = 30.0
LONGEST_STRETCH_S = 300
CONNECTIONS = 64  # as nginx keeps to the web processes (docker/nginx.conf)
AIM_MS = 500  # p99
SECONDS_FOR_TURNS = 8  # a minute with the full effort of 1.5 s, five turns
BEAT, STATEMENT = "beat", "statement"


@dataclass(slots=True)
class Player:
    """Somebody with the player open, and the nonce of their next beat."""

    learner: Learner
    nonce: str = field(init=False)

    def __post_init__(self) -> None:
        self.nonce = self.learner.nonce

    def beat(self) -> bytes:
        """Return the next beat."""
        return self._request("/learn/beat", {"Content-Type": "application/json"}, b'{"nonce":"%s","last":false}' % self.nonce.encode())

    def state(self) -> bytes:
        """Return an answer to a question, made now."""
        return self._request("/xapi/statements", VERSION, said(self.learner))

    def _request(self, path: str, headers: dict[str, str], body: bytes) -> bytes:
        return wire.request("POST", path, {"Authorization": f"Bearer {self.learner.token}", **headers}, body)

    def hear(self, kind: str, body: bytes) -> None:
        """Keep the nonce of the next beat from the reply.

        Raises:
            RuntimeError: a beat did not count.
        """
        if kind == BEAT and body:
            answer = msgspec.json.decode(body)
            if answer["state"] != "counting":
                raise RuntimeError(f"a beat did not count: {answer}")
            self.nonce = answer["nonce"]


@dataclass(frozen=True, slots=True)
class Load:
    """The waiting times in seconds by kind of request, and the CPU seconds of a run: server, database, worker, and this client."""

    waits: dict[str, list[float]]
    seconds: float
    cpu: dict[str, float]


def main(places: Places) -> None:
    """Let everybody play beside an empty floor, on PostgreSQL."""
    site, floor = places.site("postgresql"), places.floor("postgresql")
    count = min(PLAYERS, places.effort.people // 8)
    seconds = max(places.effort.seconds * places.effort.turns * SECONDS_FOR_TURNS, 1.0)
    players = [Player(one) for one in open_pages(site, count)]
    with running([*LMS, "worker"], environment(site.settings), places.folder / "players-worker.log") as worker:
        processes = {"worker": psutil.Process(worker.pid)}
        empty = _play(floor, [Player(one.learner) for one in players], site, seconds, {})
        _begin_stretches(site, players)
        _play(site.served, players, site, min(seconds, 5.0), processes)  # warm the caches
        own = _play(site.served, players, site, seconds, processes)
    _print(count, empty, own, site)


def _begin_stretches(site: Site, players: Sequence[Player]) -> None:
    """Let everybody be somewhere in a stretch, so that the stretches are stated one after the other."""
    now, chance = floor_to_second(datetime.now(UTC)), random.Random(7)
    rows = [
        {"launch": one.learner.subject.launch_id, "first": one.nonce, "since": now - timedelta(seconds=chance.randrange(LONGEST_STRETCH_S))}
        for one in players
    ]
    with site.database.writing() as connection:
        changed = update(Launch).where(Launch.id == bindparam("launch"))
        connection.execute(changed.values(stretch_from=bindparam("since"), last_beat=now, nonce=bindparam("first")), rows)


def _play(served: Served, players: Sequence[Player], site: Site, seconds: float, more: dict[str, psutil.Process]) -> Load:
    """Let everybody beat and speak for so long; `more` are processes whose CPU is measured besides."""
    processes = {"web": served.web, "client": psutil.Process(), **({"database": site.postmaster} if site.postmaster else {}), **more}
    before = {name: _own(name, one) for name, one in processes.items()}
    started = time.perf_counter()
    waits = _drive(served.port, _due(players, site.settings.beat_seconds, seconds), seconds)
    elapsed = time.perf_counter() - started
    return Load(waits, elapsed, {name: _own(name, one) - before[name] for name, one in processes.items()})


def _own(name: str, process: psutil.Process) -> float:
    """Return CPU seconds; of this client without the servers, which are its children."""
    times = process.cpu_times()
    return times.user + times.system if name == "client" else spent(process)


Due = tuple[float, int, str, Player, float]  # seconds since the beginning, a number that orders equal times, kind, who, interval in seconds


def _due(players: Sequence[Player], beat_seconds: int, seconds: float) -> list[Due]:
    """Spread everybody's first beat and first statement evenly; in a run that is shorter than an interval, over the run."""
    chance = random.Random(11)
    found: list[Due] = []
    for player in players:
        for kind, every in ((BEAT, float(beat_seconds)), (STATEMENT, STATES_EVERY_S)):
            found.append((chance.random() * min(every, seconds), len(found), kind, player, every))
    heapq.heapify(found)
    return found


def _drive(port: int, due: list[Due], seconds: float) -> dict[str, list[float]]:
    """Send each request when it is due or, if all connections are taken, as soon as one is free."""
    waits: dict[str, list[float]] = {BEAT: [], STATEMENT: []}
    with selectors.DefaultSelector() as ready, ExitStack() as opened:
        idle = deque(wire.Connection(port) for _ in range(CONNECTIONS))
        for connection in idle:
            opened.callback(connection.close)
        began = time.perf_counter()
        busy: dict[int, Due] = {}
        while busy or (due and due[0][0] < seconds):
            now = time.perf_counter() - began
            while idle and due and due[0][0] <= min(now, seconds):
                one, connection = heapq.heappop(due), idle.popleft()
                ready.register(connection, selectors.EVENT_READ, connection)
                busy[connection.fileno()] = one
                connection.send(one[3].beat() if one[2] == BEAT else one[3].state())
            until = max(due[0][0] - now, 0.0) if idle and due and due[0][0] < seconds else wire.PATIENCE_S
            for key, _ in ready.select(until):
                _take(key.data, busy.pop(key.data.fileno()), began, waits, lambda again: heapq.heappush(due, again))
                ready.unregister(key.data)
                idle.append(key.data)
    return waits


def _take(connection: wire.Connection, one: Due, began: float, waits: dict[str, list[float]], again: Callable[[Due], None]) -> None:
    """Read a reply, and let its player ask again after the interval."""
    at, number, kind, player, every = one
    reply = wire.good(connection.receive())
    waits[kind].append(time.perf_counter() - began - at)
    player.hear(kind, reply.body)
    again((at + every, number, kind, player, every))


def _print(count: int, empty: Load, own: Load, site: Site) -> None:
    rows = [
        _row(f"{name}, {kind}", load.waits[kind], load.seconds)
        for kind in (BEAT, STATEMENT)
        for name, load in (("empty", empty), ("ours", own))
    ]
    print(
        f"{count:,} players, a beat every {site.settings.beat_seconds} s and a statement every {STATES_EVERY_S:.0f} s, {own.seconds:.0f} s long"
    )
    print_table(("", "requests", "per s", "p50 ms", "p99 ms", "longest ms", "aim"), rows)
    cores = psutil.cpu_count() or 1
    used = {name: cpu / own.seconds / cores for name, cpu in own.cpu.items()}
    parts = ", ".join(f"{name} {part:.0%}" for name, part in used.items())
    print(
        f"of {cores} cores: {sum(used.values()):.0%} ({parts}); with the empty reply {sum(empty.cpu.values()) / empty.seconds / cores:.0%}"
    )


def _row(name: str, waits: Sequence[float], seconds: float) -> Sequence[str]:
    ordered = sorted(wait * 1000 for wait in waits) or [0.0]
    p50, p99 = (f"{ordered[min(int(len(ordered) * part), len(ordered) - 1)]:.1f}" for part in (0.5, 0.99))
    return (
        name,
        f"{len(waits):,}",
        f"{len(waits) / seconds:.0f}",
        p50,
        p99,
        f"{ordered[-1]:.0f}",
        f"{AIM_MS}" if name.startswith("ours") else "–",
    )
