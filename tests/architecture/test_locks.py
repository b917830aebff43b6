"""Do the locks pin everything that is needed, on every version of Python that the product supports? pip refuses to install otherwise."""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.tree import ROOT

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LOCKS = {"requirements.lock": False, "requirements-dev.lock": True}
PIN = re.compile(r"^(\S+?)(?:\[[^\]]*\])?==\S+(?: ; (.+?))?(?: \\)?$", re.MULTILINE)


def environment(python: str) -> dict[str, str]:
    return {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux", "extra": ""}


def pinned(lock: str, python: str) -> set[str]:
    """Return the packages that a lock pins for a version of Python."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {
        str(canonicalize_name(name))
        for name, marker in PIN.findall(text)
        if not marker or Requirement(f"{name} ; {marker}").marker.evaluate(environment(python))  # type: ignore[union-attr]
    }


def needed(name: str, python: str) -> Iterator[str]:
    """Yield what an installed package needs on a version of Python, without its extras."""
    try:
        found = requires(name) or ()
    except PackageNotFoundError:  # of another version of Python than this one
        return
    for one in map(Requirement, found):
        if one.marker is None or one.marker.evaluate(environment(python)):
            yield str(canonicalize_name(one.name))


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_what_a_pinned_package_needs_is_pinned_too(lock: str, python: str) -> None:
    own = pinned(lock, python)
    missing = {name: sorted(lacking) for name in sorted(own) if (lacking := set(needed(name, python)) - own)}
    assert missing == {}
