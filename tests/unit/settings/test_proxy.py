"""Does the example of a proxy pass on what the site and its content hosts answer?"""

import re
from pathlib import Path

NGINX = Path(__file__).parents[3] / "docker" / "nginx.conf"


def test_statements_pass_the_proxy_on_the_site_and_on_the_hosts_of_packages() -> None:
    """A unit of cmi5 sends them to its own host, and a statement may be longer than what else comes there."""
    servers = [one for one in NGINX.read_text(encoding="utf-8").split("\nserver {") if "proxy_pass" in one]
    assert len(servers) == 2
    assert ["client_max_body_size 1g" in one.partition("location /xapi/ {")[2].partition("}")[0] for one in servers] == [True, True]


def test_the_proxy_leaves_the_caching_of_our_own_files_as_it_is() -> None:
    assert "expires" not in NGINX.read_text(encoding="utf-8")


def test_no_cookie_reaches_the_site_from_a_host_of_content() -> None:
    """A package can set cookies for all hosts of content. In nginx a block with headers of its own has none of those around it."""
    content = NGINX.read_text(encoding="utf-8").partition("server_name ${CONTENT_HOST};")[2]
    own, _, inner = content.partition("location ")
    blocks = [own, *(one for one in inner.split("location ") if "proxy_set_header" in one)]
    assert len(blocks) == 2
    assert [headers_of(one).get("Cookie") for one in blocks] == ['""', '""']
    above = headers_of(NGINX.read_text(encoding="utf-8").partition("\nserver {")[0])
    assert [above.items() <= headers_of(one).items() for one in blocks] == [True, True]


def headers_of(block: str) -> dict[str, str]:
    return dict(re.findall(r"^\s*proxy_set_header (\S+)\s+([^;]+);", block, re.MULTILINE))
