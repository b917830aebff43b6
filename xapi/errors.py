"""How does the record store refuse? Every refusal says what was wrong and where.

    XapiError            an xAPI refusal; `status` is its HTTP status
    ├── BadRequest  400  the request or a statement breaks the specification
    ├── Unauthorised 401 no credential, or not one of ours
    ├── TokenRefused 400 the token endpoint gives no token (401: to nobody we know)
    ├── Forbidden   403  the credential's scopes or its pinned actor, registration or activity do not allow it
    ├── Missing     404  no such statement or document
    ├── NotAnswered 405  this resource does not take the method
    ├── Conflicting 409  the same id was stored with another body; a document is there that the request does not speak of
    ├── Unmet       412  the document is not what the request's If-Match or If-None-Match demands
    └── TooLarge    413  more than this store takes in one request

Translated to JSON in `xapi/views/answers.py`, nowhere else.
"""


class XapiError(Exception):
    """A refusal with a plain sentence and, where it is about a statement, the path of the offending property."""

    status = 500

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.message = message
        self.path = path


class BadRequest(XapiError):
    """The request or a statement breaks the specification."""

    status = 400


class Unauthorised(XapiError):
    """No credential, or not one of ours."""

    status = 401


class TokenRefused(XapiError):
    """The token endpoint gives no token; `code` is RFC 6749's name for why."""

    status = 400

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = 401 if code == "invalid_client" else 400


class Forbidden(XapiError):
    """The credential does not allow this."""

    status = 403


class Missing(XapiError):
    """There is no such statement or document for this credential."""

    status = 404


class NotAnswered(XapiError):
    """This resource does not take the method."""

    status = 405


class Conflicting(XapiError):
    """What is stored already speaks against it."""

    status = 409


class Unmet(XapiError):
    """A condition of the request does not hold."""

    status = 412


class TooLarge(XapiError):
    """More than this store takes in one request."""

    status = 413
