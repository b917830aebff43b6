"""Is every body that is not a statement refused with a clear 4xx, without storing anything?"""

import gzip
import json
import uuid

import pytest

from tests.integration.xapi.conftest import Store, statement
from xapi.rules.statement_json import MOST_CHARACTERS
from xapi.storage.models import StatementRow

HOSTILE: list[tuple[str, bytes, int]] = [
    ("nothing", b"", 400),
    ("half", b'{"actor": ', 400),
    ("a text", b'"x"', 400),
    ("null", b"null", 400),
    ("an array of texts", b'["x"]', 400),
    ("an array in an array", b"[[]]", 400),
    ("two values", b"{} {}", 400),
    ("an array with more behind", b"[] x", 400),
    ("a comma too many", b"[{},]", 400),
    ("not UTF-8", b'{"a": "\xff"}', 400),
    ("a byte order mark", b"\xef\xbb\xbf{}", 400),
    ("a key twice", b'{"id": 1, "id": 2}', 400),
    ("a key twice, deep", b'{"actor": {"a": 1, "a": 2}}', 400),
    ("NaN", b'{"result": NaN}', 400),
    ("larger than a double", b'{"result": 1e999}', 400),
    ("an endless integer", b'{"result": ' + b"9" * 5000 + b"}", 400),
    ("nested a little deep", b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}", 400),
    ("nested deep", b"[" * 100_000, 400),
    ("nested objects", b'{"a":' * 100_000, 400),
    ("a name with half a surrogate pair", rb'{"\ud800": 1}', 400),
    ("a control character", b'{"a": "\x00"}', 400),
    ("many that are nothing", b"[" + b",".join([b"{}"] * 4999) + b"]", 400),
    ("too long", b" " * (16 * 2**20 + 1), 413),
]


@pytest.mark.parametrize(("_name", "body", "status"), HOSTILE, ids=[case[0] for case in HOSTILE])
def test_a_hostile_body_is_refused_and_leaves_nothing(local_store: Store, _name: str, body: bytes, status: int) -> None:
    answer = local_store.post(body)
    assert answer.status_code == status
    assert answer.json["detail"]
    assert local_store.count(StatementRow) == 0


@pytest.mark.parametrize("size", [MOST_CHARACTERS + 1, 10 * 2**20])
def test_a_statement_that_is_too_large_is_refused_at_its_place_and_its_batch_with_it(local_store: Store, size: int) -> None:
    small, empty = json.dumps(statement()), json.dumps(statement(result={"response": ""}))
    large = empty.replace('"response": ""', f'"response": "{"x" * (size - len(empty))}"')
    answer = local_store.post(f"[{small},{large}]".encode())
    assert (answer.status_code, answer.json["path"]) == (413, "statements[1]")
    assert local_store.put(json.loads(large)["id"], large.encode()).status_code == 413
    assert local_store.count(StatementRow) == 0
    fits = large.replace("x" * (size - MOST_CHARACTERS), "", 1)
    assert local_store.post(fits.encode()).status_code == 200


@pytest.mark.parametrize("charset", ["utf-16", "gb18030", "utf-8; q=x", "\xff"])
def test_json_is_utf_8_whatever_its_charset_says(local_store: Store, charset: str) -> None:
    plain = json.dumps(statement(actor={"mbox": "mailto:a@b.example", "name": "安娜"}), ensure_ascii=False)
    kind = f"application/json; charset={charset}"
    assert local_store.ask("POST", data=plain.encode(), content_type=kind).status_code == 200
    for encoding in ("utf-16", "gb18030"):
        answer = local_store.ask("POST", data=plain.encode(encoding, "replace"), content_type=kind)
        assert answer.status_code == 400, encoding


def test_ten_thousand_statements_are_refused(local_store: Store) -> None:
    assert local_store.post([statement(id=None)] * 10_000).status_code == 413
    assert local_store.count(StatementRow) == 0


def test_more_statements_than_one_request_takes_are_refused(local_store: Store) -> None:
    one = json.dumps(statement(id=None))
    assert local_store.post(f"[{','.join([one] * 5001)}]".encode()).status_code == 413


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/mixed; boundary=x", "application/jsonx"]
)
def test_a_body_that_is_not_called_json_is_refused(local_store: Store, kind: str) -> None:
    assert local_store.ask("POST", data=json.dumps(statement()), content_type=kind).status_code == 400
    assert local_store.count(StatementRow) == 0


def test_a_body_that_breaks_off_is_refused(local_store: Store) -> None:
    whole = json.dumps([statement()]).encode()
    answer = local_store.post(whole[:-1], headers={"Content-Length": str(len(whole))})
    assert answer.status_code == 400
    assert local_store.post(gzip.compress(whole)).status_code == 400
    assert local_store.count(StatementRow) == 0


def test_parameters_that_no_write_has_are_refused(local_store: Store) -> None:
    assert local_store.post(statement(), query_string={"statementId": str(uuid.uuid4())}).json["path"] == "statementId"
    assert local_store.ask("GET", "statements?limit=1&limit=2").json["path"] == "limit"
