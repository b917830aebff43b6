"""Does tincan, the Python client, work with this store in all its functions? Over a real socket."""

import hashlib
import uuid
from collections.abc import Iterator

import pytest
from tincan import (
    Activity,
    ActivityDefinition,
    Agent,
    Attachment,
    LanguageMap,
    RemoteLRS,
    Result,
    Score,
    Statement,
    StatementRef,
    Verb,
)
from tincan.documents import ActivityProfileDocument, AgentProfileDocument, StateDocument
from tincan.lrs_response import LRSResponse

from tests import servers
from tests.integration.xapi.conftest import Store
from tests.integration.xapi.tokens import pair_of
from xapi.storage.models import StatementRow

ANNA = Agent(mbox="mailto:anna@school.example", name="Anna")
VERB = Verb(id="http://adlnet.gov/expapi/verbs/completed", display=LanguageMap({"en": "completed"}))
COURSE = Activity(id="https://courses.example/ethics", definition=ActivityDefinition(name=LanguageMap({"zh-CN": "师德"})))


@pytest.fixture
def lrs(local_store: Store) -> Iterator[RemoteLRS]:
    key, secret = pair_of(local_store.key("all"))
    with servers.web(local_store.app) as port:
        yield RemoteLRS(endpoint=f"http://127.0.0.1:{port}/xapi/", username=key, password=secret)


def ok(response: LRSResponse) -> LRSResponse:
    assert response.success, response.data
    return response


def done(**more: object) -> Statement:
    return Statement(actor=ANNA, verb=VERB, object=COURSE, **more)


def test_tincan_stores_one_statement_and_many_and_reads_them_again(lrs: RemoteLRS) -> None:
    result = Result(score=Score(scaled=0.9, raw=9, min=0, max=10), success=True, duration="PT1H2M3.45S")
    one = ok(lrs.save_statement(done(id=str(uuid.uuid4()), result=result))).content
    found = ok(lrs.retrieve_statement(one.id)).content
    assert (found.actor.mbox, found.object.id, found.result.score.scaled) == (ANNA.mbox, COURSE.id, 0.9)
    assert found.authority is not None
    assert found.stored is not None
    named_by_us = ok(lrs.save_statement(done())).content
    many = ok(lrs.save_statements([done(), done()])).content
    assert len({str(one.id), str(named_by_us.id), *(str(sent.id) for sent in many)}) == 4


def test_tincan_queries_and_follows_more(lrs: RemoteLRS) -> None:
    sent = [ok(lrs.save_statement(done())).content for _ in range(5)]
    ok(lrs.save_statement(Statement(actor=ANNA, verb=VERB, object=Activity(id="https://elsewhere.example"))))
    query = {"agent": ANNA, "verb": VERB, "activity": COURSE, "limit": 2, "ascending": "true"}  # it writes True as "True"
    page = ok(lrs.query_statements(query)).content
    found = list(page.statements)
    while page.more:
        page = ok(lrs.more_statements(page)).content
        found += page.statements
    assert [str(one.id) for one in found] == [str(one.id) for one in sent]


def test_tincan_voids_a_statement(lrs: RemoteLRS) -> None:
    one = ok(lrs.save_statement(done())).content
    void = Verb(id="http://adlnet.gov/expapi/verbs/voided", display=LanguageMap({"en": "voided"}))
    ok(lrs.save_statement(Statement(actor=ANNA, verb=void, object=StatementRef(id=one.id))))
    assert lrs.retrieve_statement(one.id).response.status == 404
    assert str(ok(lrs.retrieve_voided_statement(one.id)).content.id) == str(one.id)


def kept(lrs: RemoteLRS, text: str = "page 3", etag: str | None = None) -> LRSResponse:
    """Save a state. It says nothing of a registration to the store, and sends every state twice."""
    return lrs.save_state(StateDocument(id="bookmark", content=text, content_type="text/plain", agent=ANNA, activity=COURSE, etag=etag))


def test_tincan_keeps_lists_and_deletes_states(lrs: RemoteLRS) -> None:
    ok(kept(lrs))
    assert bytes(ok(lrs.retrieve_state(COURSE, ANNA, "bookmark")).content.content) == b"page 3"
    assert ok(lrs.retrieve_state_ids(COURSE, ANNA)).content == ["bookmark"]
    ok(lrs.delete_state(lrs.retrieve_state(COURSE, ANNA, "bookmark").content))
    assert lrs.retrieve_state(COURSE, ANNA, "bookmark").response.status == 404
    ok(kept(lrs))
    ok(lrs.clear_state(COURSE, ANNA, registration=str(uuid.uuid4())))
    assert ok(lrs.retrieve_state_ids(COURSE, ANNA)).content == ["bookmark"]
    ok(lrs.clear_state(COURSE, ANNA))
    assert ok(lrs.retrieve_state_ids(COURSE, ANNA)).content == []


