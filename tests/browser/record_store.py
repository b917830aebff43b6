"""Rows of the record store's pages that the demo does not have: a forward and an import, each with a refused statement."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.db import transaction
from lms.federation.forwarding import office as forwards
from lms.federation.forwarding.filters import Filter
from lms.federation.forwarding.models import DeadLetter
from lms.federation.forwarding.office import ForwardOrder
from lms.federation.importing.models import STOPPED, Import, StatementSetAside
from xapi.storage.models import StatementRow


def add_record_store_rows(app: Flask) -> Mapping[str, Any]:
    """Add a forward and an import, each with a refused statement (no worker runs here); return the ids for addresses."""
    to = ForwardOrder("省平台", "http://127.0.0.1:9/xapi", "key", "secret", Filter(), internal=True, from_now=True)
    with app.app_context(), transaction() as session:
        now = app.extensions["clock"]()
        statement_id = session.scalars(select(StatementRow.id).order_by(StatementRow.sid)).first()
        forward = forwards.add(session, to, app.extensions["settings"], now)
        session.flush()
        session.add(DeadLetter(forward_id=forward.id, statement_id=statement_id, reason="400: result: unknown", refused_at=now))
        own = Import(
            endpoint="https://store.example/xapi",
            key="key",
            page_size=100,
            pages=3,
            read=300,
            new=299,
            state=STOPPED,
            begun_at=now,
            touched_at=now,
        )
        session.add(own)
        session.flush()
        session.add(
            StatementSetAside(import_id=own.id, sha256="ab" * 32, statement_id="1", reason="id: is not a UUID", text='{"id": "1"}', at=now)
        )
        return {"statement_id": statement_id, "forward_id": forward.id, "import_id": own.id}
