"""`lms class switch` and `lms class drop`: change the version of a class's course, or remove it, with a preview of the hours."""

import json

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from lms.accounts.account_changes import By
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.clock import now
from lms.command_options import dry_run_option, json_option
from lms.crediting.course_previews import CoursePreview, preview
from lms.crediting.graders import graded_otherwise
from lms.db import session, transaction
from lms.office import administration, reread_job
from lms.office.commands import class_id_of, follow
from lms.site_settings import site_settings


@click.command("switch")
@click.argument("code")
@click.argument("course")
@click.option("--version", type=int, help="Number of the version; without one the newest.")
@dry_run_option("whose hours would change")
@json_option()
@with_appcontext
def move_course(code: str, course: str, version: int | None, *, dry_run: bool, as_json: bool) -> None:
    """Let a class study another version of a course; its teachers' work in the course stays and counts under the new version."""
    with force_locale("en"):
        class_id = class_id_of(session(), code)
        to = administration.version_of(session(), course, version)
        would = _preview(class_id, course, to)
        graded = graded_otherwise(outline_of(administration.course_in(session(), class_id, course).course_version), outline_of(to))
        again = 0
        if not dry_run:
            with transaction() as writing:
                administration.move_course(writing, class_id, course, to.number, By(None, now()))
            follow(class_id)
            again = reread_job.read_again(reread_job.ids_of(class_id)).again if graded else 0
    told = {"class": code, "course": course, "version": to.number, "graded_otherwise": [one.key for one in graded], "again": again}
    _print_preview(told, would, as_json=as_json, dry_run=dry_run)
    if graded and not as_json:
        certain = "" if would.whole else " at least, because not all were read"
        what = (
            f"will be read again after the move: {would.results} count{certain}"
            if dry_run
            else f"were read again: {again} count now, as soon as the worker comes"
        )
        click.echo(f"graded differently: {', '.join(one.key for one in graded)}; earlier results {what}")


@click.command("drop")
@click.argument("code")
@click.argument("course")
@dry_run_option("whose hours would change")
@json_option()
@with_appcontext
def drop_course(code: str, course: str, *, dry_run: bool, as_json: bool) -> None:
    """Take a course off a class. The evidence stays; it earns nothing until the class studies the course again."""
    with force_locale("en"):
        class_id = class_id_of(session(), code)
        would = _preview(class_id, course, None)
        if not dry_run:
            with transaction() as writing:
                administration.remove_course(writing, class_id, course, By(None, now()))
            follow(class_id)
    _print_preview({"class": code, "course": course, "version": None}, would, as_json=as_json, dry_run=dry_run)


def _preview(class_id: int, course: str, to: CourseVersion | None) -> CoursePreview:
    public_url = site_settings().public_url
    return preview(session(), class_id, administration.course_in(session(), class_id, course).course_version_id, to, public_url)


def _print_preview(report: dict[str, object], would: CoursePreview, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        changes = [{"enrolment": one.enrolment_id, "before_s": one.before_s, "after_s": one.after_s} for one in would.changes]
        click.echo(
            json.dumps(
                {**report, "dry_run": dry_run, "people": would.people, "results": would.results, "whole": would.whole, "changes": changes}
            )
        )
        return
    for one in would.changes:
        click.echo(f"{one.enrolment_id} {one.name}: {one.before_s} s, then {one.after_s} s")
    click.echo(f"{len(would.changes)} of {would.people} teachers {'would have' if dry_run else 'have'} other hours, {would.losing} fewer")
