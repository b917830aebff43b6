"""Do the eight documents agree with the notice, and is a wrong document refused with every problem named?"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from courses.strict_json.canonical import digest_of
from lms.programmes.documents import money_per_head, parse, read_toml
from lms.programmes.values import ProgrammeDocument
from tests.unit.programmes.own_documents import document, raw

CODES = ("backbone", "boarding-life", "boarding-psych", "civics", "county", "online-teaching", "rural-backbone", "rural-lead")


def targets(code: str, track: str) -> dict[str, tuple[str, int | None]]:
    return {one.key: (one.kind, None if one.target is None else int(one.target)) for one in document(code).requirements_of(track)}


@pytest.mark.parametrize("code", CODES)
def test_every_document_is_sound_and_named_by_its_code(code: str) -> None:
    found = document(code)
    assert (found.code, found.year) == (code, 2020)
    assert found.policy.hour_minutes == 45
    assert found.rules.practical_share == Decimal("0.5")


@pytest.mark.parametrize("code", CODES)
def test_general_courses_are_compulsory_in_every_programme(code: str) -> None:
    kinds = {one.kind for one in document(code).requirements}
    assert "courses" in kinds


@pytest.mark.parametrize(("code", "track"), [("rural-lead", "lead"), ("rural-backbone", "backbone")])
def test_the_thirty_hours_and_three_months_lie_outside_the_fifteen_days(code: str, track: str) -> None:
    asked = targets(code, track)
    assert asked["companion"] == ("hours", 30)
    assert asked["practice"] == ("months", 3)
    days = [target for kind, target in asked.values() if kind == "days"]
    assert sum(day or 0 for day in days) == document(code).printed_days == 15


def test_thirty_companion_hours_belong_to_the_two_rural_programmes_only() -> None:
    asking = {code for code in CODES for one in document(code).requirements if one.kind == "hours" and one.target == 30}
    assert asking == {"rural-lead", "rural-backbone"}


def test_fifty_means_junior_teachers_here_and_new_teachers_there() -> None:
    assert targets("online-teaching", "primary")["online"] == ("hours", 40)
    assert targets("online-teaching", "junior")["online"] == ("hours", 50)
    assert targets("backbone", "new-teacher") == {"new-teacher": ("hours", 50)}


def test_the_backbone_programme_prints_fifteen_days_of_which_twelve_have_a_phase() -> None:
    found = document("backbone")
    assert found.printed_days == 15
    assert sum(phase.days or 0 for phase in found.phases) == 12
    assert targets("backbone", "trainee")["companion"] == ("hours", None)


def test_the_backbone_community_is_one_ten_a_hundred() -> None:
    assert [(role.each, role.total) for role in document("backbone").community] == [(1, 700), (10, 7000), (100, 70000)]


def test_the_county_pilot_has_no_days_and_asks_a_plan_of_everyone() -> None:
    found = document("county")
    assert found.printed_days is None
    assert targets("county", "teacher")["plan"] == ("tasks", 1)
    assert {place.zh for place in found.places} == {"新县", "光山县", "兰考县"}


def test_online_teaching_has_nine_junior_and_three_primary_subjects_and_four_areas() -> None:
    found = document("online-teaching")
    assert {track.key: len(track.subjects) for track in found.tracks} == {"primary": 3, "junior": 9}
    assert [area.key for area in found.content_areas] == ["platform", "resources", "organising", "co-research"]


@pytest.mark.parametrize(
    ("code", "track", "money"),
    [
        ("rural-lead", "lead", 6090),
        ("rural-backbone", "backbone", 6090),
        ("civics", "civics", 2000),
        ("boarding-life", "life", 2800),
        ("boarding-psych", "psych", 2800),
        ("online-teaching", "primary", 120),
        ("online-teaching", "junior", 150),
    ],
)
def test_money_for_one_person_follows_from_days_hours_and_rates(code: str, track: str, money: int) -> None:
    assert money_per_head(document(code), track) == money


def test_integrity_bars_from_face_to_face_training_for_three_years() -> None:
    rule = document("rural-lead").rules.integrity
    assert (rule.years, rule.bars, rule.starts) == (3, "provincial-face-to-face", "class-end")
    assert rule.causes == {"absent", "dismissed", "not-completed"}


def test_filings_are_due_before_a_class_opens() -> None:
    filings = {one.key: one.on or one.days_before_opening for one in document("rural-lead").rules.filings}
    assert filings == {"opening-time": date(2020, 9, 25), "report-in-notice": 15, "timetable": 5}


@pytest.mark.parametrize(("people", "courses", "cases"), [(1, 1, 1), (50, 1, 5), (51, 2, 6), (300, 6, 30)])
def test_deliverables_round_up(people: int, courses: int, cases: int) -> None:
    owed = {one.key: one for one in document("rural-lead").rules.deliverables}
    assert owed["quality-courses"].pieces(people) == courses
    assert owed["cases"].pieces(people) == cases
    assert owed["briefings"].pieces(people) == 3


def test_what_is_stored_as_json_reads_back_the_same() -> None:
    first = raw("rural-lead")
    again = dict(reversed(first.items()))
    assert digest_of(first) == digest_of(again)
    assert parse(again) == parse(first)


def drop_policy(document: dict[str, Any]) -> None:
    del document["policy"]


def misspell(document: dict[str, Any]) -> None:
    document["rules"]["practical_shar"] = document["rules"].pop("practical_share")


def point_nowhere(document: dict[str, Any]) -> None:
    document["requirements"][0]["phase"] = "moon"
    document["requirements"][1]["tracks"] = ["leads"]


def convert_days_to_hours(document: dict[str, Any]) -> None:
    document["requirements"][0]["target"] = 120


def wrong_money(document: dict[str, Any]) -> None:
    document["tracks"][0]["per_head"] = 6000


def repeat_key(document: dict[str, Any]) -> None:
    document["requirements"].append(document["requirements"][0])


def no_english(document: dict[str, Any]) -> None:
    document["name"] = {"zh": "甲"}


def bad_day(document: dict[str, Any]) -> None:
    document["rules"]["selection_closes"] = "2020-02-30"


def two_deadlines(document: dict[str, Any]) -> None:
    document["rules"]["filings"][1]["on"] = "2020-09-25"


def not_tables(document: dict[str, Any]) -> None:
    document.update(phases={}, tracks=[7], rules=[], policy="45")


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        (drop_policy, {"$.policy"}),
        (misspell, {"$.rules.practical_shar", "$.rules.practical_share"}),
        (point_nowhere, {"$.requirements[0].phase", "$.requirements[1].tracks"}),
        (convert_days_to_hours, {"$.requirements[0].target", "$.tracks[0].per_head"}),
        (wrong_money, {"$.tracks[0].per_head"}),
        (repeat_key, {"$.requirements[6].key", "$.tracks[0].per_head"}),
        (no_english, {"$.name.en"}),
        (bad_day, {"$.rules.selection_closes"}),
        (two_deadlines, {"$.rules.filings[1]"}),
        (not_tables, {"$.phases", "$.tracks[0]", "$.rules", "$.policy"}),
    ],
)
def test_every_problem_is_named_with_its_path(change: Callable[[dict[str, Any]], None], paths: set[str]) -> None:
    wrong = raw("rural-lead")
    change(wrong)
    problems = parse(wrong)
    assert isinstance(problems, list)
    assert {problem.path for problem in problems} == paths


@pytest.mark.parametrize("text", ["code = ", "a = 1\na = 2", "\x00"])
def test_a_text_that_is_not_toml_is_one_problem(text: str) -> None:
    assert isinstance(read_toml(text), list)


@pytest.mark.parametrize("value", [None, [], "x", 3, {}, {"schema": 2}])
def test_anything_may_be_handed_in(value: object) -> None:
    assert isinstance(parse(value), list)


@pytest.mark.parametrize("code", CODES)
def test_no_part_of_a_document_may_be_replaced_by_nonsense(code: str) -> None:
    for junk in (None, 7, "", [], {}, [None], True):
        for key in raw(code):
            wrong = raw(code)
            wrong[key] = junk
            result = parse(wrong)
            optional = key in {"places", "content_areas", "principles", "community"} and junk == []
            assert isinstance(result, ProgrammeDocument) == (
                optional or (key in ("printed_days", "position") and junk in (None, 7))
            ) or result == parse(raw(code))


def test_programmes_are_listed_in_the_order_of_their_notice() -> None:
    told = sorted((document(code) for code in CODES), key=lambda one: one.shown_after)
    assert [one.code for one in told] == [
        *("backbone", "county", "rural-lead", "rural-backbone"),
        *("civics", "boarding-life", "boarding-psych", "online-teaching"),
    ]
