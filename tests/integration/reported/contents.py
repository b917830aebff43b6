"""Expected results for each reported package, film and H5P content, imported by the command as a trainer would on the page."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from flask.cli import ScriptInfo
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.catalogue.models import CourseVersion
from lms.cli import main_group
from lms.crediting.observe import duration_s
from lms.records.columns import COLUMNS
from tests.factories import CONTENT_URL, World

Check = Callable[[World, Path], None]


class Published(NamedTuple):
    """A version of a course."""

    package_sha256: str
    title_zh: str
    document: dict[str, Any]


def imported(world: World, file: Path) -> tuple[int, str, str]:
    """Import a course; return the exit code, and what was printed."""
    runner = world.app.test_cli_runner()
    done = runner.invoke(main_group, ["course", "import", str(file), "--json"], obj=ScriptInfo(create_app=lambda: world.app))
    return done.exit_code, done.stdout, done.stderr


def published(world: World, file: Path) -> Published:
    """Import a course that is sound; return its version."""
    code, told, problems = imported(world, file)
    assert code == 0, problems
    sha256 = json.loads(told)["package_sha256"]

    def look(session: Session) -> Published:
        columns = (CourseVersion.package_sha256, CourseVersion.title_zh, CourseVersion.document)
        return Published(*session.execute(select(*columns).where(CourseVersion.package_sha256 == sha256)).one())

    found: Published = world.act(look)
    return found


def refused(*words: str) -> Check:
    """It is refused, and the message contains these words."""

    def check(world: World, file: Path) -> None:
        code, _, problems = imported(world, file)
        assert code == 2
        assert all(one in problems for one in words), problems

    return check


def titled(title: str) -> Check:
    def check(world: World, file: Path) -> None:
        assert published(world, file).title_zh == title

    return check


def presence_counts(world: World, file: Path) -> None:
    (activity,) = published(world, file).document["modules"][0]["activities"]
    assert activity["requires"] == {}
    (warning,) = json.loads(imported(world, file)[1])["warnings"]
    assert "never says that it is completed" in warning


def plays(world: World, file: Path) -> None:
    """The frame asks for the film under an address that leads to it."""
    version = published(world, file)
    client = world.app.test_client()
    address = f"/frame/video/{version.package_sha256}/media/%E7%AC%AC1%E8%AF%BE%23%E5%AF%BC%E5%85%A5.webm"
    page = client.get(address, base_url=CONTENT_URL).text
    entry = page.partition('data-entry="')[2].partition('"')[0]
    assert client.head(f"/content/{version.package_sha256}/{entry}", base_url=CONTENT_URL).status_code == 200
    assert "#" not in entry


def comes_in(world: World, file: Path) -> None:
    published(world, file)


def lasts(seconds: int) -> Check:
    """Crediting and export read the duration alike."""

    def check(_world: World, file: Path) -> None:
        statement: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["statement"]
        (column,) = (one for one in COLUMNS if one.name == "duration_s")
        assert duration_s(statement["result"]["duration"]) == column.read(statement) == seconds

    return check


EXPECTED: Mapping[str, Check] = {
    "film-01-from-a-phone.mov": refused("is a film in QuickTime", "H.264"),
    "film-02-a-photograph.heic": refused("is a picture in HEIC", "JPG"),
    "h5p-01-tmp-suffix.h5p": refused("images/image-1.png", "#tmp"),
    "h5p-02-title-with-entities.h5p": titled("Ask & listen: a teacher's guide"),
    "h5p-03-script-of-a-library-missing.h5p": refused("PX.Picture-1.0/gone.js"),
    "h5p-04-film-without-submit-screen.h5p": presence_counts,
    "package-01-captions-with-commas.zip": refused("film.zh.vtt", "line 4"),
    "package-02-number-sign-in-a-name.zip": plays,
    "package-03-windows-leftovers.zip": comes_in,
    "statement-01-duration-with-a-fraction.json": lasts(2_250),
    "statement-02-duration-in-weeks.json": lasts(604_800),
}
