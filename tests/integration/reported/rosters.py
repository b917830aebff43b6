"""Expected results for each reported list, enrolled in the world's class by the command as an office would on the page."""

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask.cli import ScriptInfo
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import initial
from lms.accounts.models import Organisation, Person
from lms.cli import main_group
from tests.factories import World

Check = Callable[[World, Path], None]


def lms(world: World, *arguments: object) -> str:
    """Run a command of ours; return what it printed."""
    done = world.app.test_cli_runner().invoke(main_group, [str(one) for one in arguments], obj=ScriptInfo(create_app=lambda: world.app))
    assert done.exit_code == 0, done.output
    return str(done.stdout)


def enrolled(world: World, file: Path, *options: str) -> dict[str, Any]:
    """Enrol a list; return what came of it."""
    told: dict[str, Any] = json.loads(lms(world, "class", "enrol", "k1", file, "--partly", "--json", *options))
    return told


def people(world: World) -> dict[str, tuple[str, str]]:
    """Return the name and the school of everybody by user name."""

    def look(session: Session) -> dict[str, tuple[str, str]]:
        query = select(Person.username, Person.name, Organisation.name).join(Organisation, Organisation.id == Person.organisation_id)
        return {username: (name, school) for username, name, school in session.execute(query)}

    found: dict[str, tuple[str, str]] = world.act(look)
    return found


def come_in(expected: Mapping[str, tuple[str, str]]) -> Check:
    """Everybody in the list comes in, under these names, in these schools."""

    def check(world: World, file: Path) -> None:
        told = enrolled(world, file)
        assert (told["new"], told["problems"]) == (len(expected), [])
        found = people(world)
        assert {one: found[one] for one in expected} == expected

    return check


def are_problems(*expected: tuple[int, str, str]) -> Check:
    """These cells are reported by line, field and code, and nobody in those rows is enrolled."""

    def check(world: World, file: Path) -> None:
        before = people(world)
        told = enrolled(world, file)
        assert [(one["line"], one["field"], one["code"]) for one in told["problems"]] == list(expected)
        assert all(one["value"] for one in told["problems"])
        assert people(world) == before

    return check


def is_the_same_person(world: World, file: Path) -> None:
    come_in({"ayi": ("阿依古丽·买买提", "示范一小")})(world, file.with_name("roster-08a-middle-dot.csv"))
    told = enrolled(world, file)
    assert (told["new"], told["there"], told["problems"]) == (0, 1, [])


def keeps_every_digit_on_the_password_sheet(world: World, file: Path) -> None:
    come_in({"001234": ("何静", "示范一小"), "2024000000001234": ("吴强", "示范一小")})(world, file)
    sheet = world.app.extensions["settings"].data_dir / "passwords.xlsx"
    lms(world, "class", "passwords", "k1", "--out", sheet)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet.read_bytes())).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows[1:]] == ["001234", "2024000000001234"], "text cells, not numbers"

    def open_with(session: Session) -> bool:
        person = session.scalars(select(Person).where(Person.username == "001234")).one()
        return initial.is_right(person.password or "", person.account, str(rows[1][2]))

    assert world.act(open_with)


LIN = {"linjy": ("林静宜", "示范一小")}
EXPECTED: Mapping[str, Check] = {
    "roster-01-shared-strings-with-a-capital.xlsx": come_in(LIN),
    "roster-02-merged-schools.xlsx": come_in(
        LIN | {"liq": ("李强", "示范一小"), "zhoum": ("周明", "示范一小"), "chenf": ("陈芳", "示范二小")}
    ),
    "roster-03-error-values.xlsx": are_problems((2, "school", "error-value"), (3, "name", "error-value")),
    "roster-04-first-sheet-hidden.xlsx": come_in(LIN),
    "roster-05-staff-number-of-17-digits.xlsx": are_problems((2, "username", "long-number")),
    "roster-06-sep-line.csv": come_in(LIN),
    "roster-07-windows-1252.csv": come_in({"renee": ("Renée Ågren", "École du Nord")}),
    "roster-08a-middle-dot.csv": come_in({"ayi": ("阿依古丽·买买提", "示范一小")}),
    "roster-08b-bullet.csv": is_the_same_person,
    "roster-09-plus-in-an-address.csv": come_in({"lin+training@example.org": ("林静宜", "示范一小")}),
    "roster-10-leading-zeros.csv": keeps_every_digit_on_the_password_sheet,
    "roster-11-title-above-the-heads.csv": come_in(LIN),
}
