"""Does the statements resource do what its clauses say? (1.0.3 Data 2.3, Communication 1, 2.1, 3, 4; 2.0 4.1.6.1) Both versions."""

import json
import uuid
from datetime import datetime

import pytest

from tests.conformance.documents import VERSIONS
from tests.integration.xapi.conftest import ACTIVITY, BO, HOME_PAGE, VERB, Store, TestClock, about, statement, voiding
from xapi.storage.models import StatementRow

THROUGH = "X-Experience-API-Consistent-Through"
pytestmark = pytest.mark.parametrize("version", VERSIONS)


# ── Storing ──


def test_a_put_is_answered_204_and_a_post_200_with_the_ids_in_order(store: Store, version: str) -> None:
    """XAPI-00139, -00143, -00146, -00147."""
    one, two, three = (statement() for _ in range(3))
    put = store.put(one["id"], one, version=version)
    assert (put.status_code, put.data) == (204, b"")
    posted = store.post([three, two], version=version)
    assert (posted.status_code, posted.json) == (200, [three["id"], two["id"]])
    assert store.post(statement(id=None), version=version).json[0] in store.ids()


@pytest.mark.parametrize("parameters", [{}, {"statementid": str(uuid.uuid4())}, {"statementId": "1"}, {"statementId": ""}])
def test_a_put_names_its_statement_once(local_store: Store, version: str, parameters: dict[str, str]) -> None:
    """XAPI-00144, -00145."""
    answer = local_store.ask("PUT", query_string=parameters, json=statement(id=None), version=version)
    assert answer.status_code == 400
    assert local_store.count(StatementRow) == 0


def test_a_statement_without_an_id_gets_one(store: Store, version: str) -> None:
    """XAPI-00021, -00026."""
    ids = store.post([statement(id=None), statement(id=None)], version=version).json
    assert len({uuid.UUID(one) for one in ids}) == 2
    assert {one["id"] for one in store.get(version=version).json["statements"]} == set(ids)


def test_a_known_id_changes_nothing(store: Store, version: str) -> None:
    """XAPI-00142."""
    one = statement()
    store.stored(one, version=version)
    before = store.get(statementId=one["id"], version=version).data
    for other in ({**one, "actor": BO}, {**one, "result": {"success": True}}, {**one, "timestamp": "2020-01-01T00:00:00Z"}):
        assert store.put(one["id"], other, version=version).status_code == 409
        assert store.post(other, version=version).status_code == 409
    assert store.put(one["id"], one, version=version).status_code == 204
    assert store.get(statementId=one["id"], version=version).data == before


def test_properties_that_are_not_part_of_a_statement_do_not_change_its_identity(store: Store, version: str) -> None:
    """XAPI-00142 with 1.0.3 Data 2.3.1: a verb's display, an activity's definition, and the case of what has none, also in a sub-statement."""
    target, group = str(uuid.uuid4()), {"objectType": "Group", "member": [BO, {"mbox_sha1sum": "a" * 40}]}
    inner = {"objectType": "SubStatement", "actor": group, "verb": {"id": VERB, "display": {"en": "did"}}, "object": about(target)}
    attachment = {"usageType": "http://u.example", "display": {}, "contentType": "a/b", "length": 1, "fileUrl": "http://f.example"}
    context = {"statement": about(target), "language": "zh-Hans-CN", "instructor": {"mbox": "mailto:Carla@example.org"}}
    kept = statement(object=inner, context=context, attachments=[{**attachment, "sha2": "a" * 64}], verb={"id": VERB})
    store.stored(kept, version=version)
    said = json.dumps(kept)
    for old, new in (
        ('{"en": "did"}', '{"zh": "做了"}'),
        (', "display": {"en": "did"}', ""),
        (f'"{VERB}"}}', f'"{VERB}", "display": {{"en": "did"}}}}'),
        (target, target.upper()),
        ("a" * 40, "A" * 40),
        ("a" * 64, "A" * 64),
        ("zh-Hans-CN", "zh-hans-cn"),
        ("@example.org", "@EXAMPLE.org"),
    ):
        assert said != said.replace(old, new)
        assert store.post(said.replace(old, new).encode(), version=version).json == [kept["id"]]
    assert store.post(said.replace("Carla", "carla").encode(), version=version).status_code == 409
    assert store.count(StatementRow) == 1


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/jsonl", "", "multipart/form-data; boundary=x"])
def test_a_body_is_called_json_or_mixed(local_store: Store, version: str, kind: str) -> None:
    """XAPI-00136, -00127."""
    answer = local_store.ask("POST", data=json.dumps(statement()), content_type=kind, version=version)
    assert answer.status_code == 400
    assert local_store.count(StatementRow) == 0


