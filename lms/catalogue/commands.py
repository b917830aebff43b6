"""`lms course …`: the operator publishes courses."""

import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from courses.sentences import SENTENCES
from courses.strict_json.problem import Problem, in_english
from lms.catalogue import contents, listing, publish, site_library
from lms.catalogue.uploads import CheckedPackage, check
from lms.clock import now
from lms.command_options import json_option
from lms.db import session, transaction
from lms.storage import storage


@click.group("course")
def course() -> None:
    """Courses: published, immutable versions."""


@course.command("import")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@json_option()
@with_appcontext
def import_course(file: Path, *, as_json: bool) -> None:
    """Publish a course from a package (a .zip or a folder), or from a file that is a course by itself, such as an .h5p or a video.

    The same content again changes nothing. Exit code 2 and one line for each problem if the file is not a valid course.
    """
    with tempfile.TemporaryDirectory(prefix="libraries-") as folder:
        own_hosts = bool(current_app.extensions["settings"].package_url)
        found = check(file, site_library.offered(session(), storage(), None, Path(folder)), own_hosts=own_hosts)
        _import(found, as_json=as_json)


def _import(found: CheckedPackage, *, as_json: bool) -> None:
    """Publish a checked file, and print the result."""
    if found.package is None:
        for line in _lines(found.problems):
            click.echo(line, err=True)
        sys.exit(2)
    contents.store(storage(), found.package)
    at = now()
    with transaction() as writing:
        version = publish.publish(writing, storage(), found.package, None, at)
    activities = [
        {"key": one.key, "title": one.title.zh, "format": one.format, "minutes": one.minutes} for one in found.package.course.activities
    ]
    new = version.published_at == at
    result = {
        "code": version.course.code,
        "version": version.number,
        "new": new,
        "package_sha256": version.package_sha256,
        "activities": activities,
        "warnings": _lines(found.package.warnings),
    }
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    click.echo(f"{version.course.code} version {version.number} ({'new' if new else 'unchanged'}), {version.minutes} minutes")
    for one in activities:
        click.echo(f"  {one['key']}  {one['format']}  {one['minutes']} min  {one['title']}")
    click.echo(f"package {version.package_sha256}")
    for line in _lines(found.package.warnings):
        click.echo(line, err=True)


def _lines(problems: Iterable[Problem]) -> list[str]:
    return [f"{one.path}: {in_english(one, SENTENCES)}" for one in problems]


@course.command("list")
@json_option("the list")
@click.option("--search", default="", help="Only courses whose code or title contains these words.")
@with_appcontext
def list_courses(*, as_json: bool, search: str) -> None:
    """List the newest version of every course."""
    after: int | None = None
    rows: list[dict[str, object]] = []
    while True:
        page = listing.newest(session(), search, after, size=500)
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
        if after is None:
            break
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
