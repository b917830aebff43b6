"""Connect to another record store, only at the network address that was checked.

Redirects are not followed and proxies from the environment are not used: either would bypass the check of the address.
"""

import json
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import certifi
import httpx

from lms.egress.address import Address, NotReached, resolve

CONNECT_SECONDS = 5
MOST_SAID = 400


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection to another record store, at the network address `number`."""

    client: httpx.Client
    address: Address
    number: str

    @contextmanager
    def asked(self, method: str, url: str, headers: Mapping[str, str], body: Iterable[bytes] | None = None) -> Iterator[httpx.Response]:
        """Send a request; read its response inside the block.

        Raises:
            NotReached: no response came, or it was cut off.
        """
        named = httpx.URL(url)
        own = {"Host": named.netloc.decode(), **headers}
        request = self.client.build_request(method, named.copy_with(host=self.number), headers=own, content=body)
        request.extensions["sni_hostname"] = self.address.host
        try:
            response = self.client.send(request, stream=True)
            try:
                yield response
            finally:
                response.close()
        except httpx.TimeoutException as error:
            raise NotReached("it did not answer in time") from error
        except (httpx.HTTPError, ssl.SSLError) as error:
            raise NotReached(f"the connection failed ({str(error)[:200] or type(error).__name__})") from error


@contextmanager
def connected(address: Address, seconds: float) -> Iterator[Connection]:
    """Open a connection; `seconds` is how long the store may be silent.

    Raises:
        NotReached: the name cannot be resolved, or its address is not allowed.
    """
    number = resolve(address)
    trusted = ssl.create_default_context()
    trusted.load_verify_locations(certifi.where())
    timeout = httpx.Timeout(seconds, connect=CONNECT_SECONDS)
    with httpx.Client(verify=trusted, timeout=timeout, trust_env=False, follow_redirects=False) as client:
        yield Connection(client, address, number)


def in_one_line(status: int, text: str) -> str:
    """Return a refusal on one line, as the other store wrote it."""
    words = text
    with suppress(ValueError, AttributeError, RecursionError):
        body = json.loads(text)
        words = str(body.get("detail") or body.get("message") or body.get("error") or text)
    plain = "".join(sign if sign.isprintable() else " " for sign in words)
    return f"HTTP {status}: {' '.join(plain.split())[:MOST_SAID]}".rstrip(": ")
