"""Enter hours earned elsewhere, decide about them, and read what counts."""

import io
import json
from typing import Any

from flask.testing import FlaskClient

from lms.audit.elsewhere_check import differences
from lms.hours import recompute_any_file
from lms.storage import storage
from tests.access import form_token
from tests.factories import PUBLIC_URL, World

PDF = b"%PDF-1.7 a scan"
GOOD = {
    "title": "国培示范项目",
    "provider": "某师范大学",
    "first_on": "2025-07-01",
    "last_on": "2025-07-10",
    "kind": "school-based",
    "unit": "hours",
    "amount": "30.5",
}


def enter(client: FlaskClient, world: World, content: bytes = PDF, name: str = "证书.pdf", **changes: str) -> Any:
    sent = {**GOOD, **changes, "document": (io.BytesIO(content), name)}
    return client.post(
        f"/lifetime/{world.person_id}/elsewhere", data=sent, content_type="multipart/form-data", headers={"X-CSRFToken": form_token(client)}
    )


def decide(client: FlaskClient, world: World, what: str, reason: str = "", entry: int = 1) -> Any:
    return client.post(
        f"/lifetime/{world.person_id}/elsewhere/{entry}", data={"what": what, "reason": reason}, headers={"X-CSRFToken": form_token(client)}
    )


def bundle(world: World) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(world.client().get(f"/lifetime/{world.person_id}/five-years-360.json").text)
    return found


def hours(world: World) -> tuple[str, int]:
    """Return the hours from elsewhere of 2025, and the measured seconds of all years."""
    result, problems = recompute_any_file(json.dumps(bundle(world)))
    assert result is not None, problems
    periods = result["periods"]
    elsewhere_2025 = (
        next(one["years"]["2025"]["elsewhere"] for one in periods if "2025" in one["years"]) if periods[0]["first"] == 2021 else "0"
    )
    return elsewhere_2025, sum(one["measured_seconds"] for one in periods)


def found_wrong(world: World) -> list[str]:
    lines: list[str] = world.act(lambda session: list(differences(session, storage(), PUBLIC_URL)))
    return lines
