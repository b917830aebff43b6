"""The refusals of the record store. Each says what was wrong and where.

    XapiError            an xAPI refusal; `status` is its HTTP status
    ├── BadRequest  400  the request or a statement breaks the specification
    ├── Unauthorised 401 no credential, or not one of ours
    ├── TokenRefused 400  the token endpoint gives no token (401 if the client's key is unknown)
    ├── Forbidden   403  the credential's scopes or its pinned actor, registration or activity do not allow it
    ├── Missing     404  no such statement or document
    ├── NotAnswered 405  this resource does not take the method
    ├── Conflicting 409  the same id is stored with another body, or the request ignores an existing document
    │   └── Erased  409  a statement with this id was erased here permanently
    ├── Unmeasured  411  no Content-Length, and the body does not show where it ends
    ├── Unmet       412  the document does not satisfy the request's If-Match or If-None-Match
    ├── TooLarge    413  more than this store accepts in one request
    └── Encoded     415  a compressed body

`xapi/views/answers.py` translates them to JSON; nothing else does.
"""

from typing import NamedTuple


class Stranger(NamedTuple):
    """A request without a valid credential: the key it named (empty if the store does not know it), and one word for the reason."""

    key: str
    reason: str


class XapiError(Exception):
    """A refusal in one sentence. If it is about a statement, it has the path of the offending property.

    `reason` is the word under which the refusal is counted; if it is empty, the error is not counted as a refusal. `stranger`
    describes the client if one of the store's own keys failed to authenticate it.
    """

    status = 500
    reason = ""
    stranger: Stranger | None = None

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.message = message
        self.path = path


class BadRequest(XapiError):
    """The request or a statement breaks the specification."""

    status = 400
    reason = "invalid"


class Unauthorised(XapiError):
    """There is no credential, or it is not one of ours."""

    status = 401

    def __init__(self, message: str, stranger: Stranger | None = None) -> None:
        super().__init__(message)
        self.stranger = stranger


class TokenRefused(XapiError):
    """The token endpoint gives no token; `code` is the RFC 6749 error code."""

    status = 400
    reason = "grant"

    def __init__(self, code: str, message: str, stranger: Stranger | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.stranger = stranger
        self.status = 401 if code == "invalid_client" else 400


class Forbidden(XapiError):
    """The credential does not allow this."""

    status = 403
    reason = "scope"


class Missing(XapiError):
    """There is no such statement or document for this credential."""

    status = 404


class NotAnswered(XapiError):
    """This resource does not take the method."""

    status = 405
    reason = "method"


class Conflicting(XapiError):
    """The request conflicts with what is already stored."""

    status = 409
    reason = "conflict"


class Erased(Conflicting):
    """A statement with this id was erased permanently."""


class Unmeasured(XapiError):
    """The request has no Content-Length, and its body does not show where it ends."""

    status = 411
    reason = "invalid"


class Unmet(XapiError):
    """A condition of the request does not hold."""

    status = 412
    reason = "condition"


class TooLarge(XapiError):
    """The request is larger than this store accepts."""

    status = 413
    reason = "size"


class Encoded(XapiError):
    """The body is compressed, which this store does not accept."""

    status = 415
    reason = "invalid"
