"""Is a multipart body of any writer read as MIME defines it? (RFC 2046 5.1; 1.0.3 Communication 1.5.2; 2.0 4.1.3)"""

import json

from tests.conformance.attachments import BOUNDARY, TEXT, attachment, mixed, part, send, sha2
from tests.integration.xapi.conftest import Store, statement


def test_a_body_is_read_as_mime_has_it(local_store: Store) -> None:
    """XAPI-00130, -00131, RFC 2046 5.1, RFC 5322 2.2.3: headers may be folded, boundaries padded, and more stands around the parts."""
    folded = part(TEXT, Content_Transfer_Encoding="\r\n\tbinary", X_Experience_API_Hash="\r\n  " + sha2(TEXT))
    head = {"Content-Type": "application/json;\r\n charset=utf-8"}
    for change in (
        lambda body: body,
        lambda body: b"For readers without MIME.\r\n" + body + b"Good bye.\r\n" * 40_000,
        lambda body: body.replace(BOUNDARY.encode() + b"\r\n", BOUNDARY.encode() + b" \t\r\n"),
        lambda body: body.removesuffix(b"\r\n"),
    ):
        sent = statement(attachments=[attachment(TEXT)])
        answer = send(local_store, change(mixed((head, json.dumps(sent).encode()), folded)))
        assert (answer.status_code, answer.json) == (200, [sent["id"]])
