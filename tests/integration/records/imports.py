"""Helpers for tests of imports: another store's statements, and an import that the test controls."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi
from lms import vocabulary as v
from lms.egress.address import Address
from lms.federation.importing import source
from lms.federation.importing.import_run import ImportRun, prepare
from lms.federation.importing.models import Import, StatementSetAside
from lms.federation.importing.storing import ImportPolicy
from tests.factories import PUBLIC_URL, World
from tests.integration.records.otherstore import OtherStore
from xapi.storage.models import StatementRow

IMPORT = xapi.Credential("other", {"account": {"homePage": PUBLIC_URL, "name": "import:other"}}, frozenset({"statements/write"}))


def number(count: int) -> str:
    return f"00000000-0000-4000-8000-{count:012}"


def said(count: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number(count),
        "actor": {"account": {"homePage": "http://elsewhere.example", "name": "a"}},
        "verb": {"id": v.COMPLETED},
        "object": {"id": f"http://x.example/{count}"},
        "timestamp": "2026-01-02T03:04:05.678+08:00",
        **more,
    }


def voiding(count: int, target: int) -> dict[str, Any]:
    return said(count, verb={"id": v.VOIDED}, object={"objectType": "StatementRef", "id": number(target)})


def stored(world: World) -> dict[str, dict[str, Any]]:
    """Return the stored statements of the other store by id, without voided ones."""
    rows = world.act(lambda session: session.scalars(select(StatementRow.text).where(StatementRow.voided.is_(False))).all())
    return {one["id"]: one for one in map(json.loads, rows)}


def asides(world: World) -> list[StatementSetAside]:
    found: list[StatementSetAside] = world.act(
        lambda session: list(session.scalars(select(StatementSetAside).order_by(StatementSetAside.id)))
    )
    return found


def standing(world: World) -> Import:
    found: Import = world.act(lambda session: session.scalars(select(Import)).one())
    return found


class Importing:
    """An import that a test controls; `waits` are the seconds that it would have slept."""

    def __init__(self, world: World, other: OtherStore, page_size: int = 2) -> None:
        self.world, self.other, self.page_size = world, other, page_size
        self.waits: list[float] = []
        self.wait: Callable[[float], None] = self.waits.append
        self.words: list[str] = []
        self.policy = ImportPolicy(IMPORT, PUBLIC_URL)

    def run(self, pages: int | None = None, *, from_start: bool = False) -> None:
        """Run to the end, or until this many pages were read."""

        def begin(session: Session) -> int:
            return prepare(session, Address(self.other.endpoint, internal=True), self.other.key, self.page_size, from_start=from_start).id

        own = self.world.act(begin)
        with (
            self.world.app.app_context(),
            source.opened(Address(self.other.endpoint, internal=True), self.other.key, self.other.secret, "1.0.3") as opened,
        ):
            steps = ImportRun(opened, own, self.policy, self.wait, self.words.append).through()
            for done, _ in enumerate(steps, start=1):
                if done == pages:
                    steps.close()  # type: ignore[attr-defined]


def attached(count: int, content: bytes, **more: Any) -> dict[str, Any]:
    sha2 = hashlib.sha256(content).hexdigest()
    one = {"usageType": "http://x.example/u", "display": {"en": "a"}, "contentType": "image/png", "length": len(content), "sha2": sha2}
    return said(count, attachments=[{**one, **more}])


def mixed(statements: list[dict[str, Any]], *contents: tuple[str, bytes]) -> tuple[str, bytes]:
    lines = [b"--b0", b"Content-Type: application/json", b"", json.dumps(statements).encode()]
    for sha2, content in contents:
        lines += [b"--b0", b"Content-Transfer-Encoding: binary", f"X-Experience-API-Hash: {sha2}".encode(), b"", content]
    return "multipart/mixed; boundary=b0", b"\r\n".join([*lines, b"--b0--", b""])


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
