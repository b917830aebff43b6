"""Helpers for tests of forwarding: an installation with statements, and turns taken one after the other."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Flask

import xapi.storage.store
from lms.db import database, transaction
from lms.federation.forwarding import office, turns
from lms.federation.forwarding.filters import Filter
from lms.federation.forwarding.models import DeadLetter, Forward
from lms.federation.forwarding.office import ForwardOrder, ForwardProgress
from lms.federation.forwarding.sending import carry
from tests.factories import DrivenClock
from tests.integration.records.otherstore import OtherStore
from xapi import Credential

HOST = Credential("host", {"account": {"homePage": "http://localhost", "name": "lms"}}, frozenset({"all"}))
MOST_TURNS = 40


class Here:
    """This installation, with a forward to another store."""

    def __init__(self, app: Flask, clock: DrivenClock, other: OtherStore) -> None:
        self.app, self.clock, self.other = app, clock, other

    def store(self, *statements: dict[str, Any], version: str = "1.0.3") -> list[str]:
        """Store statements in one transaction, a second after what was stored before; return their ids."""
        with self.app.app_context(), transaction() as session:
            ids = xapi.storage.store.store_statements(session, list(statements), HOST, version=version, now=self.clock.advance(1))
        return [str(one) for one in ids]

    def add(self, chosen: Filter | None = None, **how: Any) -> None:
        """Add the forward."""
        kept = {"name": "other", "endpoint": self.other.endpoint, "key": self.other.key, "secret": self.other.secret, "internal": True}
        with self.app.app_context(), transaction() as session:
            office.add(
                session, ForwardOrder(**{**kept, "filter": chosen or Filter(), **how}), self.app.extensions["settings"], self.clock()
            )

    def turn(self) -> bool:
        """Take one turn, if one is due, as the worker does; return whether one was."""
        with self.app.app_context():
            with transaction() as session:
                turn = turns.claim(session, self.clock())
            if turn is not None:
                carry(turn, self.app.extensions["settings"])
        return turn is not None

    def forward(self) -> None:
        """Take turns until all current statements are sent, or no turn is due any more."""
        self.clock.advance(60)
        for _ in range(MOST_TURNS):
            if not self.turn():
                return
        raise AssertionError("it never ends")

    def work(self, change: Any) -> Any:
        """Change the forward."""
        with self.app.app_context(), transaction() as session:
            return change(session, office.named(session, "other"))

    def resume(self, secret: str = "") -> None:
        """Resume the forward."""
        self.work(lambda _session, one: office.resume(one, self.app.extensions["settings"], self.clock(), secret))

    @property
    def standing(self) -> ForwardProgress:
        """The progress of the forward."""
        with self.app.app_context(), transaction() as session:
            return office.standing(session, office.named(session, "other"))

    @property
    def row(self) -> Forward:
        """The forward."""
        return self.standing.forward

    def letters(self) -> dict[str, DeadLetter]:
        """Return the dead letters by statement."""
        found: Sequence[DeadLetter] = self.work(office.letters)
        return {str(one.statement_id): one for one in found}

    def texts(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the texts as they are stored here."""
        with self.app.app_context(), database().reader() as session:
            return {str(one): text for one, text in xapi.storage.store.load_texts(session, [UUID(one) for one in ids]).items()}
