"""`lms class …`: the operator manages classes."""

import json
import sys
import time
from collections import Counter
from datetime import datetime

import click
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lms.accounts.account_changes import By
from lms.accounts.models import Organisation
from lms.classes import membership
from lms.classes.membership import WITHDRAWN, DecidedState
from lms.classes.models import Enrolment, TrainingClass
from lms.classes.setup import ClassDetails
from lms.clock import now
from lms.command_options import json_option
from lms.crediting import windows
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.office import administration, class_queries, enrolment_states
from lms.office.administration import CourseOfClass
from lms.office.enrolment_states import AS_PROPOSED, StateOrder
from lms.programmes.models import ProgrammeVersion

DAY = click.DateTime(["%Y-%m-%d"])


@click.group("class")
def class_() -> None:
    """Classes: runs of a programme by a training provider, and the teachers in them."""


@class_.command("open")
@click.argument("code")
@click.option("--name", required=True, help="The name, as printed on transcripts.")
@click.option("--programme", required=True, help="Code of the programme.")
@click.option("--year", type=int, help="The programme's year; without one the newest.")
@click.option("--provider", required=True, help="Code of the organisation that runs it.")
@click.option("--starts-on", required=True, type=DAY, help="First day, such as 2026-03-01.")
@click.option("--ends-on", required=True, type=DAY, help="Last day.")
@click.option("--intake", default="", help="Which intake it belongs to.")
@click.option("--track", "tracks", multiple=True, help="Key of a track its teachers may be in (repeatable; none: all of them).")
@click.option("--counts-within", is_flag=True, help="Time counts from the first day to the last only.")
@click.option("--course", "courses", multiple=True, help="Code of a course it studies, or CODE=REQUIREMENT (repeatable).")
@json_option()
@with_appcontext
def open_a_class(  # noqa: PLR0913 - one parameter an option
    code: str,
    *,
    programme: str,
    year: int | None,
    provider: str,
    starts_on: datetime,
    ends_on: datetime,
    tracks: tuple[str, ...],
    courses: tuple[str, ...],
    as_json: bool,
    **given: str,
) -> None:
    """Open a class under the programme's version that holds on its first day."""
    with transaction() as writing, force_locale("en"):
        found = administration.version_for(writing, programme, year, starts_on.date())
        runs = writing.scalar(select(Organisation).where(Organisation.code == provider, Organisation.kind == administration.PROVIDER))
        if not isinstance(found, ProgrammeVersion) or runs is None:
            unknown = [] if runs else [f"provider: {provider!r} is not known as a provider"]
            raise InvalidInput("The class was not opened.", [*([f"programme: {found}"] if isinstance(found, str) else []), *unknown])
        run = ClassDetails(code, provider=runs, starts_on=starts_on.date(), ends_on=ends_on.date(), tracks=tracks, **given)  # type: ignore[arg-type]
        opened = administration.open_class(writing, found, run, [_study(one) for one in courses], By(None, now()))
        report = {"id": opened.id, "code": opened.code, "programme": programme, "year": found.programme.year, "version": found.number}
    click.echo(json.dumps(report) if as_json else f"Opened {code} under {programme} {report['year']} version {report['version']}")


def _study(said: str) -> CourseOfClass:
    code, equals, requirement = said.partition("=")
    return CourseOfClass(code, requirement if equals else None)


