"""Are attachments sent and received as the specification says? (1.0.3 Data 2.4.11, Communication 1.5; 2.0 4.1.3, 4.2.2.6)"""

import json
import threading
from collections.abc import Sequence

import pytest
from werkzeug.test import TestResponse

from tests.conformance.attachments import BOUNDARY, MIXED, PICTURE, TEXT, attachment, first, mixed, part, send, sha2
from tests.integration.xapi.conftest import ANNA, Store, statement, voiding
from xapi.storage.models import AttachmentPiece, AttachmentRow, StatementRow

VERSIONS = ("1.0.3", "2.0.0")


def parts_of(answer: TestResponse) -> list[tuple[dict[str, str], bytes]]:
    """Split a multipart/mixed response into its parts."""
    kind, _, boundary = answer.headers["Content-Type"].partition("; boundary=")
    assert kind == "multipart/mixed"
    assert len(answer.data) == int(answer.headers["Content-Length"])
    opening, *pieces, closing = (b"\r\n" + answer.data).split(b"\r\n--" + boundary.encode())
    assert (opening, closing) == (b"", b"--\r\n")
    found = []
    for piece in pieces:
        head, _, content = piece.partition(b"\r\n\r\n")
        found.append((dict(line.split(": ", 1) for line in head.decode().strip().split("\r\n")), content))
    return found


def data_of(answer: TestResponse) -> dict[str, bytes]:
    """Return the data parts of a response by hash."""
    return {headers["X-Experience-API-Hash"]: content for headers, content in parts_of(answer)[1:]}


# ── Accepted ──


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("content", [TEXT, PICTURE, b"", b"\r\n", b"\r\n--", f"x--{BOUNDARY}x".encode(), b"a" * 200_000], ids=len)
def test_data_comes_back_byte_for_byte(store: Store, version: str, content: bytes) -> None:
    """XAPI-00167."""
    sent = statement(attachments=[attachment(content, contentType="image/jpeg")])
    assert send(store, mixed(first(sent), part(content)), version=version).json == [sent["id"]]
    answer = store.get(statementId=sent["id"], attachments=True, version=version)
    (_, text), (headers, back) = parts_of(answer)
    assert json.loads(text)["attachments"] == sent["attachments"]
    assert back == content
    assert headers == {
        "Content-Type": "image/jpeg",
        "Content-Transfer-Encoding": "binary",
        "X-Experience-API-Hash": sha2(content),
    }


def test_without_asking_for_attachments_there_is_only_json(store: Store) -> None:
    sent = statement(attachments=[attachment(TEXT)])
    send(store, mixed(first(sent), part(TEXT)))
    for question in ({}, {"attachments": False}, {"statementId": sent["id"]}):
        assert store.get(**question).mimetype == "application/json"  # XAPI-00161


def test_a_page_brings_the_data_of_all_its_statements_once(store: Store) -> None:
    one, other = (statement(attachments=[attachment(TEXT), attachment(content)]) for content in (PICTURE, b"other"))
    send(store, mixed(first([one, other]), part(TEXT), part(PICTURE), part(b"other")))
    answer = store.get(attachments=True)
    assert data_of(answer) == {sha2(content): content for content in (TEXT, PICTURE, b"other")}
    assert len(parts_of(answer)) == 4
    assert store.count(AttachmentRow) == 3


def test_two_attachments_of_one_hash_share_one_part(store: Store) -> None:
    sent = statement(attachments=[attachment(TEXT, display={"en": "a"}), attachment(TEXT, display={"en": "b"})])
    assert send(store, mixed(first(sent), part(TEXT))).status_code == 200
    assert send(store, mixed(first(statement(attachments=[attachment(TEXT)] * 2)), part(TEXT), part(TEXT))).status_code == 200
    assert data_of(store.get(statementId=sent["id"], attachments=True)) == {sha2(TEXT): TEXT}
    assert store.count(AttachmentRow) == 1


@pytest.mark.parametrize("kind", ["sha224", "sha256", "sha384", "sha512"])
def test_every_sha_2_will_do_in_capitals_too(store: Store, kind: str) -> None:
    digest = sha2(TEXT, kind).upper()
    sent = statement(attachments=[attachment(TEXT, sha2=digest)])
    assert send(store, mixed(first(sent), part(TEXT, X_Experience_API_Hash=digest))).status_code == 200
    assert data_of(store.get(statementId=sent["id"], attachments=True)) == {digest.lower(): TEXT}


def test_a_sub_statement_has_attachments_too(store: Store) -> None:
    inside = {name: value for name, value in statement(objectType="SubStatement", attachments=[attachment(TEXT)]).items() if name != "id"}
    sent = statement(object=inside)
    assert send(store, mixed(first(sent))).status_code == 400
    assert send(store, mixed(first(sent), part(TEXT))).status_code == 200
    assert data_of(store.get(statementId=sent["id"], attachments=True)) == {sha2(TEXT): TEXT}


