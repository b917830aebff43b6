"""Does a lifetime record count hours of several programmes once, agree in every form, and show itself only to those it concerns?"""

import io
import json
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from lms.accounts.models import OFFICE, STAFF, TEACHER, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.audit.elsewhere_check import differences
from lms.catalogue.models import CourseVersion
from lms.classes import setup
from lms.db import session as reading
from lms.errors import InvalidInput
from lms.hours import recompute_any_file
from lms.lifetime import rules
from lms.lifetime.record import read_record
from lms.lifetime.words import left_out_words
from lms.storage import storage
from tests.factories import PUBLIC_URL, World, add_class, signed_in

CODE = "five-years-360"


@pytest.fixture
def ruled(world: World) -> World:
    """A teacher under the bundled rule who has read for 25 minutes."""
    world.act(lambda session: rules.import_toml(session, rules.example(), world.clock()))
    world.study("reading", 1500)
    world.credit()
    return world


def in_a_second_class(world: World) -> World:
    """Enrol the teacher in another class that studies the same course."""

    def enrol(session: Session) -> tuple[int, int]:
        provider = session.query(Organisation).filter_by(code="p1").one()
        run = add_class(session, "k2", provider, session.get_one(CourseVersion, world.course_version_id))
        return run.id, setup.enrol(session, run, session.get_one(Person, world.person_id), "junior", "in-training").id

    class_id, enrolment_id = world.act(enrol)
    return replace(world, class_id=class_id, enrolment_id=enrolment_id)


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.text[:500]
    return answer.text


def bundle_of(world: World) -> dict[str, object]:
    found: dict[str, object] = json.loads(world.client().get(f"/lifetime/{world.person_id}/{CODE}.json").text)
    return found


def counted(bundle: dict[str, object]) -> dict[int, int]:
    result, problems = recompute_any_file(json.dumps(bundle))
    assert result is not None, problems
    found: dict[int, int] = {}
    for line in result["lines"]:
        found[line["enrolment"]] = found.get(line["enrolment"], 0) + sum(line["counted_seconds"].values())
    return found


def test_page_sheet_and_bundle_show_the_same_hours(ruled: World) -> None:
    shown = page(ruled.client(), "/lifetime/")
    assert "王秀兰" in shown
    assert "2026" in shown
    assert "0.5" in shown  # 25 minutes are 0.55 hours of 45 minutes, rounded down once
    book = CalamineWorkbook.from_filelike(io.BytesIO(ruled.client().get(f"/lifetime/{ruled.person_id}/{CODE}.xlsx").data))
    row = next(row for row in book.get_sheet_by_name("各年").to_python() if row[1] == "2026" and not row[2])
    assert row[3:5] == [0.5, 0]
    assert counted(bundle_of(ruled)) == {ruled.enrolment_id: 1500}


def test_the_same_activity_for_two_programmes_counts_once_as_the_one_that_credited_most(ruled: World) -> None:
    second = in_a_second_class(ruled)
    second.study("reading", 1740)
    second.credit()
    assert second.credited() == {"c1:reading": 1740}
    assert counted(bundle_of(ruled)) == {ruled.enrolment_id: 0, second.enrolment_id: 1740}
    shown = page(ruled.client(), "/lifetime/")
    assert "25 分钟属于相同的学习活动，已在“在线教学能力提升 k2 班”纳入" in shown


def test_a_second_in_two_programmes_counts_once_for_the_first(ruled: World) -> None:
    second = in_a_second_class(ruled)
    ruled.clock.advance(-900)  # the same quarter of an hour in another activity of the other class
    second.say(subject := second.subject("gated"), "http://adlnet.gov/expapi/verbs/completed")
    second.study("gated", 900, subject=subject)
    second.credit()
    assert second.credited() == {"c1:gated": 900}
    assert counted(bundle_of(ruled)) == {ruled.enrolment_id: 1500, second.enrolment_id: 0}


def test_time_beyond_a_calendar_day_is_said(ruled: World) -> None:
    with ruled.app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        [record] = read_record(reading(), reading().get_one(Person, ruled.person_id), ruled.clock())
        share = replace(record.shares[0], limited=5400)
        assert left_out_words(share, record) == "90 分钟超出一天的上限"
        assert (record.shares[0].left_out, share.left_out) == (0, 5400)


def test_an_edited_record_is_refused_or_gives_other_hours(ruled: World) -> None:
    bundle = bundle_of(ruled)
    bundle["rule"]["total"]["a_yaer"] = 1  # type: ignore[index]
    bundle["persons"] = ["0" * 64]
    result, problems = recompute_any_file(json.dumps(bundle))
    assert result is None
    where = sorted(line.partition(":")[0] for line in problems)
    assert where == [f"$.enrolments.{ruled.enrolment_id}.about.person", "$.rule.total.a_yaer", "$.rule_sha256"]


