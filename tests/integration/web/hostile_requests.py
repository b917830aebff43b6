"""Requests with one hostile text each, sent by somebody whose request is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient

from tests import access


def visitor_of(endpoint: str, method: str) -> str:
    """A person whose request is not refused before it is read."""
    able = [who for who in access.VISITORS if access.expected(endpoint, method, who) not in {"login", "401", "403", "404"}]
    return "nobody" if "nobody" in able else next(iter(able), "office")


@dataclass(frozen=True)
class Sent:
    """Requests with one hostile text each, of the requested size."""

    client: FlaskClient
    address: str
    method: str
    headers: Mapping[str, str]
    made: Callable[[int], dict[str, Any]]
    host: str = "http://localhost"

    def __call__(self, size: int) -> None:
        more = self.made(size)
        headers = {**self.headers, **more.pop("headers", {})}
        answer = self.client.open(self.address, method=self.method, headers=headers, buffered=True, base_url=self.host, **more)
        assert answer.status_code < 500 or answer.status_code == 503, (self.address, answer.status_code)
