"""Can an operator run a class from start to end on the command line, and can a new teacher then sign in?"""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.cli import ScriptInfo
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.classes.models import Enrolment, TrainingClass
from lms.cli import main_group
from lms.crediting import windows
from tests.access import form_token
from tests.commands import json_of
from tests.factories import World
from tests.integration.accounts.signing_in import send, sign_in

ROSTER = "姓名,手机号,学校,类别\r\n林静宜,13800001111,镇小学,小学\r\n王秀兰,teacher,,小学教师\r\n"
OPEN = "class open k2 --name 二班 --programme online-teaching --provider p1 --starts-on 2026-03-01 --ends-on 2026-06-30 --course c1"

Run = Callable[..., Result]


@pytest.fixture
def run(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of `lms` on the world, in a folder with a list of teachers."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roster.csv").write_bytes(ROSTER.encode("gbk"))

    def invoke(words: str) -> Result:
        answer = CliRunner().invoke(main_group, words.split(), obj=ScriptInfo(create_app=lambda: world.app), prog_name="lms")
        assert answer.exit_code == 0, answer.output
        return answer

    return invoke


def test_a_class_is_opened_filled_and_closed(run: Run) -> None:
    assert run(OPEN).stdout == "Opened k2 under online-teaching 2020 version 1\n"
    assert run("class enrol k2 roster.csv --dry-run").stdout.startswith("2 would be enrolled (1 new accounts, 1 known, 0 again)")
    assert json_of(run("class list --json"))[0]["teachers"] == 0
    for count in (2, 0):
        assert run("class enrol k2 roster.csv").stdout.startswith(f"{count} enrolled")
    assert run("class withdraw k2 Teacher").stdout == "1 withdrawn from k2, 0 were before\n"
    assert run("class withdraw k2 teacher").stdout == "0 withdrawn from k2, 1 were before\n"
    assert "k2 2026-03-01–2026-06-30 1 teachers [online-teaching 2020] 二班\n" in run("class list").stdout
    assert "1 again" in run("class enrol k2 roster.csv").stdout
    assert run("class close k2").stdout == "k2 is closed\n"
    assert run("class close k2").stdout == "k2 is closed (it was already)\n"
    assert [one["code"] for one in json_of(run("class list --open --json"))] == ["k1"]
    assert run("class reopen k2").stdout == "k2 is open\n"


def test_states_are_counted_and_what_rules_propose_is_listed_and_noted(world: World, run: Run) -> None:
    world.act(lambda session: setattr(session.get_one(Enrolment, world.enrolment_id), "status", "confirmed"))
    world.study("reading", 600)
    world.credit()
    assert run("class states k1").stdout == "k1: 1 confirmed\nproposed: teacher in-training\n"
    assert run("class states k1 --decide").stdout == "k1: 1 in-training\n1 decided\n"
    assert json_of(run("class states k1 --json")) == {"class": "k1", "states": {"in-training": 1}, "proposed": {}, "decided": 0}


def test_closing_a_large_class_ends_once_everybodys_hours_have_followed(
    world: World, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(OPEN)
    rows = "".join(f"李强,li{number},,小学\r\n" for number in range(5))
    (tmp_path / "roster.csv").write_text(f"姓名,手机号,学校,类别\r\n{rows}", encoding="utf-8")
    run("class enrol k2 roster.csv")
    monkeypatch.setattr(windows, "AT_ONCE", 2)
    run("class close k2")

    def waiting(session: Session) -> int:
        return len(windows.others(session, session.scalars(select(TrainingClass).where(TrainingClass.code == "k2")).one()))

    assert world.act(waiting) == 0


def test_a_teacher_of_a_list_signs_in_chooses_a_password_and_sees_the_programme(world: World, run: Run, tmp_path: Path) -> None:
    run(OPEN)
    run("class enrol k2 roster.csv")
    assert run("class passwords k2 --out p.csv").stdout == "1 initial passwords written to p.csv\n"
    (row,) = csv.DictReader((tmp_path / "p.csv").read_text(encoding="utf-8-sig").splitlines())
    assert (row["Name"], row["User name"], row["School"]) == ("林静宜", "13800001111", "镇小学")
    assert run("class passwords k2 --out q.csv").stdout.startswith("0 initial passwords")

    visitor = world.app.test_client()
    assert sign_in(visitor, "13800001111", row["Initial password"]).location == "/"
    for address in ("/", "/home", "/transcript/"):
        assert visitor.get(address).location == "/password", "nothing else is to be had yet"
    assert visitor.get("/home/figures", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/password"
    page = visitor.get("/password").text
    assert visitor.post("/logout", headers={"X-CSRFToken": form_token(visitor)}).location == "/login", "who is not alone can leave"
    sign_in(visitor, "13800001111", row["Initial password"])
    assert 'name="old"' not in page
    assert send(visitor, "/password", new=row["Initial password"]).status_code == 422, "the one on paper is none of their own"
    assert send(visitor, "/password", new="13800001111 ok").status_code == 422
    assert send(visitor, "/password", new="eine ganz andere Sache").location == "/"
    shown = visitor.get("/home").text
    assert "学科教师在线教学能力提升培训" in shown
    assert "小学教师" in shown
    assert "课程c1" in shown
    again = world.app.test_client()
    assert "用户名或密码不正确" in sign_in(again, "13800001111", row["Initial password"]).text
    assert sign_in(again, "13800001111", "eine ganz andere Sache").location == "/"
