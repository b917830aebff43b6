"""Does the example of a proxy pass on what the site and its content hosts answer?"""

from pathlib import Path

NGINX = Path(__file__).parents[3] / "docker" / "nginx.conf"


def test_statements_pass_the_proxy_on_the_site_and_on_the_hosts_of_packages() -> None:
    """A unit of cmi5 sends them to its own host, and a statement may be longer than what else comes there."""
    servers = [one for one in NGINX.read_text(encoding="utf-8").split("\nserver {") if "proxy_pass" in one]
    assert len(servers) == 2
    assert ["client_max_body_size 1g" in one.partition("location /xapi/ {")[2].partition("}")[0] for one in servers] == [True, True]


def test_the_proxy_leaves_the_caching_of_our_own_files_as_it_is() -> None:
    assert "expires" not in NGINX.read_text(encoding="utf-8")
