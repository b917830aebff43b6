"""The rules of forwarding: allowed addresses, the meaning of responses, waiting times, encrypted secrets."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from courses.strict_json.problem import in_english
from lms.egress.address import Address, NotReached, parse_address, resolve
from lms.egress.sentences import SENTENCES
from lms.errors import InvalidInput
from lms.federation.forwarding.bundles import MOST_ATTACHED, MOST_BYTES, bundles
from lms.federation.forwarding.filters import Filter, filter_of, parse_filter
from lms.federation.forwarding.verdicts import LONGEST_WAIT, DeliveryVerdict, verdict, wait
from lms.sealing import NotOpened, seal, unseal
from tests.factories import settings_for
from xapi.storage.viewer_queries import StoredStatement

SETTINGS = settings_for("sqlite://", Path("/var"))
TAKEN = ["https://lrs.example", "https://lrs.example:8443/xapi/", "https://数据.example/xapi"]
REFUSED = {
    "ftp://lrs.example": "must be https://host/path",
    "lrs.example/xapi": "must be https://host/path",
    "https://": "must be https://host/path",
    "https://lrs.example:99999/": "must be https://host/path",
    "https://lrs.example/" + "x" * 500: "must be https://host/path",
    "https://lrs.example/\nHost: evil": "must be https://host/path",
    "https://me:secret@lrs.example/": "has no place for a user name",
    "https://lrs.example/?a=b": "has no place for a user name",
    "https://lrs.example/statements": "is given without /statements",
    "http://lrs.example/xapi": "must begin with https://",
    "https://localhost:9000/xapi": "is this machine",
    "http://localhost/xapi": "is this site itself",
    "http://127.0.0.1:80/elsewhere": "is this site itself",
}


def said(text: str, *, internal: bool = False) -> list[str]:
    """Return what is wrong with an address, in English."""
    found = parse_address(text, SETTINGS, internal=internal)
    assert isinstance(found, list)
    return [in_english(one, SENTENCES) for one in found]


@pytest.mark.parametrize("text", TAKEN)
def test_an_address_by_https_is_taken(text: str) -> None:
    assert parse_address(text, SETTINGS, internal=False) == Address(text.rstrip("/"), internal=False)


@pytest.mark.parametrize("text", REFUSED)
def test_an_address_to_which_nothing_may_be_sent_is_refused_in_words(text: str) -> None:
    assert said(text)[0].startswith(REFUSED[text])


@pytest.mark.parametrize("text", ["http://lrs.intern/xapi", "http://localhost:9000/xapi"])
def test_inside_ones_own_network_http_is_taken_but_never_this_site_itself(text: str) -> None:
    assert parse_address(text, SETTINGS, internal=True) == Address(text, internal=True)
    assert said("http://localhost/xapi", internal=True) == ["is this site itself"]


INNER = [
    "10.0.0.1",
    "192.168.1.1",
    "172.16.0.9",
    "127.0.0.2",
    "169.254.169.254",
    "100.64.0.1",
    "[::1]",
    "[fe80::1]",
    "[fd00::1]",
    "[::ffff:10.0.0.1]",
]


@pytest.mark.parametrize("number", INNER)
def test_a_name_that_leads_inside_a_network_is_not_followed(number: str) -> None:
    with pytest.raises(NotReached):
        resolve(Address(f"https://{number}/xapi", internal=False))
    assert re.search("inside a network of its own|this machine", said(f"https://{number}/xapi")[0])
    assert resolve(Address(f"https://{number}/xapi", internal=True))


def test_a_name_that_nobody_knows_is_said_so() -> None:
    with pytest.raises(NotReached, match="is not known"):
        resolve(Address("https://nothing.invalid/xapi", internal=True))


STATUSES = {
    DeliveryVerdict.TAKEN: [200, 204],
    DeliveryVerdict.THERE: [409],
    DeliveryVerdict.SHUT: [301, 302, 307, 401, 403, 404, 405, 407, 410, 501, 508],
    DeliveryVerdict.LATER: [100, 408, 425, 429, 500, 502, 503, 504, 507],
    DeliveryVerdict.REFUSED: [400, 402, 406, 411, 412, 413, 414, 415, 422, 431],
}


@pytest.mark.parametrize(("status", "meant"), [(status, meant) for meant, statuses in STATUSES.items() for status in statuses])
def test_what_an_answer_means(status: int, meant: DeliveryVerdict) -> None:
    assert verdict(status) is meant


def test_waiting_doubles_differs_by_chance_and_ends_at_an_hour() -> None:
    drawn = {tries: [wait(tries) for _ in range(200)] for tries in (1, 2, 5, 40)}
    for tries, waits in drawn.items():
        longest = min(timedelta(seconds=10) * 2 ** (tries - 1), LONGEST_WAIT)
        assert longest / 2 <= min(waits) < longest * 0.6
        assert longest * 0.9 < max(waits) <= longest
    assert wait(1, timedelta(minutes=7)) == timedelta(minutes=7)
    assert wait(1, timedelta(days=7)) == LONGEST_WAIT


def test_a_sealed_secret_opens_under_its_own_key_and_purpose_only() -> None:
    sealed = seal("密 secret", "k" * 40, "forward")
    assert "secret" not in sealed
    assert seal("密 secret", "k" * 40, "forward") != sealed
    assert unseal(sealed, "k" * 40, "forward") == "密 secret"
    for key, purpose in (("q" * 40, "forward"), ("k" * 40, "import")):
        with pytest.raises(NotOpened):
            unseal(sealed, key, purpose)


def seen(text: str) -> StoredStatement:
    return StoredStatement(uuid.uuid4(), datetime(2026, 1, 1, tzinfo=UTC), 1, voided=False, text=text)


FIRST, SECOND = '{"version":"1.0.0"}', '{"version":"2.0.0"}'


def test_a_request_has_statements_of_one_version_in_their_order() -> None:
    given = [seen(text) for text in (FIRST, FIRST, SECOND, "{}", '{"x":{"version":"2.0.0"}}', SECOND)]
    assert [(version, len(bundle)) for version, bundle in bundles(given, {})] == [("1.0.3", 2), ("2.0.0", 1), ("1.0.3", 2), ("2.0.0", 1)]
    assert [one for _, bundle in bundles(given, {}) for one in bundle] == given


def test_a_request_is_no_larger_than_it_must_be() -> None:
    big = '{"a":"' + "x" * (MOST_BYTES * 2 // 5) + '"}'
    assert [len(bundle) for _, bundle in bundles([seen(big) for _ in range(5)], {})] == [2, 2, 1]
    given = [seen(FIRST) for _ in range(4)]
    assert [len(bundle) for _, bundle in bundles(given, {one.id: MOST_ATTACHED // 2 for one in given})] == [2, 2]
    assert [len(bundle) for _, bundle in bundles(given, {given[1].id: MOST_ATTACHED * 9})] == [1, 1, 2]


def test_a_filter_is_kept_as_it_was_given_and_named_where_it_is_wrong() -> None:
    agent = '{"mbox":"mailto:a@b.example"}'
    chosen = parse_filter(["https://x.example/v"], ["https://x.example/a"], [agent])
    assert filter_of(chosen.stored) == chosen
    assert Filter().statement_filter().filters == []
    with pytest.raises(InvalidInput) as refused:
        parse_filter(
            ["experienced"], ["https://x.example/a", "a b"], ["{", '{"objectType":"Group","member":[{"mbox":"mailto:a@b.example"}]}']
        )
    assert [problem.split(":")[0] for problem in refused.value.problems] == ["verb", "activity", "agent", "agent"]
