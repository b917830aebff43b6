"""Does the board say what the transcripts say, is it within the office's own, and can its verdicts be recomputed?"""

import io
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation
from lms.classes import setup
from lms.classes.models import Enrolment, TrainingClass
from lms.crediting.attesting import Attestor
from lms.crediting.ripening import judge_some
from lms.crediting.verify import verify
from lms.db import transaction
from lms.office.programme_commands import preview as preview_command
from lms.programmes import store as programmes
from lms.programmes.commands import programme
from lms.programmes.documents import read_toml
from lms.programmes.models import Programme
from tests.access import form_token
from tests.commands import json_of
from tests.factories import BEGIN, PUBLIC_URL, World, signed_in
from tests.integration.office.conftest import Desk

IN_THE_NOTICE = ("backbone", "county", "rural-lead", "civics")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database; the queries run on both in tests/integration/crediting."""
    return sqlite_url


def waive(world: World, hours: int) -> None:
    """Waive hours, the quickest way to meet the one requirement of the class but its courses."""

    def act(session: Session) -> None:
        enrolment = session.get_one(Enrolment, world.enrolment_id)
        attestor = Attestor(session, PUBLIC_URL, None, world.clock())
        attestor.waived(enrolment, "online", Decimal(hours), "补录")
        attestor.waived(enrolment, "general-courses", Decimal(1), "补录")

    world.act(act)
    world.credit()


def verdict(world: World) -> str:
    found: str = world.act(lambda session: session.get_one(Enrolment, world.enrolment_id).verdict)
    return found


def board(desk: Desk, path: str = "", name: str = "clerk") -> str:
    answer = signed_in(desk.world.app, name).get(f"/office/board{path}")
    assert answer.status_code == 200, answer.text
    return answer.text


def programme_id(world: World) -> int:
    found: int = world.act(lambda session: session.scalars(select(Programme.id)).one())
    return found


def problems(world: World) -> list[str]:
    with world.app.app_context(), transaction() as session:
        return [one.problem for checked in verify(session) for one in checked.findings]


def test_a_verdict_is_kept_when_hours_are_decided_and_follows_them_back(desk: Desk) -> None:
    world = desk.world
    assert verdict(world) == ""
    world.study("reading", 60)
    world.credit()
    assert verdict(world) == "short"
    waive(world, 40)
    assert verdict(world) == "met"
    assert "1 / 1" in " ".join(board(desk).replace("<strong>", "").replace("</strong>", "").split())
    assert problems(world) == []


def test_an_edited_verdict_is_found_and_a_missing_one_is_decided(desk: Desk) -> None:
    world = desk.world
    world.study("reading", 60)
    world.credit()
    world.act(lambda session: session.execute(update(Enrolment).values(verdict="met")))
    assert problems(world) == ["lists say met, its evidence gives short"]
    world.act(lambda session: session.execute(update(Enrolment).values(verdict="")))
    assert world.act(lambda session: judge_some(session, 0, world.clock())) == world.enrolment_id
    assert verdict(world) == "short"
    assert world.act(lambda session: judge_some(session, 0, world.clock())) is None


def test_whoever_lacks_something_after_the_end_is_late(desk: Desk) -> None:
    world = desk.world
    assert "无人逾期" in board(desk)
    world.clock.at += timedelta(days=365)
    assert "1 人逾期" in board(desk)
    assert "1 人逾期" in board(desk, f"/{programme_id(world)}?show=late")
    assert "没有符合的班级" in board(desk, f"/{programme_id(world)}?show=running")
    waive(world, 40)
    assert "无人逾期" in board(desk)


def test_who_has_left_is_not_late(desk: Desk) -> None:
    world = desk.world
    world.clock.at += timedelta(days=365)

    def leave(session: Session) -> None:
        session.get_one(Enrolment, world.enrolment_id).status = "withdrawn"

    world.act(leave)
    assert "无人逾期" in board(desk)


def test_an_office_sees_its_own_programmes_only(desk: Desk, elsewhere: Desk) -> None:
    own = programme_id(desk.world)
    assert "在线教学" in board(desk)
    assert "在线教学" not in board(elsewhere, name="elsewhere")
    assert elsewhere.client.get(f"/office/board/{own}").status_code == 404


def test_what_is_due_soon_is_listed_and_nothing_that_has_passed(desk: Desk) -> None:
    assert "报到通知书" not in board(desk)
    desk.world.clock.at -= timedelta(days=20)  # the class begins on 1 March
    page = board(desk)
    assert "报到通知书" in page
    assert "2026年2月14日 截止" in page  # fifteen days before


def document() -> str:
    return (resources.files("lms.programmes") / "data" / "online-teaching-2020.toml").read_text(encoding="utf-8")


def preview(desk: Desk, text: str | bytes) -> tuple[int, str]:
    content = text.encode() if isinstance(text, str) else text
    answer = desk.client.post(
        "/office/documents/online-teaching/2020/preview",
        data={"file": (io.BytesIO(content), "new.toml")},
        headers={"X-CSRFToken": form_token(desk.client)},
    )
    return answer.status_code, answer.text


def test_before_a_new_version_the_page_says_whose_verdicts_would_change(desk: Desk) -> None:
    world = desk.world
    waive(world, 40)
    harder = document().replace("target = 40", "target = 41").replace("per_head = 120", "per_head = 123")
    status, page = preview(desk, harder)
    assert status == 200
    assert "1 人中有 1 人的结论会改变" in page
    assert "$.requirements[online of primary].target" in page
    assert preview(desk, harder.replace("41", "40").replace("123", "120"))[1].count("与最新版本内容相同") == 1
    assert "1 人的结论都不会改变" in preview(desk, document().replace("target = 50", "target = 60").replace("150", "180"))[1]
    assert verdict(world) == "met"  # nothing was kept


def test_the_command_says_the_same(desk: Desk, tmp_path: Path) -> None:
    waive(desk.world, 40)
    file = tmp_path / "new.toml"
    file.write_text(document().replace("target = 40", "target = 41").replace("per_head = 120", "per_head = 123"), encoding="utf-8")
    run = desk.world.app.test_cli_runner()
    said = run.invoke(preview_command, [str(file)]).output
    assert said == "1 of 1 people would have another verdict\nteacher: met -> short (missing: online)\n"
    rows = json_of(run.invoke(preview_command, [str(file), "--json"]))
    assert rows == {
        "people": 1,
        "changed": [{"enrolment": desk.world.enrolment_id, "before": "met", "after": "short", "missing": ["online"]}],
    }
    file.write_text("x =", encoding="utf-8")
    assert run.invoke(preview_command, [str(file)]).exit_code == 2


def test_programmes_are_shown_checked_and_compared_on_the_command_line(desk: Desk, tmp_path: Path) -> None:
    run = desk.world.app.test_cli_runner()
    shown = run.invoke(programme, ["show", "online-teaching"])
    assert "track junior (初中教师) demands:\n  online           在线学习: 50 学时" in shown.output
    assert json_of(run.invoke(programme, ["show", "online-teaching", "--json"]))["code"] == "online-teaching"
    assert run.invoke(programme, ["show", "nothing"]).exit_code == 2
    file = tmp_path / "new.toml"
    file.write_text(document().replace("hour_minutes = 45", "hour_minutes = 50"), encoding="utf-8")
    assert run.invoke(programme, ["check", str(file)]).exit_code == 0
    compared = run.invoke(programme, ["diff", "online-teaching@1", str(file)])
    assert (compared.exit_code, compared.output) == (1, "$.policy.hour_minutes: 45 -> 50\n")
    assert run.invoke(programme, ["diff", "online-teaching:2020@1", "online-teaching", "--json"]).output == "[]\n"
    assert run.invoke(programme, ["diff", "online-teaching", "x" * 300]).exit_code == 2
    file.write_text(document().replace("target = 50", "target = fifty"), encoding="utf-8")
    wrong = run.invoke(programme, ["check", str(file)])
    assert wrong.exit_code == 2
    assert "TOML" in wrong.output


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "请选择项目文件"), ("x = ", "TOML"), (b"\xff\xfe\x00", "UTF-8"), ("schema = 1", "$.code"), ("a" * 300_000, "200 kB")],
)
def test_a_document_with_mistakes_is_not_taken(desk: Desk, text: str | bytes, said: str) -> None:
    status, page = preview(desk, text)
    assert status == 422
    assert said in page


def test_programmes_stand_in_the_order_of_their_notice(desk: Desk) -> None:
    """By code it would be backbone, civics, county, rural-lead."""
    data = resources.files("lms.programmes") / "data"

    def act(session: Session) -> None:
        provider = session.get_one(Organisation, session.get_one(TrainingClass, desk.world.class_id).provider_id)
        for code in sorted(IN_THE_NOTICE):
            version = programmes.import_toml(session, (data / f"{code}-2020.toml").read_text(encoding="utf-8"), BEGIN).version
            setup.create_class(session, version, setup.ClassDetails(code, f"{code} 班", provider, date(2026, 3, 1), date(2026, 6, 30)))

    desk.world.act(act)
    names = [read_toml((data / f"{code}-2020.toml").read_text(encoding="utf-8"))["name"]["zh"] for code in IN_THE_NOTICE]
    for page in (board(desk), signed_in(desk.world.app, "clerk").get("/office/documents").text):
        places = [page.index(name) for name in names]
        assert places == sorted(places)
