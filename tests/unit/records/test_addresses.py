"""Which addresses may this server connect to? Every special network, every way to hide one, and texts that are not hosts."""

from pathlib import Path

import pytest

from courses.strict_json.problem import Problem
from lms.egress.address import Address, NotReached, is_local, parse_address, resolve
from lms.egress.networks import can_be_host, is_one_machine, is_public
from tests.factories import settings_for

SETTINGS = settings_for("sqlite://", Path("/var"))
PUBLIC = ["8.8.8.8", "193.0.14.129", "192.0.1.1", "198.20.0.1", "223.255.255.254", "2a00:1450::1", "2001:500:88::1", "2606:4700::1111"]
PUBLIC += ["::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2a00:1450::200:5efe:8.8.8.8"]
SPECIAL = {
    "this network": ["0.0.0.0", "0.1.2.3", "::"],  # noqa: S104 – nobody listens there
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "fc00::1", "fd12:3456::1"],
    "this machine": ["127.0.0.1", "127.255.255.254", "::1"],
    "link-local": ["169.254.169.254", "fe80::1", "fe80::1%eth0", "2a00:1450::1%eth0", "fec0::1"],
    "shared": ["100.64.0.1", "100.127.255.255"],
    "protocols": ["192.0.0.1", "192.0.0.170", "192.88.99.1", "2001:1::1", "2001:10::1", "2001:20::1", "5f00::1", "100::1"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "benchmarks": ["198.18.0.1", "198.19.255.255", "2001:2::1"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1", "::ffff:224.0.0.1"],
    "reserved": ["240.0.0.1", "255.255.255.255", "4000::1"],
    "mapped": ["::ffff:10.0.0.1", "::ffff:7f00:1", "::ffff:169.254.169.254"],
    "compatible": ["::10.0.0.1", "::8.8.8.8", "::127.0.0.1"],
    "translated": ["::ffff:0:10.0.0.1", "::ffff:0:8.8.8.8"],
    "6to4": ["2002:a00:1::1", "2002:7f00:1::", "2002:808:808::1"],
    "NAT64": ["64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8", "64:ff9b:1:a00::1"],
    "Teredo": ["2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "ISATAP": ["2a00:1450::5efe:10.0.0.1", "2a00:1450::200:5efe:192.168.1.1", "fe80::5efe:8.8.8.8"],
    "no address": ["", "10.0.0", "localhost", "8.8.8.8.8", "1::2::3", "08.8.8.8"],
}


@pytest.mark.parametrize("number", PUBLIC)
def test_a_public_address_is_public(number: str) -> None:
    assert is_public(number)


@pytest.mark.parametrize("kind", SPECIAL)
def test_no_special_address_is_public_however_it_is_written(kind: str) -> None:
    assert [number for number in SPECIAL[kind] if is_public(number)] == []


@pytest.mark.parametrize("number", [one for kind in SPECIAL if kind != "no address" for one in SPECIAL[kind] if "%" not in one])
def test_a_special_address_is_refused_in_a_form_and_when_a_name_leads_there(number: str) -> None:
    host = f"[{number}]" if ":" in number else number
    found = parse_address(f"https://{host}/xapi", SETTINGS, internal=False)
    assert isinstance(found, list)
    assert {one.path for one in found} == {"endpoint"}
    with pytest.raises(NotReached):
        resolve(Address(f"https://{host}/xapi", internal=False))


NO_ONE_MACHINE = ["0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "::ffff:0.0.0.0"]  # noqa: S104 – nobody listens there


@pytest.mark.parametrize("number", NO_ONE_MACHINE)
def test_an_address_that_is_not_a_single_machine_is_refused_even_inside_ones_own_network(number: str) -> None:
    assert not is_one_machine(number)
    found = parse_address(f"http://{f'[{number}]' if ':' in number else number}:9000/xapi", SETTINGS, internal=True)
    assert found == [Problem("address-inside", "endpoint")]


@pytest.mark.parametrize("number", ["10.0.0.1", "127.0.0.1", "::1", "fd00::1", "8.8.8.8"])
def test_inside_ones_own_network_every_machine_can_be_meant(number: str) -> None:
    assert is_one_machine(number)


NO_HOST = [
    "",
    "https",
    "https:",
    "https://",
    "https:///xapi",
    "http://[::1",
    "http://::1]/",
    "http://[zz]/",
    "http://[::1]x/",
    "http://[fe80::1%25eth0]/",
    "http://%zz",
    "http://%31%30.0.0.1/",
    "https://a b/",
    "https://a..b/",
    "https://.a/",
    "https://-a.example/",
    "https://a-.example/",
    "https://a,b/",
    f"https://{'a' * 64}.example/",
    f"https://{'数' * 60}.example/",
    f"https://{'.'.join(['a' * 60] * 5)}/",
    "https://☃☃\u200b/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://127.1/",
    "http://017700000001/",
    "http://10.0.0.08/",
    "http://256.1.1.1/",
    "https://lrs.example:0/",
    "https://lrs.example:65536/",
    "https://lrs.example:-1/",
    "https://lrs.example:port/",
    "https://lrs.example:" + "9" * 5000,
    "https://exa℀mple.org/",
    "https://" + "a" * 10**6,
]


@pytest.mark.parametrize("internal", [False, True])
@pytest.mark.parametrize("text", NO_HOST, ids=range(len(NO_HOST)))
def test_what_names_no_host_is_a_problem_of_its_field(text: str, internal: bool) -> None:
    assert not is_local(text)
    assert parse_address(text, SETTINGS, internal=internal) == [Problem("address-form", "endpoint")]


@pytest.mark.parametrize(
    "host", ["lrs.example", "LRS.Example.", "a_b.example", "xn--fiqs8s", "数据.example", "1and1.example", "10.0.0.1", "::1"]
)
def test_what_can_be_a_host(host: str) -> None:
    assert can_be_host(host)


def test_a_name_that_no_resolver_takes_is_said_not_to_be_known() -> None:
    with pytest.raises(NotReached, match="is not known"):
        resolve(Address(f"https://{'a' * 64}.example/", internal=True))


@pytest.mark.parametrize("url", ["http://localhost:9000/x", "http://LOCALHOST./x", "https://127.0.0.1", "http://[::1]:80/"])
def test_this_machine_is_known_by_its_names(url: str) -> None:
    assert is_local(url)
