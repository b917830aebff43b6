"""`lms xapi forward …`: manage forwards to other record stores and show their progress."""

import json
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from lms import vocabulary as v
from lms.clock import now
from lms.command_options import json_option, yes_option
from lms.db import session, transaction
from lms.egress.address import Address, NotReached, is_local
from lms.errors import InvalidInput, NotFound
from lms.federation.forwarding import office
from lms.federation.forwarding.filters import parse_filter
from lms.federation.forwarding.office import ForwardOrder, ForwardProgress
from lms.federation.forwarding.remote import opened
from lms.federation.forwarding.sending import mark_of
from lms.federation.forwarding.words import REASONS
from lms.site_settings import site_settings


@click.group("forward")
def forward() -> None:
    """Forwarding to other record stores."""


@contextmanager
def _problems_on_lines() -> Iterator[None]:
    """Print each problem on a line and exit with 2."""
    try:
        with force_locale("en"):
            yield
    except (InvalidInput, NotFound) as error:
        problems: Sequence[str] = error.problems if isinstance(error, InvalidInput) else ()
        for problem in problems or [error.message]:
            click.echo(problem, err=True)
        sys.exit(2)


@forward.command("add")
@click.option("--name", required=True, help="What it is called here.")
@click.option("--endpoint", required=True, help="Address of the other record store, the part before /statements.")
@click.option("--key", required=True, help="Key (user name) that the other store gave.")
@click.option("--secret", envvar="LMS_FORWARD_SECRET", help="Its secret; better given by LMS_FORWARD_SECRET or typed when asked for.")
@click.option("--verb", "verbs", multiple=True, help="Only statements with this verb (an IRI; repeatable: any of them).")
@click.option("--activity", "activities", multiple=True, help="Only statements about this activity or within it (an IRI; repeatable).")
@click.option("--course", "courses", multiple=True, help="Only statements of this course of ours (its code; repeatable).")
@click.option("--agent", "agents", multiple=True, help="Only statements of this person (an Agent as JSON; repeatable).")
@click.option("--from-now", is_flag=True, help="Leave out what is stored already.")
@click.option("--internal", is_flag=True, help="The store is inside your own network: plain http and private addresses are allowed.")
@json_option("the forward")
@with_appcontext
def add_forward(  # noqa: PLR0913 - one parameter an option
    *,
    name: str,
    endpoint: str,
    key: str,
    secret: str | None,
    verbs: tuple[str, ...],
    activities: tuple[str, ...],
    courses: tuple[str, ...],
    agents: tuple[str, ...],
    from_now: bool,
    internal: bool,
    as_json: bool,
) -> None:
    """Add a forward and report whether the other store answers. It starts within seconds, with the oldest statement."""
    if secret is None:
        secret = click.prompt("Secret", hide_input=True)
    internal = internal or is_local(endpoint)
    with _problems_on_lines():
        courses = tuple(v.course_iri(site_settings().public_url, course) for course in courses)
        chosen = parse_filter(verbs, (*activities, *courses), agents)
        order = ForwardOrder(name, endpoint, key, secret, chosen, internal=internal, from_now=from_now)
        with transaction() as writing:
            added = office.add(writing, order, site_settings(), now())
    answers = _tried(Address(added.endpoint, added.internal), key, secret)
    _show(office.standing(session(), added), as_json=as_json, answers=answers)


def _tried(address: Address, key: str, secret: str) -> str:
    try:
        with opened(address, key, secret, mark_of(site_settings())) as store:
            return f"it answers, and speaks {', '.join(store.versions())}"
    except NotReached as error:
        return f"no answer now: {error}. It is tried again by itself"


@forward.command("list")
@json_option("the forwards")
@with_appcontext
def list_forwards(*, as_json: bool) -> None:
    """List the forwards, the number of statements still to send, and the refused ones."""
    found = office.standings(session())
    if as_json:
        click.echo(json.dumps([_described(one) for one in found], ensure_ascii=False))
        return
    if not found:
        click.echo("No forwards yet. Add one with `lms xapi forward add`.")
    for one in found:
        _show(one, as_json=False)


