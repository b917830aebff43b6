"""Can people sign in, and are they told why they cannot?"""

import re

import pytest
from flask.testing import FlaskClient

from lms.accounts.models import TEACHER, Person
from lms.accounts.passwords import set_password
from lms.accounts.people import add_person
from tests.access import form_token
from tests.factories import World, signed_in
from tests.integration.accounts.signing_in import send, sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # pages; the queries are those of every signed-in request

PASSWORD = "纸船 and seven hills"
WRONG = "用户名或密码不正确，或账号已停用。请核对后重试；如有疑问请联系主管单位。"


@pytest.fixture
def visitor(world: World) -> FlaskClient:
    """A browser in which nobody is signed in, of a world whose teacher has a password."""
    world.act(lambda session: set_password(session.get_one(Person, world.person_id), PASSWORD))
    return world.app.test_client()


def test_the_right_password_opens_the_first_page(visitor: FlaskClient) -> None:
    assert sign_in(visitor, " Teacher ", PASSWORD).location == "/"
    assert visitor.get("/home").status_code == 200


@pytest.mark.parametrize("typed", ["ｔｅａｃｈｅｒ", "ＴＥＡＣＨＥＲ", "　teacher　"])
def test_a_user_name_may_be_typed_in_full_width(visitor: FlaskClient, typed: str) -> None:
    assert sign_in(visitor, typed, PASSWORD).location == "/"


def test_every_way_of_typing_a_user_name_counts_toward_the_same_limit(visitor: FlaskClient) -> None:
    typed = ["teacher", "ｔｅａｃｈｅｒ", "TEACHER", "ｔeacher", "teａcher", "t eacher"] * 2
    answers = [sign_in(visitor, one, "wrong password").status_code for one in typed[:6]]
    assert answers == [200] * 5 + [429]


def test_signing_in_leads_to_where_somebody_wanted_to_go(visitor: FlaskClient, world: World) -> None:
    asked = visitor.get(f"/transcript/{world.enrolment_id}")
    assert asked.status_code == 302
    assert sign_in(visitor, "teacher", PASSWORD, asked.location).location.endswith(f"/transcript/{world.enrolment_id}")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/%5Cevil.example"])
def test_signing_in_never_leads_to_another_site(visitor: FlaskClient, elsewhere: str) -> None:
    answer = sign_in(visitor, "teacher", PASSWORD, f"/login?next={elsewhere}")
    assert answer.status_code == 200 or re.match(r"/(?![/\\])", answer.location)


@pytest.mark.parametrize(("identity", "password"), [("teacher", "wrong password"), ("nobody", "wrong password"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(visitor: FlaskClient, identity: str, password: str) -> None:
    answer = sign_in(visitor, identity, password)
    assert answer.status_code == 200
    assert answer.text.count(WRONG) == 1
    assert "has-error" not in answer.text
    assert password not in answer.text
    assert visitor.get("/home").status_code == 302


def test_an_empty_form_says_what_to_type(visitor: FlaskClient) -> None:
    answer = sign_in(visitor, "", "")
    assert answer.status_code == 200
    assert "请输入用户名" in answer.text
    assert "请输入密码" in answer.text


def test_a_form_from_before_signing_in_is_worth_nothing_afterwards(visitor: FlaskClient) -> None:
    planted = {"X-CSRFToken": form_token(visitor)}
    assert visitor.post("/login", data={"identity": "teacher", "password": PASSWORD}, headers=planted).location == "/"
    assert visitor.post("/locale", data={"locale": "en"}, headers=planted).status_code == 400
    assert visitor.get("/home").status_code == 200


def test_signing_out_takes_a_form_of_ours_and_ends_the_session(world: World) -> None:
    client = world.client()
    assert client.post("/logout").status_code == 400
    page = client.get("/home")
    assert page.status_code == 200
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    assert client.post("/logout", data={"csrf_token": token[1]}).location == "/login"
    assert client.get("/home").status_code == 302


def test_a_new_password_signs_every_other_device_out(visitor: FlaskClient, world: World) -> None:
    other = world.client()
    sign_in(visitor, "teacher", PASSWORD)
    assert send(visitor, "/password", old=PASSWORD, new="eine ganz andere Sache").location == "/"
    assert "密码已更改" in visitor.get("/home").text
    assert other.get("/home").status_code == 302
    assert WRONG in sign_in(other, "teacher", PASSWORD).text
    assert sign_in(other, "teacher", "eine ganz andere Sache").status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("wrong", "eine ganz andere Sache", "当前密码不正确。"),
        (PASSWORD, PASSWORD, "新密码与当前密码相同。"),
        (PASSWORD, "kurz", "请用 8 到 128 个字符。"),
        (PASSWORD, "teacher 2026", "密码中不要包含用户名。"),
        (PASSWORD, "ababababab", "请多用几个不同的字符。"),
        (PASSWORD, "", "请输入新密码。"),
        (PASSWORD, "iloveyou1", "很多人使用这个密码"),
        (PASSWORD, "王秀兰 1234", "别人知道您的姓名"),
    ],
)
def test_a_password_that_cannot_be_taken_changes_nothing(visitor: FlaskClient, world: World, old: str, new: str, words: str) -> None:
    sign_in(visitor, "teacher", PASSWORD)
    answer = send(visitor, "/password", old=old, new=new)
    assert answer.status_code == 422
    assert words in answer.text
    assert sign_in(world.app.test_client(), "teacher", PASSWORD).status_code == 302


def test_a_person_without_a_password_cannot_set_one_alone(world: World) -> None:
    world.act(lambda session: add_person(session, "guest", "林静宜", (TEACHER,), password=None))
    assert "当前密码不正确。" in send(signed_in(world.app, "guest"), "/password", old="x", new="eine ganz andere Sache").text


def test_a_password_is_the_same_however_the_keyboard_wrote_it(world: World) -> None:
    world.act(lambda session: add_person(session, "wide", "林静宜", (TEACHER,), password="ｗｉｄｅ ｐａｓｓｗｏｒｄ"))
    assert sign_in(world.app.test_client(), "wide", "wide password").status_code == 302


def test_guessing_the_present_password_is_slowed_down(visitor: FlaskClient) -> None:
    sign_in(visitor, "teacher", PASSWORD)
    answers = [send(visitor, "/password", old="guess", new="eine ganz andere Sache") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert "Retry-After" in answers[-1].headers


def test_remember_me_keeps_a_person_signed_in_without_the_session(visitor: FlaskClient) -> None:
    assert "remember_token" not in str(visitor.get("/login").headers)
    assert send(visitor, "/login", identity="teacher", password=PASSWORD, remember="y").status_code == 302
    visitor.delete_cookie("session")
    assert visitor.get("/home").status_code == 200
    visitor.post("/logout", headers={"X-CSRFToken": form_token(visitor)})
    visitor.delete_cookie("session")
    assert visitor.get("/home").status_code == 302


def test_what_no_session_decides_is_the_same_for_every_cookie(visitor: FlaskClient) -> None:
    sign_in(visitor, "teacher", PASSWORD)
    assert "Vary" not in visitor.get("/xapi/about").headers
    assert "Cookie" in visitor.get("/home").headers["Vary"]
