"""Does all code that takes access away call the functions that also end what is open?"""

import ast
from collections.abc import Iterator

from tests.architecture.tree import ROOT, parse, sources, statements

# attribute → where it is set; each of these ends logins and launches in the same transaction (or gives access back)
SET_IN = {
    "password": {"lms/accounts/passwords.py", "lms/privacy/erasure/person.py"},
    "active": {"lms/accounts/people.py", "lms/accounts/commands.py", "lms/privacy/erasure/person.py"},
    "status": {"lms/classes/membership.py"},
}


def assigned(module: ast.Module) -> Iterator[str]:
    """Names of attributes of something other than `self` that a module sets."""
    for node in statements(module):
        targets = node.targets if isinstance(node, ast.Assign) else ()
        yield from (one.attr for one in targets if isinstance(one, ast.Attribute) and getattr(one.value, "id", "") not in {"self", "job"})


def test_passwords_accounts_and_places_in_a_class_are_changed_where_what_is_open_ends() -> None:
    found: dict[str, set[str]] = {name: set() for name in SET_IN}
    for path in sources("lms"):
        for name in set(assigned(parse(path))) & SET_IN.keys():
            found[name].add(path.relative_to(ROOT).as_posix())
    assert found == SET_IN
