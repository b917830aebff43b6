"""Closing and reopening a class, for tests of crediting."""

from lms.accounts.account_changes import By
from lms.crediting.verify import verify
from lms.db import transaction
from lms.office import administration
from tests.factories import World


def clean(world: World) -> bool:
    with world.app.app_context(), transaction() as session:
        return not any(checked.findings for checked in verify(session))


def close(world: World) -> bool:
    by = By(None, world.clock())
    done: bool = world.act(lambda session: administration.close_class(session, world.class_id, by))
    return done


def reopen(world: World) -> bool:
    by = By(None, world.clock())
    done: bool = world.act(lambda session: administration.reopen_class(session, world.class_id, by))
    return done