def test_what_is_refused_leaves_everything_as_it_was(store: Store, version: str) -> None:
    """XAPI-00182, -00326."""
    kept = store.stored(statement(), version=version)
    batches = [
        [statement(), {**statement(), "verb": {}}],
        [statement(), statement(id=kept[0], actor=BO)],
        [statement(), {**voiding(kept[0]), "object": {"id": ACTIVITY}}],
        [statement(), 5],
    ]
    assert [store.post(batch, version=version).status_code for batch in batches] == [400, 409, 400, 400]
    assert store.ids() == kept


def test_numbers_are_given_back_as_precisely_as_they_came(store: Store, version: str) -> None:
    """XAPI-00002."""
    (one,) = store.stored(statement(result={"score": {"raw": 1.2345678, "max": 3.4028235e38, "min": -1.17549435e-38}}), version=version)
    score = store.get(statementId=one, version=version).json["result"]["score"]
    assert score == {"raw": 1.2345678, "max": 3.4028235e38, "min": -1.17549435e-38}


def test_bodies_are_json_in_utf_8(store: Store, version: str) -> None:
    """XAPI-00014, -00015, -00141."""
    said = statement(verb={"id": VERB, "display": {"zh-CN": "学习了", "und": "𝒳 é"}})
    sent = store.post(json.dumps(said, ensure_ascii=False).encode(), version=version)
    assert sent.status_code == 200
    assert store.get(statementId=said["id"], version=version).json["verb"] == said["verb"]
    for broken in (b"{", b"\xff\xfe", b'{"actor": {}} x', b"", json.dumps(said).encode("utf-16")):
        assert store.post(broken, version=version).status_code == 400


# ── What the store sets ──


def test_stored_is_the_stores_and_what_came_is_overwritten(store: Store, version: str, clock: TestClock) -> None:
    """XAPI-00097."""
    before = clock.at
    (one,) = store.stored(statement(stored="2001-01-01T00:00:00Z"), version=version)
    stored = datetime.fromisoformat(store.get(statementId=one, version=version).json["stored"])
    assert before < stored <= clock.at


def test_the_authority_is_who_sent_it(store: Store, version: str) -> None:
    """XAPI-00099, -00335."""
    ids = store.stored(statement(), statement(authority=BO), version=version)
    for one in ids:
        authority = store.get(statementId=one, version=version).json["authority"]
        assert authority["objectType"] == "Agent"
        assert authority["account"]["homePage"] == HOME_PAGE


def test_the_version_stays_what_it_was(store: Store, version: str) -> None:
    """XAPI-00101, -00330, -00332."""
    for said in ("1.0", "1.0.0", "1.0.2"):
        (one,) = store.stored(statement(version=said), version=version)
        assert store.get(statementId=one, version=version).json["version"] == said
    (unsaid,) = store.stored(statement(), version=version)
    assert store.get(statementId=unsaid, version=version).json["version"] == {"1.0.3": "1.0.0", "2.0.0": "2.0.0"}[version]


# ── Voiding ──


def test_a_voided_statement_is_there_only_for_who_asks_for_a_voided_one(store: Store, version: str) -> None:
    """XAPI-00018, -00155, -00157, -00162, -00163."""
    (one,) = store.stored(statement(), version=version)
    assert store.get(voidedStatementId=one, version=version).status_code == 404
    (word,) = store.stored(voiding(one), version=version)
    assert store.get(statementId=one, version=version).status_code == 404
    found = store.get(voidedStatementId=one, version=version)
    assert (found.status_code, found.json["id"]) == (200, one)
    assert store.ids(version=version) == [word]
    assert store.ids(verb=VERB, version=version) == [word]  # which is about one that matches


