"""Run our own processes in tests: `lms serve` and other commands, each on an installation in its own folder."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from lms.accounts.models import TEACHER
from lms.accounts.people import add_person
from lms.app import create_app
from lms.db import transaction
from lms.serve_commands import STOP_S
from tests.factories import settings_for, signed_in

LMS = str(Path(sys.executable).with_name("lms"))
PATIENCE_S = 200


def env_of(folder: Path, **settings: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LMS_DATA_DIR": str(folder / "data"), **settings}


def installed(folder: Path, template: Path) -> Path:
    """Give an installation a database that need not be upgraded first; return its file."""
    (folder / "data").mkdir()
    return Path(shutil.copy(template, folder / "data" / "lms.sqlite3"))


def run(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LMS, *words], cwd=folder, env=env_of(folder, **settings), capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


@contextmanager
def serving(folder: Path, port: int, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `lms serve` on an installation until the end of the block; its output is in its folder's `log`."""
    log = folder / "log"
    with log.open("wb") as err:
        server = subprocess.Popen([LMS, "serve", "--port", str(port)], cwd=folder, env=env_of(folder, **settings), stdout=err, stderr=err)
    try:
        end = time.monotonic() + PATIENCE_S
        while asked(f"http://localhost:{port}/readyz") != 200:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.2)
        yield server
    finally:
        server.terminate()  # not killed: what it watches over would stay
        server.wait(STOP_S + 30)


def asked(address: str) -> int:
    """Return the status that an address gives; 0 where nobody answers."""
    try:
        return httpx.get(address, timeout=10).status_code
    except httpx.TransportError:
        return 0


def login_of(database_url: str, folder: Path, secret_key: str) -> str:
    """Add a teacher to a site that others serve, and return the cookie of a browser in which they are signed in."""
    app = create_app(settings_for(database_url, folder, secret_key=secret_key))
    with app.app_context(), transaction() as session:
        add_person(session, "teacher", "王秀兰", (TEACHER,), password=None, organisation=None)
    cookie = signed_in(app, "teacher").get_cookie("session")
    app.extensions["db"].dispose()
    assert cookie is not None
    return cookie.value
