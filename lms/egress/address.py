"""Check the address of another record store: https to a public address; an inside address only if an operator allows it."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import httpx

from courses.strict_json.problem import Problem
from lms.config import Settings
from lms.egress.networks import can_be_host, is_number, is_one_machine, is_public

LONGEST, LONGEST_KEY = 500, 200
LOCAL = ("localhost", "127.0.0.1", "::1")
ENDPOINT = "endpoint"  # the name of the field
PORTS = {"https": 443, "http": 80}


class NotReached(Exception):
    """The other store's name cannot be resolved, or its address is not allowed."""


@dataclass(frozen=True, slots=True)
class Address:
    """The address of another record store; `internal`: plain http and addresses of one's own network are allowed."""

    url: str
    internal: bool

    @property
    def host(self) -> str:
        """Its name."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """Its port."""
        return _port(self.url) or 0


def parse_address(text: str, settings: Settings, *, internal: bool) -> Address | list[Problem]:
    """Read the address of a record store's xAPI endpoint, the part before `/statements`; otherwise return every problem.

    It may be malformed, or this site itself, or statements may not be sent to it.
    """
    url = text.strip().rstrip("/")
    problems = list(_problems(url, settings, internal=internal))
    return problems or Address(url, internal)


def parts_of(url: str) -> SplitResult | None:
    """Return the parts of an http or https address; None if its host or its port is impossible."""
    if len(url) > LONGEST or not url.isprintable():
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
        httpx.URL(url)  # stricter about names: a name that it refuses cannot be connected to
    except (ValueError, httpx.InvalidURL):
        return None
    return parts if parts.scheme in PORTS and port != 0 and can_be_host(parts.hostname or "") else None


def is_local(url: str) -> bool:
    """Say whether an address names this machine."""
    parts = parts_of(url)
    return parts is not None and _host(parts) in LOCAL


def _problems(url: str, settings: Settings, *, internal: bool) -> Iterator[Problem]:
    parts = parts_of(url)
    if parts is None:
        yield Problem("address-form", ENDPOINT)
        return
    if parts.username or parts.password or parts.query or parts.fragment:
        yield Problem("address-parts", ENDPOINT)
    if url.endswith("/statements"):
        yield Problem("address-statements", ENDPOINT)
    host = _host(parts)
    own = {(urlsplit(own).hostname, _port(own)) for own in (settings.public_url, settings.content_url)}
    if (host, _port(url)) in own or (settings.package_domain and host.endswith(f".{settings.package_domain}")):
        yield Problem("address-own", ENDPOINT)
    elif host in LOCAL and not internal:
        yield Problem("address-machine", ENDPOINT)
    elif is_number(host) and not _may_be_used(host, internal=internal):
        yield Problem("address-inside", ENDPOINT)
    if parts.scheme != "https" and not internal:
        yield Problem("address-http", ENDPOINT)


def credential_problems(key: str, secret: str) -> Iterator[Problem]:
    """Yield the problems of a key and its secret; the path of each is its field."""
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable() or ":" in key:
        yield Problem("key-form", "key", {"n": LONGEST_KEY})
    if not secret or not secret.isprintable():
        yield Problem("secret-form", "secret")


def _port(url: str) -> int | None:
    parts = urlsplit(url)
    try:
        return parts.port or PORTS[parts.scheme]
    except ValueError:
        return None


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").removesuffix(".")


def _may_be_used(number: str, *, internal: bool) -> bool:
    """Say whether a network address may be connected to; a name is checked when it is used."""
    return is_one_machine(number) if internal else is_public(number)


def resolve(address: Address) -> str:
    """Resolve a host name and check the result; return the network address to connect to. A second look-up could give an inside address.

    Raises:
        NotReached: the name cannot be resolved, or its address is not allowed.
    """
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotReached(f"the name {address.host} is not known") from error
    numbers = [str(one[4][0]) for one in found]
    if not all(_may_be_used(number, internal=address.internal) for number in numbers):
        raise NotReached(f"{address.host} is inside a network of its own ({numbers[0]}); an operator can allow that")
    return numbers[0]
