"""Is guessing slowed down without revealing accounts and without locking anybody out?"""

import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import argon2
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts import guessing, initial
from lms.accounts.models import TEACHER, Person
from lms.accounts.passwords import ARGON2, LONGEST, NOBODYS, set_password
from lms.accounts.people import add_person, close_account
from lms.app import create_app
from tests.access import form_token
from tests.factories import DrivenClock, World, settings_for

PASSWORD = "纸船 and seven hills"
STRANGER, OWNER = "198.51.100.1", "203.0.113.7"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The database counts nothing here."""
    return sqlite_url


@pytest.fixture
def accounts(world: World) -> World:
    """A world with an account of every kind."""

    def add(session: Session) -> None:
        set_password(session.get_one(Person, world.person_id), PASSWORD)
        add_person(session, "closed", "林静宜", (TEACHER,), password=PASSWORD)
        close_account(session, session.query(Person).filter_by(username="closed").one())
        add_person(session, "waiting", "陈建国", (TEACHER,), password=None).password = initial.draw()
        add_person(session, "without", "周明", (TEACHER,), password=None)

    world.act(add)
    return world


class Browser:
    """A browser at an address of its own."""

    def __init__(self, world: World, address: str) -> None:
        self.client: FlaskClient = world.app.test_client()
        self.client.environ_base["REMOTE_ADDR"] = address

    def try_(self, identity: str, password: str) -> TestResponse:
        headers = {"X-CSRFToken": form_token(self.client)}
        return self.client.post("/login", data={"identity": identity, "password": password}, headers=headers)

    def statuses(self, identity: str, times: int) -> list[int]:
        return [self.try_(identity, "a wrong password").status_code for _ in range(times)]


# ── The same work and the same answer ──


@pytest.mark.parametrize("password", ["a wrong password", PASSWORD, "x" * (LONGEST + 1), ""])
def test_every_refused_sign_in_costs_one_verification_and_gets_one_answer(
    accounts: World, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    counted: list[str] = []
    for name in ("verify_secret", "hash_secret", "hash_secret_raw"):
        count(monkeypatch, name, counted)
    answers = set()
    for number, identity in enumerate(("teacher", "closed", "waiting", "without", "nobody", "n" * 300)):
        if (identity, password) == ("teacher", PASSWORD):
            continue
        browser = Browser(accounts, f"198.51.100.{number}")
        token = form_token(browser.client)
        counted.clear()
        answer = browser.client.post("/login", data={"identity": identity, "password": password}, headers={"X-CSRFToken": token})
        assert counted == (["verify_secret"] if password else []), identity
        answers.add((answer.status_code, body_of(answer, identity)))
    assert len(answers) == 1


def count(monkeypatch: pytest.MonkeyPatch, name: str, counted: list[str]) -> None:
    """Note each time that argon2 is asked, however the libraries between reach it."""
    real: Callable[..., Any] = getattr(argon2.low_level, name)

    def noted(*args: Any, **named: Any) -> Any:
        counted.append(name)
        return real(*args, **named)

    monkeypatch.setattr(argon2.low_level, name, noted)


def body_of(answer: TestResponse, identity: str) -> str:
    """Return what is on the page, without what was typed and the tokens of forms."""
    main = answer.text.partition("<main")[2].replace(identity, "…")
    return "\n".join(line for line in main.splitlines() if "csrf_token" not in line)


def test_what_stands_for_no_password_costs_what_every_password_costs() -> None:
    costs = argon2.extract_parameters(NOBODYS)
    assert (costs.time_cost, costs.memory_cost, costs.parallelism) == tuple(ARGON2.values())
    assert costs.type is argon2.Type.ID


# ── Slowed down, and nobody locked out ──


def test_a_strangers_wrong_tries_lock_nobody_out(accounts: World) -> None:
    assert Browser(accounts, STRANGER).statuses("teacher", 12)[-1] == 429
    assert Browser(accounts, OWNER).try_("teacher", PASSWORD).status_code == 302


def test_a_stranger_waits_longer_each_time(accounts: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = Browser(accounts, STRANGER)
    waits, passed = [], 0.0
    real = time.time

    def later() -> float:
        return real() + passed

    for module in ("limits.storage.memory.time", "flask_limiter._extension.time", "lms.accounts.guessing.time"):
        monkeypatch.setattr(module, SimpleNamespace(time=later, monotonic=time.monotonic))
    tries = 0
    while passed < 2 * 3600:
        answer = stranger.try_("teacher", "a wrong password")
        tries += answer.status_code == 200
        if answer.status_code == 429:
            waits.append(int(answer.headers["Retry-After"]))
            passed += waits[-1] + 1
    minute, quarter, longest = waits[0], max(waits[:4]), max(waits)
    assert minute <= 60
    assert 600 < quarter <= 900
    assert longest > 3600
    assert tries <= 30  # in two hours


def test_the_refusal_says_for_how_long_to_wait(accounts: World) -> None:
    stranger = Browser(accounts, STRANGER)
    stranger.statuses("teacher", 5)
    answer = stranger.try_("teacher", PASSWORD)
    assert answer.status_code == 429
    assert "请等 1 分钟后再试" in answer.text or "请等 2 分钟后再试" in answer.text
    assert "Retry-After" in answer.headers


def test_a_whole_school_signs_in_from_one_address(accounts: World) -> None:
    for _ in range(40):
        assert Browser(accounts, OWNER).try_("teacher", PASSWORD).status_code == 302


def test_one_address_does_not_try_one_password_with_every_name(accounts: World) -> None:
    stranger = Browser(accounts, STRANGER)
    token = {"X-CSRFToken": form_token(stranger.client)}
    statuses = [
        stranger.client.post("/login", data={"identity": f"somebody {number}", "password": ""}, headers=token).status_code
        for number in range(101)
    ]
    assert statuses == [200] * 100 + [429]


def test_guesses_from_many_addresses_are_slowed_down_but_the_owners_browser_is_not(accounts: World) -> None:
    own = Browser(accounts, OWNER)
    assert own.try_("Teacher", PASSWORD).status_code == 302
    own.client.post("/logout", headers={"X-CSRFToken": form_token(own.client)})
    statuses = [status for number in range(8) for status in Browser(accounts, f"198.51.100.{number}").statuses("teacher", 4)]
    assert statuses == [200] * 30 + [429] * 2
    assert own.try_("teacher", "a wrong password").status_code == 200
    assert own.try_("teacher", PASSWORD).status_code == 302


def test_a_known_browser_is_known_for_its_own_people_only_and_cannot_be_made_up(accounts: World) -> None:
    own = Browser(accounts, OWNER)
    own.try_("teacher", PASSWORD)
    cookie = own.client.get_cookie(guessing.COOKIE)
    assert cookie is not None
    assert "teacher" not in cookie.value
    forged = Browser(accounts, STRANGER)
    forged.client.set_cookie(guessing.COOKIE, cookie.value[:-3] + "AAA")
    assert forged.statuses("teacher", 6)[-1] == 429
    stolen = Browser(accounts, STRANGER)
    stolen.client.set_cookie(guessing.COOKIE, cookie.value)
    assert stolen.statuses("nobody", 6)[-1] == 429
    assert stolen.statuses("teacher", 6)[-1] == 429, "guessing with a stolen one is slowed down like everywhere"


def test_an_ipv6_network_counts_as_one_visitor(accounts: World) -> None:
    statuses = [Browser(accounts, f"2001:db8::{number:x}").statuses("teacher", 1)[0] for number in range(6)]
    assert statuses == [200] * 5 + [429]
    assert Browser(accounts, "2001:db8:0:1::1").statuses("teacher", 1) == [200]


@pytest.mark.parametrize(("proxies", "other_address"), [(0, 429), (1, 200)])
def test_addresses_are_told_apart_only_as_far_as_a_proxy_of_ours_says(
    database_url: str, tmp_path: Path, proxies: int, other_address: int
) -> None:
    app = create_app(settings_for(database_url, tmp_path, trusted_proxies=proxies))
    client = app.test_client()
    headers = {"X-CSRFToken": form_token(client)}

    def attempt(address: str) -> int:
        said = headers | {"X-Forwarded-For": f"203.0.113.9, {address}"}  # the visitor may have written the first one
        return client.post("/login", data={"identity": "nobody", "password": ""}, headers=said).status_code

    assert {attempt("198.51.100.1") for _ in range(5)} == {200}
    assert attempt("198.51.100.1") == 429
    assert attempt("198.51.100.2") == other_address
    app.extensions["db"].dispose()


def test_without_redis_people_sign_in_and_guessing_is_still_slowed_down(accounts: World, database_url: str, tmp_path: Path) -> None:
    app = create_app(settings_for(database_url, tmp_path, redis_url="redis://127.0.0.1:1/0"))
    without = World(app, accounts.clock, 1, 1, 1, 1)
    assert Browser(without, OWNER).try_("teacher", PASSWORD).location == "/"
    assert Browser(without, STRANGER).statuses("nobody", 6) == [200] * 5 + [429]
    app.extensions["db"].dispose()


def statuses_elsewhere(database_url: str, folder: Path, redis_url: str, times: int) -> list[int]:
    """Try a wrong password in a web process of its own."""
    app = create_app(settings_for(database_url, folder, redis_url=redis_url))
    return Browser(World(app, DrivenClock(), 1, 1, 1, 1), STRANGER).statuses("teacher", times)


def test_two_web_processes_count_the_tries_for_one_name_together(
    accounts: World, database_url: str, valkey_url: str, tmp_path: Path
) -> None:
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as processes:  # a new process each time
        tries = [processes.apply(statuses_elsewhere, (database_url, tmp_path, valkey_url, 3)) for _ in range(2)]
    assert tries == [[200] * 3, [200, 200, 429]]


def test_what_became_of_one_app_s_redis_changes_nothing_in_the_next(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accounts: World
) -> None:
    without = create_app(settings_for(database_url, tmp_path, redis_url="redis://127.0.0.1:1/0"))
    assert Browser(World(without, accounts.clock, 1, 1, 1, 1), STRANGER).statuses("nobody", 1) == [200]
    app = create_app(settings_for(database_url, tmp_path))
    visitor = Browser(World(app, accounts.clock, 1, 1, 1, 1), STRANGER)
    assert visitor.statuses("nobody", 5) == [200] * 5
    later = SimpleNamespace(time=lambda: time.time() + 3600)  # so that Flask-Limiter would ask whether Redis is back
    monkeypatch.setattr("flask_limiter._extension.time", later)
    assert visitor.statuses("nobody", 1) == [429]
    for one in (without, app):
        one.extensions["db"].dispose()


def test_a_browser_known_for_one_person_is_slowed_down_with_the_name_of_another(accounts: World) -> None:
    own = Browser(accounts, OWNER)
    assert own.try_("teacher", PASSWORD).status_code == 302
    own.client.post("/logout", headers={"X-CSRFToken": form_token(own.client)})
    for number in range(8):
        Browser(accounts, f"198.51.100.{number}").statuses("waiting", 4)
    assert own.try_("waiting", "a wrong password").status_code == 429
