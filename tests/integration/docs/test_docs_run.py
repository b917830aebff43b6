"""Do the commands that README and docs/ show work, one after the other, just as they stand there?

README's office begins with an empty folder; each page of docs/ with a loaded demo in `var/`. Programs started by a page are `lms` itself
(`preloaded.py` says how), the system's shell, and where another record store is named, one of ours on a socket.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.integration.docs.blocks import NAMES, blocks, script
from tests.integration.docs.preloaded import write_client
from tests.integration.records.otherstore import other_store
from tests.servers import free_port

pytestmark = [pytest.mark.services, pytest.mark.timeout(600)]

PASSWORD = "a password for tests"
FROM_THE_REPOSITORY = ("courses", "lms", "docker", "Makefile")
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


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with an `lms` that starts at once."""
    folder = tmp_path_factory.mktemp("programs")
    address = folder / "socket"
    server = subprocess.Popen([sys.executable, "-m", "tests.integration.docs.preloaded", str(address)], cwd=ROOT)
    write_client(folder / "lms", address)
    try:
        while not address.exists():
            assert server.poll() is None
            time.sleep(0.05)
        yield folder
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="module")
def demo(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a loaded demo in `var/`, to be copied."""
    folder = tmp_path_factory.mktemp("demo")
    bash(folder, programs, "lms db upgrade; lms demo load")
    return folder


def bash(folder: Path, programs: Path, commands: str, **more: str) -> str:
    """Run commands in a folder as somebody's shell would, and give what they wrote."""
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


def placed(folder: Path) -> Path:
    """Put what somebody has after `git clone` into a folder."""
    for name in FROM_THE_REPOSITORY:
        (folder / name).symlink_to(ROOT / name)
    return folder


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """Another record store, and what a page says in its place."""
    with other_store(tmp_path) as store:
        yield {
            "https://lrs.example.org/xapi": f"{store.endpoint} --internal",
            "OLD_KEY=…": f"OLD_KEY={store.key}",
            "OLD_SECRET=…": f"OLD_SECRET={store.secret}",
            "THEIR_KEY=…": f"THEIR_KEY={store.key}",
            "LMS_FORWARD_SECRET=…": f"LMS_FORWARD_SECRET={store.secret}",
        }


def test_an_office_gets_from_an_empty_site_to_teachers_with_passwords_by_readme_alone(programs: Path, tmp_path: Path) -> None:
    told = bash(placed(tmp_path), programs, script("README.md"))
    assert "1 would be enrolled (1 new accounts" in told
    assert "1 enrolled" in told
    assert "1 initial passwords written to passwords.csv" in told
    assert "13800001111" in (tmp_path / "passwords.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "README.md" and script(name)])
def test_every_command_of_a_page_works_on_the_demo(name: str, programs: Path, demo: Path, other: Mapping[str, str], tmp_path: Path) -> None:
    commands = script(name)
    for said, meant in other.items():
        commands = commands.replace(said, meant)
    assert "…" not in commands, "a value that nobody gives"
    here = tmp_path / "here"
    here.mkdir()
    placed(here)
    shutil.copytree(demo / "var", here / "var")
    bash(here, programs, commands)


def test_what_is_not_run_has_a_reason_and_is_a_shell_block() -> None:
    found = [(name, block) for name in NAMES for block in blocks(name)]
    assert [name for name, block in found if block.reason is not None and block.language != "sh"] == []
    assert [
        (name, block.line) for name, block in found if block.language == "" and re.search(r"^(lms|make) ", block.text, re.MULTILINE)
    ] == []


def test_every_block_that_is_named_is_found() -> None:
    fences = sum((ROOT / name).read_text(encoding="utf-8").count("```") for name in NAMES)
    assert fences == 2 * sum(1 for name in NAMES for _ in blocks(name))
