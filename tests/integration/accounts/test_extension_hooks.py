"""Are the extensions that `signin` unhooks by private names the ones that these names were read from?"""

import re

from flask import Flask

from tests.architecture.tree import ROOT

UNHOOKED = {"Principal._on_before_request", "Limiter._check_request_limit", "LoginManager._update_remember_cookie"}


def test_the_three_hooks_are_off_for_every_request(app: Flask) -> None:
    hooks = [*app.before_request_funcs[None], *app.after_request_funcs[None]]
    assert {getattr(hook, "__qualname__", "") for hook in hooks} & UNHOOKED == set()


def test_the_extensions_whose_private_names_are_used_are_pinned() -> None:
    """They offer no supported way. A new version is therefore taken on purpose: then these tests say whether the names still hold."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert [name for name in ("flask-limiter", "flask-login", "flask-principal") if not re.search(rf"^{name}==", lock, re.MULTILINE)] == []