def test_a_voiding_statement_cannot_be_voided(store: Store, version: str) -> None:
    """XAPI-00016."""
    (one,) = store.stored(statement(), version=version)
    (word,) = store.stored(voiding(one), version=version)
    store.stored(voiding(word), version=version)
    assert store.get(statementId=word, version=version).status_code == 200
    assert store.get(voidedStatementId=one, version=version).status_code == 200


# ── Every reply ──


def test_head_is_get_without_its_body(store: Store, version: str) -> None:
    """XAPI-00125, -00126."""
    (one,) = store.stored(statement(), version=version)
    for parameters in ({}, {"statementId": one}, {"statementId": str(uuid.uuid4())}, {"limit": "few"}, {"format": "ids"}):
        get, head = (store.ask(method, query_string=parameters, version=version) for method in ("GET", "HEAD"))
        assert (head.status_code, head.data) == (get.status_code, b"")
        same = {"Content-Type", "Content-Length", "X-Experience-API-Version", "Last-Modified"}
        assert {name: head.headers.get(name) for name in same} == {name: get.headers.get(name) for name in same}


def test_consistent_through_is_an_instant_on_every_reply(store: Store, version: str) -> None:
    """XAPI-00153, -00160, -00165."""
    (one,) = store.stored(statement(), version=version)
    answers = [store.get(version=version), store.get(statementId=one, version=version), store.get(limit="x", version=version)]
    answers += [store.get(version=version, by=""), store.get(statementId=str(uuid.uuid4()), version=version)]
    assert [answer.status_code for answer in answers] == [200, 200, 400, 401, 404]
    for answer in answers:
        assert datetime.fromisoformat(answer.headers[THROUGH]).tzinfo is not None
        assert answer.headers["Content-Type"]


@pytest.mark.parametrize("path", ["statements", "activities", "agents", "activities/state", "activities/profile", "agents/profile"])
@pytest.mark.parametrize("said", [None, "", "0.95", "1.1", "2.1.0", "latest"])
def test_every_resource_but_about_needs_a_version_it_knows(every_test_store: Store, version: str, path: str, said: str | None) -> None:
    """XAPI-00321, -00322, -00331, -00333."""
    key = every_test_store.key("all", default_version=version)
    for method in ("GET", "HEAD", "PUT", "POST"):
        answer = every_test_store.ask(method, path, by=key, version=said)
        assert answer.status_code in ({400, 405} if path in {"activities", "agents"} else {400})
        assert answer.headers["X-Experience-API-Version"] == version


@pytest.mark.parametrize("authorization", ["", "Basic ", "Basic bm9ib2R5OndoYXQ=", "Bearer xat_wrong", "Digest x"])
def test_without_a_credential_it_is_401_and_without_the_right_403(local_store: Store, version: str, authorization: str) -> None:
    """XAPI-00327, -00334."""
    refused = local_store.get(by=authorization, version=version)
    assert (refused.status_code, "Basic" in refused.headers["WWW-Authenticate"]) == (401, True)
    assert local_store.post(statement(), by=authorization, version=version).status_code == 401
    reader = local_store.key("statements/read")
    assert local_store.post(statement(), by=reader, version=version).status_code == 403
    assert local_store.count(StatementRow) == 0


def test_about_says_which_versions_there_are(local_store: Store, version: str) -> None:
    """XAPI-00315 to -00319."""
    for by, said in (("", None), (local_store.authorization, version)):
        answer = local_store.ask("GET", "about", by=by, version=said)
        assert (answer.status_code, set(answer.json)) == (200, {"version", "extensions"})
        assert {"1.0.3", "2.0.0"} <= set(answer.json["version"])
        assert all(isinstance(one, str) for one in answer.json["version"])


def test_what_a_statement_refers_to_need_not_be_there(store: Store, version: str) -> None:
    """XAPI-00020: a voiding that comes before its target voids it when it comes."""
    target = statement()
    (word,) = store.stored(voiding(target["id"]), version=version)
    (other,) = store.stored(statement(object=about(str(uuid.uuid4()))), version=version)
    store.stored(target, version=version)
    assert set(store.ids(version=version)) == {word, other}
    assert store.get(voidedStatementId=target["id"], version=version).status_code == 200
