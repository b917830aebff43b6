"""Can a person see and end every browser in which they are signed in, and does a cookie stop working with its login?"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from lms.accounts import login_sessions
from lms.accounts.commands import user
from lms.accounts.models import LoginSession, Person
from lms.accounts.passwords import set_password
from lms.accounts.people import close_account
from lms.accounts.tasks import tidy
from lms.learning import fast_path
from tests.access import form_token
from tests.factories import World, signed_in
from tests.integration.learning.conftest import Page

PASSWORD = "纸船 and seven hills"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 MicroMessenger/8.0"
PC = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on SQLite."""
    return sqlite_url


@pytest.fixture
def teacher(world: World) -> World:
    """A world whose teacher has a password."""
    world.act(lambda session: set_password(session.get_one(Person, world.person_id), PASSWORD))
    return world


def sign_in(world: World, *, agent: str = PC, remember: bool = False) -> FlaskClient:
    """Sign the teacher in by the form, in a browser of its own."""
    client = world.app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = agent
    fields = {"identity": "teacher", "password": PASSWORD, **({"remember": "y"} if remember else {})}
    assert client.post("/login", data=fields, headers={"X-CSRFToken": form_token(client)}).status_code == 302
    return client


def is_in(client: FlaskClient) -> bool:
    return client.get("/home").status_code == 200


def copied(client: FlaskClient, *names: str) -> FlaskClient:
    """Return another browser with copies of a browser's cookies."""
    thief = client.application.test_client()
    for name in names:
        cookie = client.get_cookie(name)
        assert cookie is not None, name
        thief.set_cookie(name, cookie.value)
    return thief


def post(client: FlaskClient, address: str) -> int:
    return client.post(address, headers={"X-CSRFToken": form_token(client)}).status_code


@pytest.mark.parametrize("kept", [("session",), ("remember_token",), ("session", "remember_token")])
def test_a_copied_cookie_is_dead_after_signing_out(teacher: World, kept: tuple[str, ...]) -> None:
    own = sign_in(teacher, remember=True)
    thief = copied(own, *kept)
    assert is_in(thief)
    thief = copied(own, *kept)
    post(own, "/logout")
    assert not is_in(thief)
    assert not is_in(own)


def test_signing_out_leaves_other_browsers_signed_in(teacher: World) -> None:
    phone, pc = sign_in(teacher, agent=PHONE), sign_in(teacher)
    post(pc, "/logout")
    assert is_in(phone)


def test_the_page_names_every_browser_and_marks_this_one(teacher: World) -> None:
    sign_in(teacher, agent=PHONE)
    page = sign_in(teacher).get("/signed-in").text
    assert "微信" in page
    assert "手机" in page
    assert "Chrome" in page
    assert page.count("当前浏览器") == 1
    assert re.search(r"当前浏览器", page.partition("Chrome")[2])


def test_one_other_browser_is_signed_out_and_this_one_stays(teacher: World) -> None:
    phone, pc = sign_in(teacher, agent=PHONE), sign_in(teacher)
    other = f"/signed-in/{login_id(teacher, 'phone')}/end"
    assert f'action="{other}"' in pc.get("/signed-in").text
    assert post(pc, other) == 302
    assert not is_in(phone)
    assert is_in(pc)


def test_all_other_browsers_are_signed_out_at_once(teacher: World) -> None:
    others = [sign_in(teacher, agent=PHONE), sign_in(teacher, remember=True)]
    pc = sign_in(teacher)
    assert post(pc, "/signed-in/others/end") == 302
    assert [is_in(one) for one in others] == [False, False]
    assert is_in(pc)


def test_ending_the_login_of_this_browser_signs_out(teacher: World) -> None:
    pc = sign_in(teacher)
    assert post(pc, f"/signed-in/{login_id(teacher, 'pc')}/end") == 302
    assert not is_in(pc)


def test_nobody_ends_somebody_elses_login(teacher: World) -> None:
    own = sign_in(teacher)
    teacher.act(add_colleague)
    assert post(signed_in(teacher.app, "colleague"), f"/signed-in/{login_id(teacher, 'pc')}/end") == 302
    assert is_in(own)


def add_colleague(session: Session) -> None:
    session.add(Person(username="colleague", name="陈建国"))


def login_id(world: World, kind: str) -> int:
    own = select(LoginSession.id).where(LoginSession.browser.startswith(kind), LoginSession.person_id == world.person_id)
    found: int = world.act(lambda session: session.scalars(own).one())
    return found


