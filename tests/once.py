"""Do once in a process of tests what each application does when it starts: thousands of tests have an application of their own."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask
from sqlalchemy import Engine, Pool
from sqlalchemy.engine import base
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from tests import templates

COMPILED = 3_000  # statements


@pytest.fixture(scope="session", autouse=True)
def compiled_pages() -> Iterator[None]:
    """Compile each template once instead of once for each test's application, which took half of such a test's time."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": templates.Kept()})
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_addresses() -> Iterator[None]:
    """Read each route's address and compile what builds it once, not once for each test's application, of which it took most.

    A rule's parts, converters and builders depend on its texts and on the map's converters alone.
    """
    compile_rule, made = Rule.compile, {}

    def once(rule: Rule) -> None:
        found: Any = rule.map
        key = (
            rule.rule,
            rule.host,
            rule.subdomain,
            rule.merge_slashes,
            found.host_matching,
            repr(rule.defaults),
            *found.converters.values(),
        )
        if key not in made:
            compile_rule(rule)
            made[key] = (
                {name: getattr(rule, name) for name in ("_parts", "_trace", "_converters", "arguments")},
                (
                    rule._build.__func__,  # type: ignore[attr-defined]
                    rule._build_unknown.__func__,  # type: ignore[attr-defined]
                ),
            )
        parts, (build, build_unknown) = made[key]
        rule.__dict__.update({name: part.copy() for name, part in parts.items()})
        rule._build, rule._build_unknown = build.__get__(rule, None), build_unknown.__get__(rule, None)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Rule, "compile", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_statements() -> Iterator[None]:
    """Compile each SQL statement once, not once for each test's database, which took a third of such a test's time.

    What was compiled is kept for a dialect, so all engines of one kind are given the first dialect that has been connected.
    """
    kept: dict[object, tuple[Any, LRUCache[Any, Any]]] = {}

    class SharingEngine(Engine):
        def __init__(self, pool: Pool, dialect: Any, *rest: Any, **options: Any) -> None:
            super().__init__(pool, dialect, *rest, **options)
            kind = (type(dialect), dialect._on_connect_isolation_level)
            first, compiled = kept.get(kind, (None, None))
            if first and first.server_version_info:  # it knows what its database can do
                self.dialect, self._compiled_cache = first, compiled
            else:
                kept[kind] = dialect, LRUCache(COMPILED)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(base, "Engine", SharingEngine)
        yield


@pytest.fixture(scope="session", autouse=True)
def read_translations() -> Iterator[None]:
    """Read each file of translations once, not once for each test's application. Flask-Babel copies what it is given."""
    read, made = Translations.load, {}

    def once(folder: str, locales: Sequence[Locale], domain: str) -> NullTranslations:
        key = (folder, *map(str, locales), domain)
        if key not in made:
            made[key] = read(folder, locales, domain)
        return made[key]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Translations, "load", once)
        yield
