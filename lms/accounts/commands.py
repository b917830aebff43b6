"""`lms user …`, `lms organisation …`: the operator manages accounts and organisations."""

import json

import click
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts import login_sessions
from lms.accounts.account_changes import By
from lms.accounts.easy_passwords import known_words
from lms.accounts.models import ORGANISATION_KINDS, ROLES, Organisation, Person
from lms.accounts.passwords import problem_of, set_password
from lms.accounts.people import add_organisation_below, add_person, close_account, give_role, take_role
from lms.clock import now
from lms.command_options import json_option
from lms.db import transaction
from lms.errors import InvalidInput


@click.group("user")
def user() -> None:
    """People who can sign in."""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The person's name, as printed on transcripts.")
@click.option("--role", "roles", multiple=True, default=["teacher"], show_default=True, help=f"{', '.join(ROLES)} (repeatable).")
@click.option("--organisation", help="Code of the organisation the person belongs to.")
@click.option("--password", envvar="LMS_PASSWORD", help="Better given by LMS_PASSWORD or typed; without one it is asked for.")
@json_option()
@with_appcontext
def add_user(username: str, name: str, roles: tuple[str, ...], organisation: str | None, password: str | None, *, as_json: bool) -> None:
    """Add a person who can sign in."""
    if password is None:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with transaction() as writing, force_locale("en"):
        belongs = writing.scalar(select(Organisation).where(Organisation.code == organisation)) if organisation else None
        unknown = [f"organisation: {organisation!r} is not known"] if organisation and belongs is None else []
        try:
            person = add_person(writing, username, name, roles, password=password, organisation=belongs)
        except InvalidInput as error:
            raise InvalidInput(error.message, [*error.problems, *unknown]) from None
        if unknown:
            raise InvalidInput("The person was not added.", unknown)
    added = {"id": person.id, "username": person.username, "roles": list(roles)}
    click.echo(json.dumps(added) if as_json else f"Added {person.username} ({', '.join(roles)}) with id {person.id}")


@user.command("password")
@click.argument("username")
@click.option("--password", envvar="LMS_PASSWORD", help="Better given by LMS_PASSWORD or typed; without one it is asked for.")
@with_appcontext
def change_password(username: str, password: str | None) -> None:
    """Set a person's password; they are signed out everywhere."""
    if password is None:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with transaction() as writing, force_locale("en"):
        person = _named(writing, username, "The password was not set.")
        problem = problem_of(password, person.username, known_words(writing, person))
        if problem:
            raise InvalidInput("The password was not set.", [f"password: {problem}"])
        set_password(person, password)
    click.echo(f"{person.username} has a new password")


@user.command("signout")
@click.argument("username")
@with_appcontext
def sign_out(username: str) -> None:
    """Sign a person out of every browser; their open activities end."""
    with transaction() as writing:
        count = login_sessions.end_all(writing, [_named(writing, username, "Nobody was signed out.").id])
    click.echo(f"{username} was signed in in {count} browser{'' if count == 1 else 's'}, and is now signed in in none")


@user.command("give")
@click.argument("username")
@click.argument("role", type=click.Choice(ROLES))
@with_appcontext
def give(username: str, role: str) -> None:
    """Give somebody a role; `admin` runs the whole site: keys, forwarding, imports, retention, erasure. Kept with the time."""
    with transaction() as writing:
        done = give_role(writing, _named(writing, username, "Nothing was changed."), role, By(None, now()))
    click.echo(f"{username} has the role {role}" + ("" if done else " (and had it before)"))


@user.command("take")
@click.argument("username")
@click.argument("role", type=click.Choice(ROLES))
@with_appcontext
def take(username: str, role: str) -> None:
    """Take a role from somebody; their other roles stay. Kept with the time."""
    with transaction() as writing:
        done = take_role(writing, _named(writing, username, "Nothing was changed."), role, By(None, now()))
    click.echo(f"{username} has the role {role} no longer" if done else f"{username} did not have the role {role}")


@user.command("close")
@click.argument("username")
@with_appcontext
def close(username: str) -> None:
    """Close a person's account: they are signed out everywhere and cannot sign in. Their hours stay. A repetition changes nothing."""
    with transaction() as writing:
        close_account(writing, _named(writing, username, "Nothing was changed."))
    click.echo(f"The account of {username} is closed")


@user.command("reopen")
@click.argument("username")
@with_appcontext
def reopen(username: str) -> None:
    """Reopen a closed account, so that its person can sign in again. An erased person stays erased."""
    with transaction() as writing:
        _named(writing, username, "Nothing was changed.").active = True
    click.echo(f"The account of {username} is open")


def _named(session: Session, username: str, otherwise: str) -> Person:
    person = session.scalar(select(Person).where(func.lower(Person.username) == username.lower()))
    if person is None:
        raise InvalidInput(otherwise, [f"username: {username!r} is not known"])
    return person


@click.group("organisation")
def organisation() -> None:
    """Offices, providers and schools, each below another or at the top."""


@organisation.command("add")
@click.argument("code")
@click.option("--name", required=True, help="The name, as printed on transcripts.")
@click.option("--kind", required=True, type=click.Choice(ORGANISATION_KINDS), help="What it is.")
@click.option("--above", help="Code of the organisation that it is below; without one it stands at the top.")
@json_option()
@with_appcontext
def add_an_organisation(code: str, name: str, kind: str, above: str | None, *, as_json: bool) -> None:
    """Add an organisation; an office sees the classes and people of those below it."""
    with transaction() as writing:
        added = add_organisation_below(writing, code, name, kind, above)
        report = {"id": added.id, "code": added.code, "kind": added.kind}
    click.echo(json.dumps(report) if as_json else f"Added the {kind} {code} with id {report['id']}")


@organisation.command("list")
@json_option("the list")
@with_appcontext
def list_organisations(*, as_json: bool) -> None:
    """List all organisations, each before those below it."""
    with transaction() as reading:
        found = reading.scalars(select(Organisation)).all()
    codes = {one.id: one.code for one in found}
    found = sorted(found, key=lambda one: [int(step) for step in one.path.strip("/").split("/")])
    lines = [{"code": one.code, "name": one.name, "kind": one.kind, "above": codes.get(one.parent_id or 0)} for one in found]
    if as_json:
        click.echo(json.dumps(lines, ensure_ascii=False))
        return
    if not lines:
        click.echo("No organisations yet. Add the first one with `lms organisation add`.")
    for one, line in zip(found, lines, strict=True):
        click.echo(f"{'  ' * (one.path.count('/') - 2)}{line['code']} ({line['kind']}): {line['name']}")
