"""Is a network address public, and is a host name valid? Uses the registries of special addresses; makes no queries.

IPv6 is public in the range that IANA has assigned for that (2000::/3), except for its special parts. An IPv4 address can be embedded in an
IPv6 address in many ways. Embeddings that a network translates (NAT64) or a system unpacks (mapped) are judged by the IPv4 address;
all others are never public.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

LONGEST_HOST, LONGEST_LABEL = 253, 63  # RFC 1035
# https://www.iana.org/assignments/iana-ipv4-special-registry: addresses that are not globally reachable, and multicast
_SPECIAL_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_PUBLIC_6 = IPv6Network("2000::/3")
# https://www.iana.org/assignments/iana-ipv6-special-registry: protocols, Teredo and benchmarks; documentation; 6to4
_SPECIAL_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052; 64:ff9b:1::/48 (RFC 8215) is for private networks
_ISATAP = re.compile(r"0[02]00:5efe")  # RFC 5214: the interface identifier before the embedded IPv4 address
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?", re.ASCII)


def is_public(number: str) -> bool:
    """Say whether a network address means the same machine everywhere on the internet; False for malformed addresses."""
    found = _parsed(number)
    return found is not None and _is_public(found)


def is_one_machine(number: str) -> bool:
    """Say whether a network address can be that of a single machine in some network."""
    found = _parsed(number)
    if isinstance(found, IPv6Address):
        found = _hidden(found) or found
    reserved = isinstance(found, IPv4Address) and found.is_reserved
    return found is not None and not (found.is_multicast or found.is_unspecified or reserved)


def is_number(host: str) -> bool:
    """Say whether a host is a number: a network address, or a form that some systems accept as one (`127.1`, `0x7f000001`)."""
    return ":" in host or _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2].lower()) is not None


def can_be_host(host: str) -> bool:
    """Say whether a host is a network address in its usual form, or a name that is valid in the domain name system."""
    if not host or len(host) > LONGEST_HOST:
        return False
    if is_number(host):
        return "%" not in host and _parsed(host) is not None
    try:
        name = host.removesuffix(".").encode("idna").decode().lower()
    except UnicodeError:
        return False
    return len(name) <= LONGEST_HOST and all(len(label) <= LONGEST_LABEL and _LABEL.fullmatch(label) for label in name.split("."))


def _parsed(number: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(number)
    except ValueError:
        return None


def _is_public(found: IPv4Address | IPv6Address) -> bool:
    if isinstance(found, IPv4Address):
        return not any(found in network for network in _SPECIAL_4)
    if found.scope_id is not None:
        return False
    hidden = _hidden(found)
    if hidden is not None and not _is_public(hidden):
        return False
    if found.ipv4_mapped is not None or found in _NAT64:
        return True
    return found in _PUBLIC_6 and not any(found in network for network in _SPECIAL_6)


def _hidden(found: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that a mapped, NAT64 or ISATAP address embeds."""
    if found.ipv4_mapped is not None:
        return found.ipv4_mapped
    if found in _NAT64 or _ISATAP.fullmatch(found.exploded[20:29]):
        return IPv4Address(int(found) & 0xFFFFFFFF)
    return None