@class_.command("list")
@click.option("--open", "only_open", is_flag=True, help="Leave out closed ones.")
@json_option("the list")
@with_appcontext
def list_classes(*, only_open: bool, as_json: bool) -> None:
    """List classes, newest first, with the number of teachers in each."""
    people = select(func.count()).where(Enrolment.class_id == TrainingClass.id, Enrolment.status != WITHDRAWN).scalar_subquery()
    whole = (joinedload(TrainingClass.provider), joinedload(TrainingClass.programme_version))
    query = select(TrainingClass, people).options(*whole).order_by(TrainingClass.id.desc())
    rows = [_line(*row) for row in session().execute(query.where(TrainingClass.closed_at.is_(None)) if only_open else query)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    if not rows:
        click.echo("No open classes." if only_open else "No classes yet. Open the first one with `lms class open`.")
    for one in rows:
        closed = " closed" if one["closed"] else ""
        click.echo(f"{one['code']} {one['from']}–{one['to']}{closed} {one['teachers']} teachers [{one['programme']}] {one['name']}")


def _line(one: TrainingClass, people: int) -> dict[str, object]:
    programme = one.programme_version.programme
    return {
        "code": one.code,
        "name": one.name,
        "programme": f"{programme.code} {programme.year}",
        "provider": one.provider.code,
        "from": one.starts_on.isoformat(),
        "to": one.ends_on.isoformat(),
        "closed": one.closed_at.isoformat() if one.closed_at else None,
        "teachers": people,
    }


def class_id_of(reading: Session, code: str) -> int:
    """Return a class's id by its code.

    Raises:
        InvalidInput: there is no such class.
    """
    found = reading.scalar(select(TrainingClass.id).where(TrainingClass.code == code))
    if found is None:
        raise InvalidInput("Nothing was changed.", [f"class: {code!r} is not known"])
    return found


@class_.command("study")
@click.argument("code")
@click.argument("course")
@click.option("--requirement", help="Key of the requirement that its hours count toward, where there are several; '' for none.")
@click.option("--optional", is_flag=True, help="The course is not compulsory.")
@json_option()
@with_appcontext
def study(code: str, course: str, requirement: str | None, *, optional: bool, as_json: bool) -> None:
    """Bind the newest version of a course to a class."""
    with transaction() as writing, force_locale("en"):
        training_class = writing.get_one(TrainingClass, class_id_of(writing, code))
        added = administration.add_course(writing, training_class, CourseOfClass(course, requirement, not optional), By(None, now()))
        report = {"class": code, "course": course, "version": added.number}
    click.echo(json.dumps(report) if as_json else f"{code} studies {course} version {report['version']}")


def follow(class_id: int) -> None:
    """Recompute everybody's hours for the class's days; if this is interrupted, a worker continues."""
    left = 1
    while left:
        with transaction() as writing:
            left = administration.go_on(writing, class_id, By(None, now()))
        if sys.stderr.isatty():
            click.echo(f"\r{left} teachers' hours still follow ", nl=not left, err=True)
        if left:
            time.sleep(windows.BREATH_S)


@class_.command("close")
@click.argument("code")
@json_option()
@with_appcontext
def close(code: str, *, as_json: bool) -> None:
    """Close a class: nobody can be added and no time after this moment counts; credited hours stay. A second run changes nothing."""
    with transaction() as writing:
        done = administration.close_class(writing, class_id := class_id_of(writing, code), By(None, now()))
    follow(class_id)
    click.echo(json.dumps({"class": code, "new": done}) if as_json else f"{code} is closed" + ("" if done else " (it was already)"))


@class_.command("reopen")
@click.argument("code")
@json_option()
@with_appcontext
def reopen(code: str, *, as_json: bool) -> None:
    """Reopen a closed class; study in between counts, as far as the class's days allow."""
    with transaction() as writing:
        done = administration.reopen_class(writing, class_id := class_id_of(writing, code), By(None, now()))
    follow(class_id)
    click.echo(json.dumps({"class": code, "new": done}) if as_json else f"{code} is open" + ("" if done else " (it was already)"))


@class_.command("withdraw")
@click.argument("code")
@click.argument("usernames", nargs=-1, required=True)
@json_option()
@with_appcontext
def withdraw(code: str, usernames: tuple[str, ...], *, as_json: bool) -> None:
    """Withdraw teachers from a class, all of those named or none. Their hours stay on their transcripts, and they can be enrolled again."""
    with transaction() as writing, force_locale("en"):
        found = administration.enrolments_named(writing, class_id_of(writing, code), usernames)
        count = administration.withdraw(writing, found, By(None, now()))
    report = {"class": code, "withdrawn": count, "before": len(found) - count}
    click.echo(json.dumps(report) if as_json else f"{count} withdrawn from {code}, {report['before']} were before")


@class_.command("states")
@click.argument("code")
@click.option("--decide", is_flag=True, help="Note who reported in and who is in training, as the rules propose.")
@json_option()
@with_appcontext
def states(code: str, *, decide: bool, as_json: bool) -> None:
    """Count a class's teachers by state and list what the rules propose. An office decides endings, such as completion, on the page."""
    with transaction() as writing, force_locale("en"):
        everybody = class_queries.everybody(writing, class_id_of(writing, code))
        proposals = enrolment_states.proposals_of(writing, everybody, now())
        order = StateOrder(AS_PROPOSED, "", for_office=False)
        steps = [one for one in enrolment_states.steps_of(writing, everybody, proposals, order) if not one.problems] if decide else []
        decided = [DecidedState(one.standing.enrolment.id, one.standing.enrolment.status, one.state, one.reason) for one in steps]
        done = {one.standing.enrolment.id for one in steps} if membership.enter_all(writing, decided, By(None, now())) else set()
        counts = Counter(one.enrolment.status for one in everybody)
        open_ones = [one.enrolment for one in everybody if one.enrolment.id in proposals and one.enrolment.id not in done]
        left = {one.person.username: proposals[one.id].state for one in open_ones}
    report = {"class": code, "states": dict(counts), "proposed": left, "decided": len(done)}
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
        return
    click.echo(f"{code}: " + (", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "nobody"))
    for username, state in left.items():
        click.echo(f"proposed: {username} {state}")
    if decide:
        click.echo(f"{len(done)} decided")
