"""Do the processes of the product look for garbage as seldom as they should? Crediting takes nearly twice the CPU time otherwise."""

import subprocess
from pathlib import Path

import pytest

from lms.garbage import NEW_OBJECTS, YOUNGER_LOOKS
from tests.processes import env_of, installed

pytestmark = pytest.mark.services  # it is started here

MADE = "import gc; gc.set_threshold(700, 10, 10); from {module} import {made}; {made}(); print(gc.get_threshold(), gc.get_freeze_count() > 1_000)"


@pytest.mark.parametrize(("module", "made"), [("lms.wsgi", "create"), ("lms.cli", "_app")])
def test_a_process_with_the_application_looks_for_garbage_seldom(
    tmp_path: Path, sqlite_template: Path, programs: Path, module: str, made: str
) -> None:
    installed(tmp_path, sqlite_template)
    command = [programs / "lms", "-c", MADE.format(module=module, made=made)]
    said = subprocess.run(
        command, cwd=tmp_path, env=env_of(tmp_path, REDIS_URL="redis://127.0.0.1:1/0"), capture_output=True, text=True, check=True
    )
    assert said.stdout.splitlines()[-1] == f"{(NEW_OBJECTS, YOUNGER_LOOKS, YOUNGER_LOOKS)} True"
