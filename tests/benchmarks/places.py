"""The installations in which benchmarks run: migrated, filled with people, served by `lms serve`.

An installation is opened once, kept for later benchmarks, and closed at the end. PostgreSQL comes from its wheel with
fsync off, so that CPU time is measured and not a disk. The product has Valkey beside it, as in a real installation, but no
worker unless a benchmark starts one. On SQLite the worker runs in the web process, which is the default.
"""

import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psutil
from flask import Flask
from sqlalchemy import func, select

from lms.app import create_app
from lms.catalogue.models import CourseVersion
from lms.config import Settings
from lms.db import Database
from lms.demo.load import DemoSite, load
from lms.migrations import migrating
from lms.serve_commands import THREADS
from tests import factories, servers
from tests.benchmarks import wire
from tests.benchmarks.measuring import TINY, Effort, Turn
from tests.benchmarks.seed import Seeded, seed

ROOT = Path(__file__).parents[2]
WORKERS = {"postgresql": 2, "sqlite": 1}  # web processes: the number in docker/entrypoint.sh, and the only number SQLite allows
TALKS = 16  # the number of threads of two processes
START_S = 60
BUFFERS = "2GB"  # PostgreSQL's own advice: a quarter of the memory, here of a machine with 8 GB
LMS = (sys.executable, "-c", "from lms.cli import main; main()")


class Served:
    """A server process on its own port, and the database processes that work for it."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], database: psutil.Process | None) -> None:
        self.port = port
        self.web = psutil.Process(process.pid)
        self._database = database

    def reset_peak(self) -> None:
        """Reset the peak memory of the server's processes (Linux)."""
        for one in self._processes():
            reset_peak(one.pid)

    def peak(self) -> int:
        """Return the peak memory, in bytes, of one server process since the reset."""
        return max(peak_of(one.pid) for one in self._processes())

    def _processes(self) -> list[psutil.Process]:
        return [self.web, *self.web.children(recursive=True)]

    def measure(self, talks: Callable[[], Sequence[wire.Talk]], items: int = 1) -> Callable[[float], Turn]:
        """Return a measurement of talks in which each reply counts for this many items."""

        def work(seconds: float) -> Turn:
            prepared = talks()
            web, database, started = spent(self.web), self._database and spent(self._database), time.perf_counter()
            waits = wire.drive(self.port, prepared, seconds)
            elapsed = time.perf_counter() - started
            used = None if self._database is None or database is None else spent(self._database) - database
            return Turn(len(waits) * items, elapsed, spent(self.web) - web, used, waits)

        return work


def spent(parent: psutil.Process) -> float:
    """Return the CPU seconds that a process and its children have used, including children that have ended."""
    own = parent.cpu_times()
    total: float = own.user + own.system + own.children_user + own.children_system
    for one in parent.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # PostgreSQL's helpers come and go
            times = one.cpu_times()
            total += times.user + times.system
    return total


@dataclass(frozen=True)
class Site:
    """An installation: its app in this process (for filling and reading), its server, and its people."""

    settings: Settings
    app: Flask
    served: Served
    seeded: Seeded
    postmaster: psutil.Process | None

    @property
    def database(self) -> Database:
        """The installation's database."""
        found: Database = self.app.extensions["db"]
        return found


