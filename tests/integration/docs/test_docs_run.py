"""Do the commands in README and docs/ work, one after the other, exactly as they are written?

README's office begins with an empty folder; each page of docs/ with a loaded demo in `var/`. The programs are `lms` itself
(see `tests/preloaded.py`), the system's shell, and, for another record store, one of ours on a socket.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.architecture.tree import ROOT
from tests.integration.docs.blocks import NAMES, blocks, script
from tests.integration.docs.running import bash
from tests.integration.records.otherstore import other_store

pytestmark = [pytest.mark.services, pytest.mark.timeout(600)]

FROM_THE_REPOSITORY = ("courses", "lms", "docker", "Makefile")


def placed(folder: Path) -> Path:
    """Put the result of `git clone` into a folder."""
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
    assert "1 initial passwords written to passwords.xlsx" in told
    (sheet,) = CalamineWorkbook.from_path(tmp_path / "passwords.xlsx").sheet_names
    rows = CalamineWorkbook.from_path(tmp_path / "passwords.xlsx").get_sheet_by_name(sheet).to_python()
    assert any("13800001111" in row for row in rows)


ELSEWHERE = {"README.md", "docs/operator.md"}  # above, and in test_backup.py


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ELSEWHERE and script(name)])
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
