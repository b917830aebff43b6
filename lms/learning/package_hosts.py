"""Name the host of a package's own in one browser session: its pages have an origin there, which nobody else's pages share.

A label has two halves, each a keyed digest: of the browser session, and of that half together with the package. So a request shows by
its label alone that its host belongs to the package it asks for, and the next person at a shared computer gets another host.
"""

import base64
import hashlib
import hmac

from itsdangerous import Signer

from lms.config_urls import PACKAGE

HALF = 10  # bytes: a whole label has 32 characters, of at most 63


def frame_alone(sha256: str) -> str:
    """Return the name for the host of a package's frame, which has an origin there. No file of the package is served on that host."""
    return f"frame {sha256}"


class PackageHosts:
    """The hosts of packages, below the domain of an address that has PACKAGE in it; `url` is '' if there is none."""

    def __init__(self, secret_key: str, url: str) -> None:
        self._key = Signer(secret_key, salt="lms.package-host", key_derivation="hmac", digest_method=hashlib.sha256).derive_key()
        self._url = url

    def label(self, sha256: str, login_id: int) -> str:
        """Return the label of the package with these files (`sha256` names them, or `frame_alone`) in one login of a browser."""
        session = self._digest(f"session {login_id}".encode())
        return base64.b32encode(session + self._package(session, sha256)).decode().lower()

    def is_of(self, label: str, sha256: str) -> bool:
        """Say whether a label was made for the package with these files, in any session."""
        try:
            known = base64.b32decode(label.upper())
        except ValueError:
            return False
        return hmac.compare_digest(known[HALF:], self._package(known[:HALF], sha256))

    def address(self, label: str) -> str:
        """Return the origin of a package's host."""
        return self._url.replace(PACKAGE, label)

    def _package(self, session: bytes, sha256: str) -> bytes:
        return self._digest(b"package " + session + sha256.encode())

    def _digest(self, of: bytes) -> bytes:
        return hmac.digest(self._key, of, "sha256")[:HALF]