class Places:
    """The resources that benchmarks share; each is opened on first use."""

    def __init__(self, effort: Effort) -> None:
        self.effort = effort
        self._open = ExitStack()
        self._sites: dict[str, Site] = {}
        self._floors: dict[str, Served] = {}

    def __enter__(self) -> "Places":
        return self

    def __exit__(self, *_error: object) -> None:
        self._open.close()

    @cached_property
    def folder(self) -> Path:
        """A folder that is deleted at the end."""
        return Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))

    @cached_property
    def _postgres(self) -> servers.Postgres:
        return self._open.enter_context(servers.postgres(BUFFERS))

    @cached_property
    def valkey(self) -> str:
        """A Valkey's address."""
        return self._open.enter_context(servers.valkey())

    def site(self, kind: str) -> Site:
        """Return the installation on 'postgresql' or 'sqlite', with everybody in it."""
        if kind not in self._sites:
            self._sites[kind] = self._make_site(kind, kind, lambda app, settings: _fill(app, settings, self.effort.people))
        return self._sites[kind]

    def archive(self, statements: int) -> Site:
        """Return an installation on PostgreSQL for this many statements, with very few people, without courses and without the demo."""
        name = f"archive-{statements}"
        if name not in self._sites:
            self._sites[name] = self._make_site("postgresql", name, lambda app, _settings: _fill_archive(app))
        return self._sites[name]

    def _make_site(self, kind: str, name: str, fill: Callable[[Flask, Settings], Seeded]) -> Site:
        port, folder = servers.free_port(), self.folder / name
        folder.mkdir()
        changes = {
            "public_url": f"http://localhost:{port}",
            "content_url": f"http://127.0.0.1:{port}",
            "package_url": f"http://{{package}}.localhost:{port}",
            "secret_key": secrets.token_urlsafe(48),
            "redis_url": self.valkey if kind == "postgresql" else None,
        }
        settings = factories.settings_for(self._url(kind, "lms"), folder, **changes)
        app = create_app(settings)
        self._open.callback(app.extensions["db"].dispose)
        seeded = fill(app, settings)
        postmaster = _postmaster(app.extensions["db"]) if kind == "postgresql" else None
        command = [*LMS, "serve", "--port", str(port), "--workers", str(self._workers(kind))]
        process = self._open.enter_context(running(command, environment(settings), folder / "web.log"))
        _wait(port, "/healthz", process, folder / "web.log")
        return Site(settings, app, Served(port, process, postmaster), seeded, postmaster)

    def floor(self, kind: str) -> Served:
        """Return the floor's server for the installation of this kind."""
        if kind not in self._floors:
            port, log = servers.free_port(), self.folder / f"floor-{kind}.log"
            as_served = ["--workers", str(self._workers(kind)), "--blocking-threads", str(THREADS), "--port", str(port)]
            options = ["--interface", "wsgi", "--factory", *as_served, "--log-level", "warning"]
            own = {**os.environ, "PYTHONPATH": str(ROOT), "FLOOR_DATABASE": self._url(kind, "floor").replace("+psycopg", "")}
            process = self._open.enter_context(
                running([sys.executable, "-m", "granian", *options, "tests.benchmarks.floor:create"], own, log)
            )
            _wait(port, "/", process, log)
            self._floors[kind] = Served(port, process, self.site(kind).postmaster)
        return self._floors[kind]

    def _workers(self, kind: str) -> int:
        return min(WORKERS[kind], self.effort.workers)

    def _url(self, kind: str, name: str) -> str:
        return self._postgres.create() if kind == "postgresql" else f"sqlite:///{self.folder / kind / name}.sqlite3"


def reset_peak(pid: int) -> None:
    """Reset the peak memory of a process (Linux)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak_of(pid: int) -> int:
    """Return the peak memory, in bytes, of a process; 0 for a process that has ended."""
    try:
        found = re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except FileNotFoundError:
        return 0
    return int(found[1]) * 1024 if found else 0


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment of a process of this installation."""
    names = ("database_url", "redis_url", "storage_url", "public_url", "content_url", "secret_key")
    own = {name.upper(): getattr(settings, name) or "" for name in names}
    return {**os.environ, **own, "LMS_DATA_DIR": str(settings.data_dir), "LOG_LEVEL": "INFO"}


@contextmanager
def running(command: Sequence[str], own: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process of the product during the block; its output goes to a file."""
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=own, stdout=file, stderr=subprocess.STDOUT, cwd=ROOT)
        try:
            yield process
        finally:
            if process.poll() is None:  # if the process died by itself, the code that waited for it has reported that
                for one in [*psutil.Process(process.pid).children(recursive=True), process]:
                    one.terminate()
                process.wait(START_S)


def _wait(port: int, path: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_S
    while True:
        try:
            wire.ask(port, wire.request("GET", path, {}))
        except OSError as error:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the server did not start:\n{log.read_text()[-4000:]}") from error
            time.sleep(0.1)
        else:
            return


def _postmaster(database: Database) -> psutil.Process | None:
    with database.reader() as session:
        return psutil.Process(session.scalar(select(func.pg_backend_pid()))).parent()


def _fill(app: Flask, settings: Settings, people: int) -> Seeded:
    """Migrate, load the demo with its courses and their evidence, and enrol everybody in classes that study them."""
    database: Database = app.extensions["db"]
    migrating.upgrade(database.engine)
    with app.app_context():
        load(DemoSite(database, app.extensions["storage"], settings.public_url, app.extensions["clock"](), lambda _: None))
        with database.writing() as connection:
            versions = list(connection.scalars(select(CourseVersion.id).order_by(CourseVersion.id)))
            return seed(connection, versions, people=people)


def _fill_archive(app: Flask) -> Seeded:
    database: Database = app.extensions["db"]
    migrating.upgrade(database.engine)
    with database.writing() as connection:
        return seed(connection, (), people=TINY.people)
