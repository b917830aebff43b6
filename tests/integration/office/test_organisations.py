"""Are organisations renamed, moved and merged with everything they have, after a preview, and is the author recorded?"""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts.models import ADMIN, OFFICE, TEACHER, AccountChange, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.classes.models import TrainingClass
from lms.crediting.tasks import follow
from lms.crediting.verify import verify
from lms.db import transaction
from lms.errors import InvalidInput
from lms.office.organisation_commands import merge, move, rename
from tests.access import form_token
from tests.factories import World, signed_in


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on SQLite alone; both databases passed once."""
    return sqlite_url


@pytest.fixture
def place(world: World) -> World:
    """A province with two counties; a provider's list spelled the first county's school in another way."""

    def add(session: Session) -> None:
        top = add_organisation(session, "top", "省教育厅", "office")
        counties = [add_organisation(session, f"c{n}", f"第{n}县", "office", top) for n in (1, 2)]
        school = add_organisation(session, "s1", "柳河镇中心学校", "school", counties[0])
        own = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        own.parent_id, own.path = top.id, f"{top.path}{own.id}/"
        double = add_organisation(session, "school-ab12", "柳河中心校", "school", own)
        add_person(session, "zhao", "赵新民", (TEACHER,), password=None, organisation=double)
        add_person(session, "qian", "钱若兰", (TEACHER,), password=None, organisation=school)
        for username, roles, organisation in (
            ("province", (OFFICE,), top),
            ("county", (OFFICE,), counties[0]),
            ("second", (OFFICE,), counties[1]),
            ("runner", (ADMIN,), None),
        ):
            add_person(session, username, f"办公室{username}", roles, password=None, organisation=organisation)

    world.study("reading", 900)
    world.credit()
    world.act(add)
    return world


def number(place: World, code: str) -> int:
    found: int = place.act(lambda session: session.scalars(select(Organisation.id).where(Organisation.code == code)).one())
    return found


def send(client: FlaskClient, place: World, code: str, step: str, **fields: str) -> TestResponse:
    return client.post(f"/office/organisations/{number(place, code)}/{step}", data=fields, headers={"X-CSRFToken": form_token(client)})


def people(client: FlaskClient) -> Callable[[str], bool]:
    page = client.get("/office/people/").text
    return lambda name: name in page


def clean(place: World) -> bool:
    with place.app.app_context():
        while follow.run():
            pass
        with transaction() as session:
            return not any(checked.findings for checked in verify(session))


def test_a_school_that_a_list_wrote_in_another_way_becomes_one_with_the_countys_school(place: World) -> None:
    province, county = (signed_in(place.app, name) for name in ("province", "county"))
    assert not people(county)("赵新民")
    fields = {"what": "merge", "target": "柳河镇中心学校 (s1)"}
    shown = send(province, place, "school-ab12", "preview", **fields)
    assert (shown.status_code, "柳河中心校" in shown.text, "无法撤销" in shown.text) == (200, True, True)
    assert not people(county)("赵新民"), "looking changes nothing"
    assert send(province, place, "school-ab12", "change", **fields).status_code == 302
    assert people(county)("赵新民")
    assert people(county)("钱若兰")
    assert "柳河中心校 (school-ab12)" in province.get(f"/office/organisations/{number(place, 's1')}").text
    kept = place.act(lambda session: [(one.what, one.by is not None) for one in session.scalars(select(AccountChange))])
    assert kept == [("merged-into", True), ("merged", True)]


def test_a_provider_that_is_renamed_is_called_so_on_transcripts_and_the_ledger_verifies(place: World) -> None:
    province = signed_in(place.app, "province")
    send(province, place, "p1", "change", what="rename", name="新师范学院")
    assert "新师范学院" in province.get("/office/classes").text
    assert clean(place)


def test_a_provider_that_is_merged_gives_its_classes_and_the_ledger_verifies(place: World) -> None:
    place.act(lambda session: add_organisation(session, "p2", "合并后的学院", "provider") and None)
    send(signed_in(place.app, "runner"), place, "p1", "change", what="merge", target="p2")
    provider = place.act(lambda session: session.get_one(TrainingClass, place.class_id).provider_id)
    assert provider == number(place, "p2")
    assert clean(place)


def test_a_county_that_is_moved_takes_along_all_below_it_and_who_sees_them_follows(place: World) -> None:
    second = signed_in(place.app, "second")
    assert not people(second)("钱若兰")
    send(signed_in(place.app, "province"), place, "c1", "change", what="move", target="c2")
    assert people(second)("钱若兰")
    paths = place.act(lambda session: dict(session.execute(select(Organisation.code, Organisation.path)).all()))
    assert paths["s1"] == f"{paths['c2']}{number(place, 'c1')}/{number(place, 's1')}/"


@pytest.mark.parametrize(
    ("code", "fields", "words"),
    [
        ("c1", {"what": "move", "target": "s1"}, "不能归入自身"),
        ("c1", {"what": "merge", "target": "s1"}, "不能归入自身"),
        ("c2", {"what": "move", "target": "s1"}, "学校之下"),
        ("c2", {"what": "merge", "target": "s1"}, "同类"),
        ("c2", {"what": "move", "target": "nowhere"}, "没有"),
        ("c2", {"what": "move", "target": "top"}, "已经"),
        ("c2", {"what": "move", "target": "/"}, "没有"),
        ("c2", {"what": "rename", "name": " "}, "应为 1 到"),
        ("c2", {"what": "burn", "target": "c1"}, "没有"),
    ],
)
def test_what_is_not_possible_is_refused_in_words_and_changes_nothing(place: World, code: str, fields: dict[str, str], words: str) -> None:
    province = signed_in(place.app, "province")
    for step in ("preview", "change"):
        answer = send(province, place, code, step, **fields)
        assert (answer.status_code, words in answer.text) == (422, True), answer.text
    assert place.act(lambda session: session.scalars(select(AccountChange)).all()) == []


def test_an_office_changes_what_is_below_it_only_and_never_itself(place: World) -> None:
    county = signed_in(place.app, "county")
    for code in ("c1", "c2", "top", "school-ab12"):
        assert send(county, place, code, "change", what="rename", name="别人的").status_code == 404, code
        assert county.get(f"/office/organisations/{number(place, code)}").status_code == 404
    assert send(county, place, "s1", "change", what="merge", target="school-ab12").status_code == 422, "the other one is not theirs"
    assert send(county, place, "s1", "change", what="rename", name="柳河镇第一中心学校").status_code == 302
    listed = county.get("/office/organisations/").text
    assert ("柳河镇第一中心学校" in listed, "柳河中心校" in listed) == (True, False)
    assert send(signed_in(place.app, "runner"), place, "c1", "change", what="move", target="/").status_code == 302


def test_commands_do_the_same_and_say_first_what_moves(place: World) -> None:
    runner = place.app.test_cli_runner()
    told = runner.invoke(merge, ["school-ab12", "--into", "s1", "--dry-run"]).stdout
    assert told == "1 people, 0 classes, 0 courses, 0 organisations below it\n"
    assert place.act(lambda session: session.scalars(select(Person.organisation_id).where(Person.username == "zhao")).one()) == number(
        place, "school-ab12"
    )
    assert "is part of s1" in runner.invoke(merge, ["school-ab12", "--into", "s1"]).stdout
    assert "now called" in runner.invoke(rename, ["s1", "新校名"]).stdout
    assert "at the top" in runner.invoke(move, ["c2", "--top"]).stdout
    assert isinstance(runner.invoke(move, ["nothing", "--top"]).exception, InvalidInput)
    assert (
        place.act(lambda session: session.scalars(select(Organisation.path).where(Organisation.code == "c2")).one())
        == f"/{number(place, 'c2')}/"
    )
