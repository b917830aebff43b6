"""Find a Chromium that starts. `python -m tests.chromium` installs one if there is none.

It looks at CHROMIUM_PATH, the PATH, the usual places and Playwright's own; it installs with Playwright, otherwise with apt-get.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CACHES = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
IN_CACHE = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
ON_A_MAC = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium")
# --no-sandbox: root in a container has no namespaces; the other options keep the browser from contacting any server.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
INSTALL_SECONDS = 600
MISSING = (
    "The browser tests need Chromium, and none was found or could be installed: install it with your system's packages "
    "(on Debian: apt-get install chromium) or set CHROMIUM_PATH to its executable."
)


def find() -> Path | None:
    """Return the first Chromium that answers with its version, or None."""
    return next((path for path in _candidates() if _starts(path)), None)


def install() -> Path | None:
    """Try each way to get a Chromium until one starts; None where none does."""
    for steps in _ways():
        print("Installing Chromium:", " ".join(steps[-1]), flush=True)
        if all(_succeeds(step) for step in steps) and (found := find()):
            return found
    return None


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("CHROMIUM_PATH"):
        yield Path(named)
    yield from (Path(found) for command in COMMANDS if (found := shutil.which(command)))
    yield from (Path(path) for path in ON_A_MAC if Path(path).exists())
    for cache in (os.environ.get("PLAYWRIGHT_BROWSERS_PATH"), *CACHES):
        for pattern in IN_CACHE if cache else ():
            yield from sorted(Path(cache or "").expanduser().glob(pattern), reverse=True)


def _starts(path: Path) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, check=False, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _ways() -> Iterator[list[list[str]]]:
    playwright = [sys.executable, "-m", "playwright", "install"]
    yield [[*playwright, "chromium"]]
    if shutil.which("apt-get"):
        become_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        apt = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
        yield [[*apt, "update"], [*apt, "install", "-y", "--no-install-recommends", "chromium"]]


def _succeeds(step: list[str]) -> bool:
    try:
        done = subprocess.run(step, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"  {type(error).__name__}: {error}", flush=True)
        return False
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no reason given"]
        print(f"  that failed: {last[0]}", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    if not (find() or install()):
        sys.exit(MISSING)