def test_put_takes_data_too(store: Store) -> None:
    sent = statement(attachments=[attachment(TEXT)])
    assert send(store, mixed(first(sent), part(TEXT)), method="PUT", query_string={"statementId": sent["id"]}).status_code == 204
    assert data_of(store.get(statementId=sent["id"], attachments=True)) == {sha2(TEXT): TEXT}


def test_with_a_file_url_data_may_come_or_stay_away(store: Store) -> None:
    linked = statement(attachments=[attachment(TEXT, fileUrl="https://files.example/a.txt")])
    assert store.stored(linked) == [linked["id"]]
    assert data_of(store.get(statementId=linked["id"], attachments=True)) == {}
    both = statement(attachments=[attachment(TEXT, fileUrl="https://files.example/a.txt")])
    assert send(store, mixed(first(both), part(TEXT))).status_code == 200
    assert data_of(store.get(statementId=both["id"], attachments=True)) == {sha2(TEXT): TEXT}


def test_statements_without_attachments_may_come_as_multipart(store: Store) -> None:
    # an empty line before the first boundary is allowed; some clients send one
    assert send(store, mixed(first([statement(), statement()]))).status_code == 200
    assert send(store, b"\r\n" + mixed(first(statement()))).status_code == 200
    assert send(store, b"a preamble\r\n" + mixed(first(statement()))).status_code == 200


def test_the_length_is_the_senders_word(store: Store) -> None:
    sent = statement(attachments=[attachment(TEXT, length=3)])
    assert send(store, mixed(first(sent), part(TEXT))).status_code == 200


# ── Refused, and nothing is stored ──

GOOD = statement(attachments=[attachment(TEXT)])
REFUSED: list[tuple[str, str, bytes, str]] = [
    ("an unsuitable content type", "XAPI-00127", mixed(first(GOOD), part(TEXT)), "multipart/form-data; boundary=" + BOUNDARY),
    ("a part too many", "XAPI-00128", mixed(first(GOOD), part(TEXT), part(b"more")), MIXED),
    ("data missing", "XAPI-00129", mixed(first(GOOD)), MIXED),
    ("data missing in JSON", "XAPI-00129", json.dumps(GOOD).encode(), "application/json"),
    ("no boundary between parts", "XAPI-00130", mixed(first(json.dumps(GOOD).encode() + b"\r\nContent-Type: text/plain\r\n\r\n" + TEXT)), MIXED),
    ("no boundary in the header", "XAPI-00131", mixed(first(GOOD), part(TEXT)), "multipart/mixed"),
    ("an empty boundary", "XAPI-00131", mixed(first(GOOD), part(TEXT)), 'multipart/mixed; boundary=""'),
    ("another boundary", "XAPI-00131", mixed(first(GOOD), part(TEXT)), "multipart/mixed; boundary=other"),
    ("a boundary that is too long", "XAPI-00131", mixed(first(GOOD), part(TEXT)), "multipart/mixed; boundary=" + "x" * 71),
    ("no hash", "XAPI-00132", mixed(first(GOOD), part(TEXT, X_Experience_API_Hash=None)), MIXED),
    ("a hash that no statement names", "XAPI-00132", mixed(first(GOOD), part(TEXT, X_Experience_API_Hash=sha2(b"x"))), MIXED),
    ("other data than its hash says", "XAPI-00132", mixed(first(GOOD), part(b"x", X_Experience_API_Hash=sha2(TEXT))), MIXED),
    ("statements in two parts", "XAPI-00133", mixed(first(GOOD), part(TEXT), first(statement())), MIXED),
    ("a first part that is not JSON", "XAPI-00134", mixed(({"Content-Type": "text/plain"}, json.dumps(GOOD).encode()), part(TEXT)), MIXED),
    ("a first part without a type", "XAPI-00134", mixed(({}, json.dumps(GOOD).encode()), part(TEXT)), MIXED),
    ("no transfer encoding", "XAPI-00135", mixed(first(GOOD), part(TEXT, Content_Transfer_Encoding=None)), MIXED),
    ("another transfer encoding", "XAPI-00135", mixed(first(GOOD), part(TEXT, Content_Transfer_Encoding="base64")), MIXED),
    ("no part at all", "RFC 2046 5.1", f"--{BOUNDARY}--\r\n".encode(), MIXED),
    ("nothing", "RFC 2046 5.1", b"", MIXED),
    ("no end", "RFC 2046 5.1", mixed(first(GOOD), part(TEXT), end=b""), MIXED),
    ("a body that is cut off", "RFC 2046 5.1", mixed(first(GOOD), part(TEXT))[:-60], MIXED),
    ("text after a boundary", "RFC 2046 5.1", mixed(first(GOOD), part(TEXT)).replace(b"846\r\n", b"846xx\r\n"), MIXED),
    ("malformed headers", "RFC 2046 5.1", mixed(({"Content-Type": "application/json\r\nnonsense"}, b"{}")), MIXED),
    ("headers without end", "RFC 2046 5.1", f"--{BOUNDARY}\r\n".encode() + b"A: b\r\n" * 9000, MIXED),
    ("a malformed hash", "Data 2.4.11", mixed(first(statement(attachments=[attachment(TEXT, sha2="abc")])), part(TEXT, X_Experience_API_Hash="abc")), MIXED),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "_clause", "body", "kind"), REFUSED, ids=[f"{name} ({clause})" for name, clause, *_ in REFUSED])
