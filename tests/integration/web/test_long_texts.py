"""Can one long text in any field, parameter or header stop the site? All of them are tried, as the code itself reads them.

A new field is found by the name under which its view reads it, or in the class of its form.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache, partial
from itertools import groupby
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from wtforms.fields.core import UnboundField
from wtforms.form import FormMeta

from lms.accounts.signin import limiter
from lms.rosters.heads import FIELDS
from tests import access
from tests.access import CONTENT, Place, form_token
from tests.architecture.tree import PACKAGES, parse, sources
from tests.factories import World
from tests.hostile_texts import MARKS, grows_too_fast, long
from tests.integration.web.hostile_requests import Sent, visitor_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
READERS = ("form", "args")
SOUND = {
    "identity": "teacher",
    "password": "wrong password",
    "username": "t-1",
    "name": "王",
    "new": "a new password",
    "old": "an old password",
}
IN_FORMS = ("1", "a-", "a@")
TOGETHER = 8  # fields: more would be too much for one form
IN_HEADERS = ("a-", ",", "a=1;", "en;q=0.1,", '"a",')
KNOWN_HEADERS = {
    "Cookie",
    "Accept-Language",
    "Accept",
    "If-None-Match",
    "If-Match",
    "Range",
    "If-Modified-Since",
    "Origin",
    "Referer",
    "Accept-Encoding",
}


@pytest.fixture
def place(world: World, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(limiter, "enabled", False)  # one after the other, many sign-ins are tried
    return access.build(world)


def names_in(code: ast.AST, module: ModuleType) -> dict[str, set[str]]:
    """Return the names that the code of a module reads: of form fields and of query parameters."""
    found: dict[str, set[str]] = {reader: set() for reader in READERS}
    for node in ast.walk(code):
        of = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else getattr(node, "value", None)
        if not (isinstance(of, ast.Attribute) and of.attr in READERS):
            continue
        first = node.args[0] if isinstance(node, ast.Call) and node.args else getattr(node, "slice", None)
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            found[of.attr].add(first.value)
    mentioned = mentioned_in(code)
    for form in (one for name, one in vars(module).items() if isinstance(one, FormMeta) and name in mentioned):
        fields = {name for name in dir(form) if isinstance(getattr(form, name), UnboundField)}
        found["form"] |= fields
        found["args"] |= fields
    if "read_one" in mentioned:
        found["form"] |= set(FIELDS)
    return found


def mentioned_in(code: ast.AST) -> set[str]:
    """Return every name and attribute in a piece of code."""
    return {node.id if isinstance(node, ast.Name) else node.attr for node in ast.walk(code) if isinstance(node, ast.Name | ast.Attribute)}


@cache
def read_by(module: ModuleType, view: str) -> dict[str, set[str]]:
    """Return what a view reads, with the functions of its module that it leads to. What no view leads to counts for each of them."""
    tree = ast.parse(inspect.getsource(module))
    parts = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef | ast.ClassDef)}

    def reached(first: str) -> set[str]:
        waiting, seen = [first], set[str]()
        while waiting:
            name = waiting.pop()
            if name in parts and name not in seen:
                seen.add(name)
                waiting += mentioned_in(parts[name])
        return seen

    views = {name for name, part in parts.items() if isinstance(part, ast.FunctionDef) and part.decorator_list}
    of_some_view = set().union(*(reached(name) for name in views))
    mine = reached(view) | (parts.keys() - of_some_view) if view in parts else parts.keys()
    read = [names_in(parts[name], module) for name in mine]
    return {reader: set().union(*(one[reader] for one in read)) for reader in READERS}


def routes(app: Flask, method: str, reader: str) -> Iterator[tuple[str, str]]:
    """(endpoint, name of a field) for everything that a view of ours reads."""
    for endpoint, how in sorted(access.asked(app)):
        if how != method or endpoint.startswith("xapi."):
            continue
        view = inspect.unwrap(app.view_functions[endpoint])
        module, name = sys.modules[view.__module__], view.__name__
        if endpoint == "security.login":
            module, name = sys.modules["lms.accounts.signin"], ""
        yield from ((endpoint, name) for name in sorted(read_by(module, name)[reader]))


def tries(app: Flask, method: str, reader: str, units: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """(endpoint, names, unit): marks, on which a normaliser works longest, in each field alone; the other units in several at once."""
    for endpoint, own in groupby(routes(app, method, reader), lambda one: one[0]):
        names = [name for _, name in own]
        yield from ((endpoint, (name,), MARKS) for name in names)
        several = [tuple(names[at : at + TOGETHER]) for at in range(0, len(names), TOGETHER)]
        yield from ((endpoint, some, unit) for some in several for unit in units)


def slow(place: Place, method: str, reader: str, units: tuple[str, ...]) -> list[tuple[str, tuple[str, ...], str]]:
    rules = {rule.endpoint: rule for rule in place.world.app.url_map.iter_rules()}
    clients: dict[str, tuple[FlaskClient, dict[str, str]]] = {}
    found = []
    for endpoint, names, unit in tries(place.world.app, method, reader, units):
        if endpoint not in clients:
            client = place.client(visitor_of(endpoint, method))
            clients[endpoint] = client, {"X-CSRFToken": form_token(client)}
        client, headers = clients[endpoint]
        made = partial(in_form if reader == "form" else in_query, names, unit)
        if grows_too_fast(Sent(client, place.address(rules[endpoint]), method, headers, made)):
            found.append((endpoint, names, unit))
    return found


def in_form(names: tuple[str, ...], unit: str, size: int) -> dict[str, Any]:
    return {"data": {**SOUND, **{name: long(unit, size) for name in names}}}


def in_query(names: tuple[str, ...], unit: str, size: int) -> dict[str, Any]:
    return {"query_string": {name: long(unit, size) for name in names}}


def in_header(name: str, unit: str, size: int) -> dict[str, Any]:
    return {"headers": {name: ("Bearer " if name == "Authorization" else "") + long(unit, size).strip()}}


def test_no_field_of_a_form_stops_the_site(place: Place) -> None:
    assert len(list(routes(place.world.app, "POST", "form"))) > 30
    assert ("security.login", "password") in set(routes(place.world.app, "POST", "form"))
    assert slow(place, "POST", "form", IN_FORMS) == []


def test_no_parameter_of_an_address_stops_the_site(place: Place) -> None:
    assert slow(place, "GET", "args", ("a-",)) == []


def headers_read() -> set[str]:
    """Every header that our code asks for by name, and those that the libraries read."""
    found = set(KNOWN_HEADERS)
    for file in sources(*PACKAGES):
        for node in ast.walk(parse(file)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
                of, first = node.func.value, node.args[0]
                if getattr(of, "attr", getattr(of, "id", "")) == "headers" and isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found


@pytest.mark.parametrize(
    ("endpoint", "who"), [("security.login", "nobody"), ("static", "nobody"), ("content.file", "nobody"), ("xapi.statements", "nobody")]
)
def test_no_header_stops_the_site(place: Place, endpoint: str, who: str) -> None:
    rule = next(rule for rule in place.world.app.url_map.iter_rules() if rule.endpoint == endpoint)
    method = "GET" if "GET" in (rule.methods or ()) else "POST"
    host = "http://127.0.0.1" if endpoint in CONTENT else "http://localhost"
    found = []
    for name in sorted(headers_read()):
        for unit in IN_HEADERS:
            if grows_too_fast(Sent(place.client(who), place.address(rule), method, {}, partial(in_header, name, unit), host)):
                found.append((name, unit))
    assert found == []