def test_tincan_loses_nobodys_update_of_a_state(lrs: RemoteLRS) -> None:
    ok(kept(lrs))
    seen = lrs.retrieve_state(COURSE, ANNA, "bookmark").response.getheader("ETag")  # tincan does not return it: its documents have none
    assert seen == f'"{hashlib.sha1(b"page 3").hexdigest()}"'  # noqa: S324 – the standard's choice
    assert kept(lrs, "page 4", seen).response.status == 412  # what it sent first was taken, then it sent the same again
    assert bytes(lrs.retrieve_state(COURSE, ANNA, "bookmark").content.content) == b"page 4"
    assert kept(lrs, "page 5", seen).response.status == 412
    assert bytes(lrs.retrieve_state(COURSE, ANNA, "bookmark").content.content) == b"page 4"


def test_tincan_changes_and_deletes_profiles_but_cannot_make_one(lrs: RemoteLRS, local_store: Store) -> None:
    course = ActivityProfileDocument(id="p", content="{}", content_type="application/json", activity=COURSE)
    anna = AgentProfileDocument(id="p", content="{}", content_type="application/json", agent=ANNA)
    # 1.0.3 demands If-None-Match for a new one (XAPI-00273), which it does not know
    assert [save.response.status for save in (lrs.save_activity_profile(course), lrs.save_agent_profile(anna))] == [400, 400]
    for resource, whose in (("activities", {"activityId": COURSE.id}), ("agents", {"agent": ANNA.to_json()})):
        first = {"query_string": {"profileId": "p", **whose}, "data": "[]", "content_type": "application/json"}
        assert local_store.ask("PUT", f"{resource}/profile", headers={"If-None-Match": "*"}, **first).status_code == 204
    for document, save, retrieve, ids, delete, whose in (
        (
            course,
            lrs.save_activity_profile,
            lrs.retrieve_activity_profile,
            lrs.retrieve_activity_profile_ids,
            lrs.delete_activity_profile,
            COURSE,
        ),
        (anna, lrs.save_agent_profile, lrs.retrieve_agent_profile, lrs.retrieve_agent_profile_ids, lrs.delete_agent_profile, ANNA),
    ):
        document.etag = '"another"'
        assert save(document).response.status == 412
        document.etag = retrieve(whose, "p").response.getheader("ETag")
        ok(save(document))
        assert bytes(ok(retrieve(whose, "p")).content.content) == b"{}"
        assert ok(ids(whose)).content == ["p"]
        document.etag = None
        ok(delete(document))
        assert ok(ids(whose)).content == []


def test_tincan_names_attachments_that_are_elsewhere(lrs: RemoteLRS) -> None:
    attachment = Attachment(
        usage_type="http://id.tincanapi.com/attachment/certificate-of-completion",
        display=LanguageMap({"en": "certificate"}),
        content_type="application/pdf",
        length=3,
        sha2=hashlib.sha256(b"abc").hexdigest(),
        fileurl="https://files.example/abc",
    )
    one = ok(lrs.save_statement(done(attachments=[attachment]))).content
    (found,) = ok(lrs.retrieve_statement(one.id)).content.attachments
    assert (found.sha2, found.fileurl) == (attachment.sha2, attachment.fileurl)


def test_tincan_asks_about_the_store_and_does_not_bear_that_it_speaks_a_newer_version(lrs: RemoteLRS) -> None:
    with pytest.raises(ValueError, match=r"'2\.0\.0' in \['1\.0\.0', '1\.0\.1', '1\.0\.2', '1\.0\.3', '2\.0\.0'\]"):
        lrs.about()


def test_what_tincan_is_refused_leaves_nothing_and_says_why(lrs: RemoteLRS, local_store: Store) -> None:
    answer = lrs.save_statements([done(), Statement(actor=ANNA, verb=Verb(id="https://v.example"))])
    assert answer.response.status == 400
    assert "object" in answer.data
    assert local_store.count(StatementRow) == 0
