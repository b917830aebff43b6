"""Which versions of xAPI does this store speak? (1.0.3 Communication 2.8; 2.0 4.1.6.7)"""

from flask import Response, jsonify

from xapi.mount import Mount

VERSIONS = ("1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0")


def get(_mount: Mount) -> Response:
    """Name the versions."""
    return jsonify({"version": list(VERSIONS), "extensions": {}})
