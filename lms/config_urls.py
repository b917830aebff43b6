"""Read and check the addresses among the settings: of the site, of uploaded content, and of the room where people check in."""

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

PACKAGE = "{package}"  # stands in CONTENT_URL for the name of a package's own host
SHARED = "shared"  # that name, for content that needs no host of its own


def read_url(env: Mapping[str, str], name: str, default: str, problems: list[str]) -> str:
    """Read the setting `name`: an address of http or https without a path."""
    url = (env.get(name) or default).rstrip("/")
    parts = split_url(url)
    plain = parts is not None and parts.hostname and not (parts.path or parts.query or parts.fragment or parts.username)
    if parts is None or parts.scheme not in {"http", "https"} or not plain:
        problems.append(f"{name}: must be http(s)://host[:port] without a path, not {url!r}")
    return url


def read_content_urls(env: Mapping[str, str], port: int, problems: list[str]) -> tuple[str, str]:
    """Read CONTENT_URL; return the address that content shares, and that of packages with a host of their own ('' without PACKAGE).

    Below localhost, shared content stays at 127.0.0.1, because Safari does not know names such as shared.localhost.
    """
    default = f"http://{PACKAGE}.localhost:{port}"
    written = (env.get("CONTENT_URL") or default).rstrip("/")
    if PACKAGE not in written:
        return read_url(env, "CONTENT_URL", default, problems), ""
    shared = read_url({"CONTENT_URL": written.replace(PACKAGE, SHARED, 1)}, "CONTENT_URL", default, problems)
    parts = split_url(shared)
    name, _, domain = host_of(shared).partition(".")
    if name != SHARED or not domain or PACKAGE in shared:
        problems.append(f"CONTENT_URL: must have {PACKAGE} once, as the first name of its host: https://{PACKAGE}.content.example")
        return shared, ""
    if domain != "localhost" or parts is None:
        return shared, written
    return f"{parts.scheme}://127.0.0.1{f':{parts.port}' if parts.port else ''}", written


def is_content_host(host: str, content_url: str, package_url: str) -> bool:
    """Say whether a host name (lowercase, without port) is for uploaded content: the shared one, or one below the packages' domain."""
    domain = package_domain(package_url)
    return host == host_of(content_url) or bool(domain and host.endswith(f".{domain}"))


def package_domain(package_url: str) -> str:
    """Return the domain (without port) below which every package has a host of its own; '' if they have none."""
    return host_of(package_url).partition(".")[2]


def host_of(url: str) -> str:
    """Return the host name of an address, without port; '' if it has none."""
    parts = split_url(url)
    return (parts.hostname if parts else "") or ""


def read_check_in_url(env: Mapping[str, str], public: SplitResult | None, content: tuple[str, str], problems: list[str]) -> str:
    """Read the address for phones in the room: another name of the site, with the same kind of cookies."""
    if not env.get("CHECK_IN_URL"):
        return ""
    url = read_url(env, "CHECK_IN_URL", "", problems)
    parts = split_url(url)
    if parts and public and parts.scheme != public.scheme:
        problems.append("CHECK_IN_URL: must begin like PUBLIC_URL, because cookies over https have other names than over http")
    if is_content_host(host_of(url), *content):
        problems.append("CHECK_IN_URL: must name another host than CONTENT_URL, where no page of the site answers")
    return url


def split_url(url: str) -> SplitResult | None:
    """Return an address in parts; None if its brackets or its port are malformed."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