@pytest.mark.parametrize(("remember", "hours"), [(False, login_sessions.IDLE), (True, login_sessions.REMEMBERED)])
def test_a_browser_that_is_not_used_is_signed_out(teacher: World, remember: bool, hours: timedelta) -> None:
    client = sign_in(teacher, remember=remember)
    teacher.clock.advance(hours.total_seconds() - 60)
    assert is_in(client)
    client = sign_in(teacher, remember=remember)
    teacher.clock.advance(hours.total_seconds() + 1)
    assert not is_in(client)


@pytest.mark.parametrize(("remember", "longest"), [(False, login_sessions.LONGEST), (True, login_sessions.REMEMBERED)])
def test_a_browser_that_is_used_all_the_time_is_signed_out_in_the_end(teacher: World, remember: bool, longest: timedelta) -> None:
    client = sign_in(teacher, remember=remember)
    for _ in range(int(longest / timedelta(hours=3))):
        teacher.clock.advance(3 * 3600 - 1)
        assert is_in(client)
    teacher.clock.advance(3600)
    assert not is_in(client)
    assert timedelta(days=14) >= login_sessions.REMEMBERED


def test_rows_of_logins_that_have_ended_are_removed_by_the_clock(teacher: World) -> None:
    sign_in(teacher)
    sign_in(teacher, remember=True)
    teacher.clock.advance(login_sessions.IDLE.total_seconds() + 1)
    with teacher.app.app_context():
        assert tidy.run() == 1
        assert tidy.run() == 0
    assert teacher.act(lambda session: session.scalar(select(func.count()).select_from(LoginSession))) == 1


def test_a_new_password_ends_every_login_and_a_closed_account_too(teacher: World) -> None:
    client = sign_in(teacher, remember=True)
    teacher.act(lambda session: set_password(session.get_one(Person, teacher.person_id), "eine ganz andere Sache"))
    assert not is_in(client)
    client = signed_in(teacher.app, "teacher")
    teacher.act(lambda session: close_account(session, session.get_one(Person, teacher.person_id)))
    assert not is_in(client)
    assert teacher.act(lambda session: session.scalar(select(func.count()).select_from(LoginSession))) == 0


def test_a_sign_in_during_a_password_change_does_not_accept_the_old_password(teacher: World) -> None:
    def both(session: Session) -> str | None:
        checked = session.get_one(Person, teacher.person_id)
        session.expunge(checked)  # as it was when the old password was found right
        set_password(session.get_one(Person, teacher.person_id), "eine ganz andere Sache")
        session.flush()
        return login_sessions.begin(session, checked, "pc", teacher.clock())

    assert teacher.act(both) is None


@pytest.mark.parametrize("command", ["signout", "close"])
def test_an_operator_ends_every_login_of_a_person(teacher: World, command: str) -> None:
    client = sign_in(teacher)
    answer = teacher.app.test_cli_runner().invoke(user, [command, "Teacher"])
    assert answer.exit_code == 0, answer.output
    assert not is_in(client)
    teacher.app.test_cli_runner().invoke(user, ["reopen", "teacher"])
    assert is_in(sign_in(teacher))


# ── How often is the database asked? ──


@contextmanager
def queries(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that the block asks of the database."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    engine = app.extensions["db"].engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("cookies", ["session", "remember_token"])
def test_loading_the_signed_in_person_takes_one_query(teacher: World, cookies: str) -> None:
    client = copied(sign_in(teacher, remember=True), cookies)
    with queries(teacher.app) as asked:
        assert client.get("/password").status_code == 200  # a page that shows nothing from the database
    assert [one.split()[0] for one in asked if not one.startswith("BEGIN")] == ["SELECT"]


def test_a_dead_cookie_is_looked_up_once(teacher: World) -> None:
    own = sign_in(teacher, remember=True)
    client = copied(own, "session", "remember_token")
    post(own, "/logout")
    with queries(teacher.app) as asked:
        assert client.get("/home").status_code == 302
    assert len([one for one in asked if "login_session" in one]) == 1


def test_that_a_browser_is_used_is_noted_every_few_minutes_only(teacher: World) -> None:
    client = sign_in(teacher)
    written = []
    for _ in range(4):
        teacher.clock.advance(150)
        with queries(teacher.app) as asked:
            client.get("/password")
        written.append(len([one for one in asked if one.startswith("UPDATE login_session")]))
    assert written == [0, 1, 0, 1]


def test_a_beat_asks_for_no_login(teacher: World) -> None:
    page = Page(signed_in(teacher.app, "teacher"), teacher).open()
    page.beat()
    teacher.clock.advance(15)
    with queries(teacher.app) as asked:
        assert page.try_beat().status_code == 200
    assert fast_path.PATH == "/learn/beat"
    assert [one for one in asked if "login_session" in one] == []