@forward.command("letters")
@click.argument("name")
@json_option("them")
@with_appcontext
def list_letters(name: str, *, as_json: bool) -> None:
    """List the latest statements that the other store of NAME refused, with the reasons."""
    with _problems_on_lines():
        found = [
            {
                "statement": str(one.statement_id),
                "reason": one.reason,
                "refused": _written(one.refused_at),
                "tries": one.tries,
                "waiting": one.waiting,
            }
            for one in office.letters(session(), office.named(session(), name, locked=False))
        ]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    elif not found:
        click.echo(f"No statement was refused by {name}.")
    else:
        for letter in found:
            click.echo(
                f"{letter['statement']}  {letter['refused']}  {letter['reason']}{'  (to be tried again)' if letter['waiting'] else ''}"
            )


@forward.command("pause")
@click.argument("name")
@json_option("the forward")
@with_appcontext
def pause_forward(name: str, *, as_json: bool) -> None:
    """Send nothing more to NAME until it is resumed."""
    with _problems_on_lines(), transaction() as writing:
        office.pause(office.named(writing, name))
    _show_named(name, as_json=as_json)


@forward.command("resume")
@click.argument("name")
@click.option("--secret", envvar="LMS_FORWARD_SECRET", default="", help="Another secret for its key, if that has changed.")
@json_option("the forward")
@with_appcontext
def resume_forward(name: str, secret: str, *, as_json: bool) -> None:
    """Resume NAME from where it stopped."""
    with _problems_on_lines(), transaction() as writing:
        office.resume(office.named(writing, name), site_settings(), now(), secret)
    _show_named(name, as_json=as_json)


@forward.command("retry")
@click.argument("name")
@click.option("--statement", type=click.UUID, help="Only the dead letter of this statement.")
@json_option("how many there are")
@with_appcontext
def retry_forward(name: str, statement: uuid.UUID | None, *, as_json: bool) -> None:
    """Mark the dead letters of NAME to be tried again in its next turn."""
    with _problems_on_lines(), transaction() as writing:
        count = office.retry(writing, office.named(writing, name), now(), statement)
        if statement is not None and not count:
            raise NotFound(f"--statement: {name} has no dead letter of {statement}")
    click.echo(json.dumps({"name": name, "to_be_tried_again": count}) if as_json else f"{count} to be tried again")


@forward.command("remove")
@click.argument("name")
@yes_option()
@json_option("what was removed")
@with_appcontext
def remove_forward(name: str, *, yes: bool, as_json: bool) -> None:
    """Remove NAME and its dead letters. The other store keeps what it has received."""
    with _problems_on_lines():
        office.named(session(), name, locked=False)
        if not yes:
            click.confirm(f"Remove the forward {name!r} and its dead letters?", abort=True)
        with transaction() as writing:
            office.remove(writing, office.named(writing, name))
    click.echo(json.dumps({"removed": name}) if as_json else f"{name} is removed")


def _show_named(name: str, *, as_json: bool) -> None:
    _show(office.standing(session(), office.named(session(), name, locked=False)), as_json=as_json)


def _show(one: ForwardProgress, *, as_json: bool, answers: str = "") -> None:
    said = _described(one) | ({"answers": answers} if answers else {})
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    waiting = f"{one.backlog}{' or more' if one.more else ''} to send, {one.forward.sent} sent, {one.letters} dead letters"
    click.echo(f"{one.forward.name}: {one.forward.state}, {waiting} → {one.forward.endpoint}")
    for line in (answers, said["reason"], said["detail"] and f"{said['last_failure']}: {said['detail']}"):
        if line:
            click.echo(f"  {line}")


def _described(one: ForwardProgress) -> dict[str, Any]:
    row = one.forward
    with force_locale("en"):
        reason = str(REASONS[row.reason]) if row.reason else ""
    return {
        "name": row.name,
        "endpoint": row.endpoint,
        "key": row.key,
        "internal": row.internal,
        "filter": row.filter,
        "state": row.state,
        "reason": reason,
        "detail": row.detail,
        "backlog": one.backlog,
        "backlog_is_more": one.more,
        "sent": row.sent,
        "there_already": row.there,
        "dead_letters": one.letters,
        "failures_in_a_row": row.tries,
        "next_try": _written(row.next_at) if row.tries else None,
        "last_success": _written(row.last_success),
        "last_failure": _written(row.last_failure),
    }


def _written(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
