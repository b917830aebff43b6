"""Is a host for one package and one browser session only, with a name that DNS takes?"""

import re

from lms.learning.package_hosts import PackageHosts

HOSTS = PackageHosts("a secret key for tests, long enough to be taken", "https://{package}.content.example:8443")
ONE, OTHER = "ab" * 32, "cd" * 32


def test_a_label_is_short_and_of_letters_and_digits_that_every_dns_server_takes() -> None:
    label = HOSTS.label(ONE, 7)
    assert re.fullmatch(r"[a-z2-7]{32}", label)
    assert HOSTS.address(label) == f"https://{label}.content.example:8443"


def test_another_package_another_session_and_another_site_have_another_host() -> None:
    other_site = PackageHosts("another secret key, for tests and long enough", "https://{package}.content.example")
    labels = {HOSTS.label(ONE, 7), HOSTS.label(ONE, 8), HOSTS.label(OTHER, 7), other_site.label(ONE, 7)}
    assert len(labels) == 4
    assert HOSTS.label(ONE, 7) in labels, "the same place has the same host, so that a browser keeps what it has loaded"


def test_a_host_belongs_to_its_package_in_every_session_and_to_no_other() -> None:
    for session in (7, 8):
        label = HOSTS.label(ONE, session)
        assert HOSTS.is_of(label, ONE)
        assert not HOSTS.is_of(label, OTHER)


def test_a_name_that_the_server_did_not_make_belongs_to_no_package() -> None:
    made = HOSTS.label(ONE, 7)
    for label in ("", "www", "a" * 32, made[:-1], made + "a", made[16:] + made[:16], made[:16] + HOSTS.label(OTHER, 7)[16:], "é" * 32):
        assert not HOSTS.is_of(label, ONE), label


def test_the_half_of_a_label_that_names_the_session_says_nothing_about_it() -> None:
    assert HOSTS.label(ONE, 7)[:16] == HOSTS.label(OTHER, 7)[:16]
    assert HOSTS.label(ONE, 7)[:16] != HOSTS.label(ONE, 8)[:16]
