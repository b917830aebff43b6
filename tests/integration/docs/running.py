"""Run the script of a page: its shell and its settings."""

import os
import subprocess
from pathlib import Path

from tests.servers import free_port

PASSWORD = "a password for tests"
# `make install` has made what this test runs in. `lms serve` runs until the site says that it is ready.
PRELUDE = """
set -euo pipefail
make() { [ "$*" = install ]; }
lms() {
  if [ "$1" != serve ]; then command lms "$@"; return; fi
  command lms "$@" --port "$FREE_PORT" & local site=$!
  until python3 -c "import urllib.request as w; w.urlopen('http://127.0.0.1:$FREE_PORT/readyz')" 2>/dev/null; do kill -0 $site; sleep 0.2; done
  kill $site; wait $site || true
}
"""


def bash(folder: Path, programs: Path, commands: str, **more: str) -> str:
    """Run commands in a folder as a user's shell would, and return their output."""
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(folder),
        "LMS_PASSWORD": PASSWORD,  # asked for otherwise
        "FREE_PORT": str(free_port()),
        **more,
    }
    done = subprocess.run(
        ["bash", "-c", PRELUDE + commands],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
