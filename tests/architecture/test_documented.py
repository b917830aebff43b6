"""Do README and docs/ name every command and setting correctly, does each command explain itself, and do links work?"""

import re
from pathlib import Path

import click
import pytest

from lms.config import from_env
from tests.architecture.commands import COMMANDS
from tests.architecture.tree import ROOT

PAGES = {path: path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))}
READERS = {"teacher", "trainer", "office", "staff", "operator", "auditor", "record-store", "developer"}
README_BYTES = 8_000  # one screen
COMPOSE = (ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8")
IN_THE_IMAGE = {"LMS_DATA_DIR"}  # the Dockerfile's own; a volume lies there
SAY_NOTHING_TO_PROGRAMS = {
    "lms serve",
    "lms worker",
    "lms beat",
    "lms db upgrade",
    "lms demo load",
    "lms lifetime example",  # prints a file to start from
    "lms organisation rename",
    "lms user close",
    "lms user give",
    "lms user password",
    "lms user reopen",
    "lms user signout",
    "lms user take",
    "lms xapi key revoke",
}
ALWAYS_JSON = {"lms hours recompute", "lms ledger anchor", "lms lifetime example"}


class Asked(dict[str, str]):
    """An environment that notes which settings are asked for."""

    def __init__(self, **given: str) -> None:
        super().__init__(given)
        self.names: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """Return a setting."""
        self.names.add(name)
        return super().get(name, default)


def asked_settings(folder: Path) -> set[str]:
    env = Asked(LMS_DATA_DIR=str(folder))
    from_env(env)
    return env.names


def section(title: str) -> str:
    """Return the sections of that title, whichever page has one."""
    return "".join(page.partition(f"\n## {title}\n")[2].partition("\n## ")[0] for page in PAGES.values())


def rows(title: str) -> list[list[str]]:
    """Return the cells of the tables of a section, without their heads."""
    lines = [line for line in section(title).splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def anchor(heading: str) -> str:
    """Return the fragment that leads to a heading, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_readme_fits_one_screen() -> None:
    assert (ROOT / "README.md").stat().st_size <= README_BYTES


def test_each_reader_has_a_page_and_readme_leads_to_it() -> None:
    assert {path.stem for path in (ROOT / "docs").glob("*.md")} == READERS
    assert set(re.findall(r"\(docs/([a-z-]+)\.md\)", PAGES[ROOT / "README.md"])) == READERS


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_of_a_page_leads_to_something(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]*(?:#[^)]*)?)\)", PAGES[path]):
        name, _, fragment = target.partition("#")
        page = path.parent / name if name else path
        assert page.exists(), target
        headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE) if fragment else ()
        assert not fragment or fragment in map(anchor, headings), target


def test_the_docs_name_every_setting_and_no_other(tmp_path: Path) -> None:
    named = {name for row in rows("Settings") for name in re.findall(r"`([A-Z_]+)`", row[0])}
    assert named == asked_settings(tmp_path)


def test_the_docs_give_the_defaults_that_hold(tmp_path: Path) -> None:
    found = from_env({"LMS_DATA_DIR": str(tmp_path)})
    told = {
        name: default
        for row in rows("Settings")
        for name, default in zip(re.findall(r"`([A-Z_]+)`", row[0]), row[1].strip("`").split(", "), strict=False)
    }
    for name in ("PUBLIC_URL", "CONTENT_URL", "LOG_LEVEL", "BEAT_SECONDS", "BEAT_GRACE_SECONDS", "FREE_DISK_MB", "TRUSTED_PROXIES"):
        holds = found.package_url if name == "CONTENT_URL" else getattr(found, name.lower())
        assert told[name] == str(holds), name


def test_the_container_passes_every_setting_on(tmp_path: Path) -> None:
    environment = COMPOSE.partition("  environment:\n")[2].partition("\n  volumes:")[0]
    passed = set(re.findall(r"^    ([A-Z_]+):", environment, re.MULTILINE))
    assert asked_settings(tmp_path) - IN_THE_IMAGE <= passed


def test_the_docs_name_every_command_and_no_other() -> None:
    named = {match.strip() for row in rows("Commands") for match in re.findall(r"`(lms(?: [a-z]+)+)", row[0])}
    assert named == set(COMMANDS)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_names_no_command_and_no_option_that_is_not_there(path: Path) -> None:
    spans = re.findall(r"`(lms [a-z][^`]*)`", PAGES[path])
    lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGES[path], re.DOTALL) for line in re.sub(r"\\\n", "", block).splitlines()]
    for written in [*spans, *(line for line in lines if line.startswith("lms "))]:
        words = written.split()
        known = [name for name in COMMANDS if words[: len(name.split())] == name.split()]
        assert known, written
        parameters = COMMANDS[known[0]].params
        options = {option for parameter in parameters for option in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
        assert set(re.findall(r"(?<!\S)\[?(--[a-z-]+)", written)) <= options, written


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_itself_and_each_of_its_options(name: str) -> None:
    command = COMMANDS[name]
    assert (command.help or "").strip().endswith(".")
    assert [one.name for one in command.params if isinstance(one, click.Option) and not one.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_whose_result_a_program_would_read_gives_json(name: str) -> None:
    has_json = any("--json" in one.opts for one in COMMANDS[name].params)
    assert has_json == (name not in SAY_NOTHING_TO_PROGRAMS | ALWAYS_JSON)
