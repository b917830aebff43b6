"""`lms course …`: the operator publishes courses."""

import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click
from flask.cli import with_appcontext

from courses.collection import open_collection
from courses.package import Package
from courses.sentences import SENTENCES
from courses.strict_json.problem import Problem, in_english
from lms.catalogue import contents, listing, publish, shown_answers, site_library
from lms.catalogue.listing import CourseFilter
from lms.catalogue.uploads import check
from lms.clock import now
from lms.command_options import json_option
from lms.db import release, session, transaction
from lms.site_settings import site_settings
from lms.storage import storage


@click.group("course")
def course() -> None:
    """Courses: published, immutable versions."""


@course.command("import")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@json_option("one object a line, for each file: the course, or its problems")
@with_appcontext
def import_course(paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Publish a course of each package (a .zip or a folder), or of a file that is a course by itself, such as an .h5p or a video.

    Of a .zip or a folder that is not a package, each file becomes a course of its own.

    The same content again changes nothing. A file with problems stops no other one: one line for each problem, and at the end exit code 2.
    """
    own_hosts = bool(site_settings().package_url)
    failed, named = False, len(paths) > 1
    with tempfile.TemporaryDirectory(prefix="collections-") as unpacked:
        given = [(str(path), path) for path in paths]
        while given:
            name, path = given.pop(0)
            with tempfile.TemporaryDirectory(prefix="libraries-") as folder:
                found = check(path, site_library.offered(session(), storage(), None, Path(folder)), own_hosts=own_hosts)
                release()  # the next file sees what this one brings
                files = open_collection(path, Path(unpacked)) if found.package is None and path in paths else {}
                if found.package is not None:
                    _publish(name, found.package, as_json=as_json)
                elif files and isinstance(files, dict):
                    given = [(f"{name}/{inner}", one) for inner, one in files.items()] + given
                    named = True
                else:
                    failed = True
                    _refuse(name, files if isinstance(files, list) else found.problems, as_json=as_json, named=named)
    if failed:
        sys.exit(2)


def _refuse(path: str, problems: Iterable[Problem], *, as_json: bool, named: bool) -> None:
    """Print every problem of a file."""
    if as_json:
        click.echo(json.dumps({"path": path, "problems": _lines(problems)}, ensure_ascii=False))
    for line in _lines(problems):
        click.echo(f"{path}: {line}" if named else line, err=True)


def _publish(path: str, package: Package, *, as_json: bool) -> None:
    """Publish a checked package, and print the result."""
    contents.store(storage(), package)
    at = now()
    with transaction() as writing:
        version = publish.publish(writing, storage(), package, None, at)
    activities = [
        {"key": one.key, "title": one.title.zh, "format": one.format, "minutes": one.minutes} for one in package.course.activities
    ]
    new = version.published_at == at
    if as_json:
        result = {
            "path": path,
            "code": version.course.code,
            "version": version.number,
            "new": new,
            "package_sha256": version.package_sha256,
            "activities": activities,
            "warnings": _lines(package.warnings),
            "problems": [],
        }
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    click.echo(f"{version.course.code} version {version.number} ({'new' if new else 'unchanged'}), {version.minutes} minutes")
    for one in activities:
        click.echo(f"  {one['key']}  {one['format']}  {one['minutes']} min  {one['title']}")
    click.echo(f"package {version.package_sha256}")
    for line in _lines(package.warnings):
        click.echo(line, err=True)


def _lines(problems: Iterable[Problem]) -> list[str]:
    return [f"{one.path}: {in_english(one, SENTENCES)}" if one.path else in_english(one, SENTENCES) for one in problems]


@course.command("list")
@json_option("the list")
@click.option("--search", default="", help="Only courses whose code or title contains these words.")
@with_appcontext
def list_courses(*, as_json: bool, search: str) -> None:
    """List the newest version of every course."""
    after: str | None = ""
    rows: list[dict[str, object]] = []
    while after is not None:
        page = listing.search(session(), None, CourseFilter(search, state=listing.ALL), after, size=500)
        rows += [
            {
                "code": one.course.code,
                "version": one.number,
                "title": one.title_zh,
                "minutes": one.minutes,
                "package_sha256": one.package_sha256,
            }
            for one in page.versions
        ]
        after = page.next
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    if not rows:
        click.echo("No course matches." if search else "No courses yet. Publish the first one with `lms course import`.")
    for row in rows:
        click.echo(f"{row['code']} version {row['version']} {row['title']} ({row['minutes']} min)")


@course.command("libraries")
@json_option("the list")
@with_appcontext
def list_libraries(*, as_json: bool) -> None:
    """List the H5P libraries published on the command line, which contents exported without their libraries may use."""
    found = site_library.held(session(), None)
    if as_json:
        click.echo(json.dumps([{"name": one.name, "patch": one.patch} for one in found]))
        return
    for one in found:
        click.echo(f"{one.name}.{one.patch}")
    if not found:
        click.echo("No H5P libraries yet. They are collected from published contents that bring theirs.")


@course.command("check")
@json_option("one object for each activity")
@with_appcontext
def check_courses(*, as_json: bool) -> None:
    """Find published activities that show their answers: readings and films with questions, published before the site checked the tries.

    Publishing such a course again takes the answers out of the new version. Exit code 1 if there are any.
    """
    found = [
        {"code": one.version.course.code, "version": one.version.number, "activity": activity.key, "title": activity.title.zh}
        for one in shown_answers.everywhere(session(), storage())
        for activity in one.activities
    ]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    elif not found:
        click.echo("No published activity shows its answers.")
    else:
        for row in found:
            click.echo(
                f"{row['code']} version {row['version']}, activity {row['activity']} ({row['title']}): its answers are in the files "
                "that every learner's browser gets. Publish the course again, and move its classes to the new version."
            )
    sys.exit(1 if found else 0)
