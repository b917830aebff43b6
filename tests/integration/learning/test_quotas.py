"""Is a player that sends without end stopped by a quota, told about it, and does it lose no time?"""

import json

import pytest
from sqlalchemy import select

import lms.learning.credential
from lms import vocabulary as v
from lms.accounts.models import Person
from tests.factories import PUBLIC_URL
from tests.integration.learning.conftest import Page, statements


def test_a_player_beyond_its_quota_is_told_413_and_goes_on_counting_time(player: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lms.learning.credential, "STATEMENTS_KEPT", 2)
    assert [player.say({}).status_code for _ in range(2)] == [200, 200]
    refused = player.say({})
    assert refused.status_code == 413
    assert "2 statements of 0.0 MB are stored for this learner and activity, and at most 2" in refused.text
    again = player.open()
    assert again.say({}).status_code == 413, "another launch has no new quota"
    again.stay(600)
    assert statements(player.world, v.PRESENT), "presence is stated by the server and is not counted"
    assert len(statements(player.world, v.COMPLETED)) == 2


def test_documents_of_a_learner_have_a_quota_and_what_is_deleted_is_free_again(player: Page) -> None:
    account = player.world.act(lambda session: session.scalars(select(Person.account).where(Person.id == player.world.person_id)).one())
    place = {"activityId": v.activity_iri(PUBLIC_URL, "c1", "reading"), "agent": json.dumps(v.actor_of(PUBLIC_URL, account))}
    headers = {"Authorization": f"Bearer {player.token}", "X-Experience-API-Version": "1.0.3"}

    def put(name: int, size: int, method: str = "PUT") -> int:
        asked = {"query_string": {**place, "stateId": str(name)}, "data": b"x" * size, "content_type": "text/plain"}
        return player.world.app.test_client().open("/xapi/activities/state", method=method, headers=headers, **asked).status_code  # type: ignore[arg-type]

    assert [put(number, 2**20) for number in range(17)] == [204] * 16 + [413]
    assert put(0, 10) == 204, "a smaller one is always taken"
    assert put(17, 1000) == 204
    assert put(0, 2**20) == 413
    assert put(1, 0, "DELETE") == 204
    assert put(0, 2**20) == 204
