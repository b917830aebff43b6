"""`lms user …`: how does the operator let people in on the command line?"""

import json

import click
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy import func, select

from lms.accounts.models import ROLES, Organisation, Person
from lms.accounts.passwords import problem_of, set_password
from lms.accounts.people import add_person
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
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def add_user(username: str, name: str, roles: tuple[str, ...], organisation: str | None, password: str | None, *, as_json: bool) -> None:
    """Add somebody who can sign in."""
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
    """Set somebody's password; they are signed out everywhere."""
    if password is None:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with force_locale("en"):
        problem = problem_of(password, username)
    if problem:
        raise InvalidInput("The password was not set.", [f"password: {problem}"])
    with transaction() as writing:
        person = writing.scalar(select(Person).where(func.lower(Person.username) == username.lower()))
        if person is None:
            raise InvalidInput("The password was not set.", [f"username: {username!r} is not known"])
        set_password(person, password)
    click.echo(f"{person.username} has a new password")
