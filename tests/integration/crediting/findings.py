"""Findings of the verification, for tests of crediting."""

from lms.crediting.verify import Finding, verify
from lms.db import database
from tests.factories import World


def findings(world: World) -> list[Finding]:
    with world.app.app_context(), database().reader() as session:
        return [finding for checked in verify(session) for finding in checked.findings]
