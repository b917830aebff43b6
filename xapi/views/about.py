"""Which versions of xAPI does this store speak? (1.0.3 Communication 2.8; 2.0 4.1.6.7) Open to everyone."""

from flask import Response, json

from xapi.views.answers import json_answer

VERSIONS = ("1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0")


def get() -> Response:
    """Return the supported versions."""
    return json_answer(json.dumps({"version": VERSIONS, "extensions": {}}))