def test_what_is_not_as_it_must_be_is_refused(local_store: Store, _name: str, _clause: str, body: bytes, kind: str) -> None:
    answer = send(local_store, body, kind=kind)
    assert answer.status_code == 400
    assert answer.json["detail"]
    assert local_store.count(StatementRow) == local_store.count(AttachmentRow) == local_store.count(AttachmentPiece) == 0


WITHOUT = ["usageType", "display", "contentType", "length", "sha2"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", WITHOUT)
def test_an_attachment_without_what_it_needs_is_refused(local_store: Store, version: str, name: str) -> None:  # XAPI-00102 to -00107
    sent = statement(attachments=[attachment(TEXT, fileUrl="https://files.example/a", **{name: None})])
    answer = local_store.post(sent, version=version)
    assert (answer.status_code, answer.json["path"]) == (400, f"statement.attachments[0].{name}")


def test_more_than_a_request_takes_is_refused_as_it_arrives(local_store: Store) -> None:
    """XAPI-00328."""
    content = b"x" * (16 * 2**20 + 1)
    sent = statement(attachments=[attachment(content)])
    assert send(local_store, mixed(first(sent), part(content))).status_code == 200  # attachment data is streamed and does not count
    too_long = json.dumps(statement(result={"response": "x" * (16 * 2**20)})).encode()
    assert send(local_store, mixed(first(too_long))).status_code == 413
    assert local_store.count(StatementRow) == 1


# ── Access ──


def test_knowing_a_hash_opens_nothing(store: Store) -> None:
    secret = statement(attachments=[attachment(TEXT)])
    send(store, mixed(first(secret), part(TEXT)))
    asking = statement(attachments=[attachment(TEXT, fileUrl="https://files.example/mine")])
    store.stored(asking)
    assert data_of(store.get(statementId=asking["id"], attachments=True)) == {}
    token = store.token("launch", actor=ANNA)
    assert store.get(attachments=True, by=token).status_code == 200
    assert data_of(store.get(attachments=True, by=token)) == {}


def test_a_voided_statements_data_is_seen_only_as_such(store: Store) -> None:
    sent = statement(attachments=[attachment(TEXT)])
    send(store, mixed(first(sent), part(TEXT)))
    store.stored(voiding(sent["id"]))
    assert data_of(store.get(attachments=True)) == {}
    assert data_of(store.get(voidedStatementId=sent["id"], attachments=True)) == {sha2(TEXT): TEXT}


# ── Repeated, partial and simultaneous requests ──


def test_a_re_send_with_its_data_is_a_success_and_keeps_nothing_twice(store: Store) -> None:
    body = mixed(first(GOOD), part(TEXT))
    assert [send(store, body).status_code for _ in range(3)] == [200, 200, 200]
    assert (store.count(StatementRow), store.count(AttachmentRow), store.count(AttachmentPiece)) == (1, 1, 1)


def test_data_of_a_batch_that_is_refused_is_not_kept(store: Store) -> None:
    taken = statement()
    store.stored(taken)
    fresh, other = statement(attachments=[attachment(TEXT)]), statement(id=taken["id"], result={"success": True})
    assert send(store, mixed(first([fresh, other]), part(TEXT))).status_code == 409
    assert (store.count(StatementRow), store.count(AttachmentRow), store.count(AttachmentPiece)) == (1, 0, 0)


def test_the_same_data_sent_by_many_at_once_is_kept_once(store: Store) -> None:
    together = threading.Barrier(6)
    answers: list[int] = []

    def one_sends(contents: Sequence[bytes]) -> None:
        sent = statement(attachments=[attachment(content) for content in contents])
        body = mixed(first(sent), *(part(content) for content in contents))
        together.wait(10)
        answers.append(send(store, body).status_code)

    threads = [threading.Thread(target=one_sends, args=([TEXT, PICTURE][:: 1 - 2 * (n % 2)],)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == [200] * 6
    assert (store.count(StatementRow), store.count(AttachmentRow)) == (6, 2)