def test_only_the_teacher_and_the_office_above_their_school_see_it(ruled: World) -> None:
    def people(session: Session) -> None:
        own = session.query(Organisation).filter_by(code="p1").one()
        other = add_organisation(session, "o2", "别处办公室", "office")
        for name, roles, place in (
            ("boss", (OFFICE,), own),
            ("stranger", (OFFICE,), other),
            ("mate", (TEACHER,), own),
            ("aide", (STAFF,), own),
        ):
            add_person(session, name, name, roles, password=None, organisation=place)
        add_person(session, "nowhere", "nowhere", (OFFICE,), password=None)

    ruled.act(people)
    addresses = [f"/lifetime/{ruled.person_id}", f"/lifetime/{ruled.person_id}/{CODE}.xlsx", f"/lifetime/{ruled.person_id}/{CODE}.json"]
    seen = {
        name: [signed_in(ruled.app, name).get(one).status_code for one in addresses]
        for name in ("boss", "stranger", "mate", "aide", "nowhere")
    }
    assert seen == {
        "boss": [200, 200, 200],
        "stranger": [404, 404, 404],
        "mate": [403, 404, 404],
        "aide": [403, 404, 404],
        "nowhere": [404, 404, 404],
    }


def test_without_a_rule_the_page_says_what_to_do(world: World) -> None:
    assert "lms lifetime import" in page(world.client(), "/lifetime/")
    assert page(world.client(), f"/lifetime/{world.person_id}/{CODE}.json", 404)


def test_the_same_rule_again_is_the_same_version_and_another_is_the_next(world: World) -> None:
    text = rules.example()
    done = [
        world.act(lambda session, one=one: rules.import_toml(session, one, world.clock()).new)
        for one in (text, f"{text}\n# a comment\n", text.replace("target = 360", "target = 300"))
    ]
    assert done == [True, False, True]
    assert [one.number for one in world.act(rules.newest_versions)] == [2]


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("target = 360", "target = 100", "$.total.target: is less than the kinds come to (150): raise it, or lower the kinds"),
        ("target = 360", 'target = "many"', "$.total.target: "),
        ("a_year = 48", "a_yaer = 48", "$.total.a_yaer: "),
        ("a_year = 48", "a_year = 73", "$.total.a_year: comes to 365 in the whole period, which is more than total.target"),
        ('measured = "days"', 'measured = "online"', "$.kinds[1].measured: another kind has the measured time of online already"),
        ("hours_a_day = 6 # the most of one day", "", "$.kinds[1]: needs hours_a_day"),
        ("hours_a_day = 6 # the most of one day", "hours_a_day = 40", "$.kinds[1].hours_a_day: "),
        ('key = "school-based"', 'key = "online"', "$.kinds[2].key: the kind online is there already"),
        ('time_zone = "Asia/Shanghai"', 'time_zone = "Mars/Base"', "$.counting.time_zone: must be a time zone's name"),
        ("schema = 1", "schema = ", "$: is not TOML"),
        ('zh = "网络研修"', 'zh = " "', "$.kinds[0].name.zh: must not be empty"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_field_and_what_to_do(world: World, right: str, wrong: str, said: str) -> None:
    assert right in rules.example()
    with pytest.raises(InvalidInput) as caught:
        world.act(lambda session: rules.import_toml(session, rules.example().replace(right, wrong, 1), world.clock()))
    assert any(line.startswith(said) for line in caught.value.problems), caught.value.problems
    assert world.act(rules.newest_versions) == []


def test_a_rule_that_was_rewritten_in_the_database_counts_nothing_until_it_is_imported_again(ruled: World) -> None:
    def rewrite(session: Session) -> None:
        [version] = rules.newest_versions(session)
        version.document = {**version.document, "total": {**version.document["total"], "target": 36}}

    page(ruled.client(), "/lifetime/")
    ruled.act(rewrite)
    assert "规则在导入之后被改动" in page(ruled.client(), "/lifetime/", 409)
    assert ruled.act(lambda session: list(differences(session, storage(), PUBLIC_URL))) == [
        f"multi-year rule {CODE}, version 1: it was changed after it was imported"
    ]
    assert ruled.act(lambda session: rules.import_toml(session, rules.example(), ruled.clock()).version.number) == 2
    assert "360" in page(ruled.client(), "/lifetime/")
