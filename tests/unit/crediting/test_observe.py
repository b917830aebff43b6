"""What does each kind of statement prove, and under which authority? Each case has a statement and the whole result."""

from typing import Any

import pytest

from lms import vocabulary as v
from lms.crediting.observe import LONGEST_CLAIM_S, MOST_SEGMENTS, ActivityRule, Ignored, Launched, Observed, Trust, duration_s, observe
from tests.unit.crediting.statements import IRI, OPEN, OPENED, REGISTRATION, SITE, TRUST, segments, statement

GRADED = ActivityRule("c1:film", IRI, server_graded=True)
CHECKED = ActivityRule("c1:film", IRI, server_graded=False, server_completed=True)
RECEIVED = OPENED + 600
PROVED = {"activity": "c1:film", "session": "launch", "device": "phone", "at": RECEIVED}


def stretch(since: str, until: str) -> dict[str, Any]:
    return statement(v.PRESENT, "lms", **{v.STRETCH: {"from": since, "to": until}})


def reason(one: dict[str, Any], rule: ActivityRule = OPEN, trust: Trust = TRUST) -> str:
    found = observe(one, rule, trust)
    assert isinstance(found, Ignored), found
    return found.reason


@pytest.mark.parametrize("authority", ["stranger", "", "LMS"])
@pytest.mark.parametrize("verb", [v.PRESENT, v.COMPLETED, v.PASSED, v.PAUSED, v.TERMINATED])
def test_the_word_of_nobody_known_proves_nothing(verb: str, authority: str) -> None:
    assert reason(statement(verb, authority)) == "untrusted-authority"


def test_the_right_name_at_another_site_or_of_no_account_is_a_stranger() -> None:
    elsewhere = statement(v.COMPLETED)
    elsewhere["authority"]["account"]["homePage"] = "https://other.example"
    nameless = statement(v.COMPLETED) | {"authority": {"objectType": "Agent", "mbox": "mailto:player@lms.example"}}
    for one in (elsewhere, nameless, {name: what for name, what in nameless.items() if name != "authority"}):
        assert reason(one) == "untrusted-authority"


def test_presence_is_the_servers_alone_to_say() -> None:
    one = stretch("2026-03-01T10:00:00Z", "2026-03-01T10:05:00Z")
    assert observe(one, OPEN, TRUST) == (Observed("present", "c1:film", "launch", "phone", at=OPENED + 300, since=OPENED),)
    for name in ("player", "provider"):
        one["authority"]["account"]["name"] = name
        assert reason(one) == "presence-from-client"


def test_instants_of_other_zones_are_the_same_instants() -> None:
    (found,) = observe(stretch("2026-03-01T18:00:00+08:00", "2026-03-01T05:05:00-05:00"), OPEN, TRUST)  # type: ignore[misc]
    assert (found.since, found.at) == (OPENED, OPENED + 300)


def test_presence_is_floored_to_whole_seconds_and_without_one_is_none() -> None:
    (found,) = observe(stretch("2026-03-01T10:00:00.999Z", "2026-03-01T10:00:02.001Z"), OPEN, TRUST)  # type: ignore[misc]
    assert (found.since, found.at) == (OPENED, OPENED + 2)
    assert reason(stretch("2026-03-01T10:00:00.1Z", "2026-03-01T10:00:00.9Z")) == "no-whole-second"
    assert reason(stretch("2026-03-01T10:00:05Z", "2026-03-01T10:00:00Z")) == "no-whole-second"
    assert reason(statement(v.PRESENT, "lms")) == "no-stretch"
    assert reason(statement(v.PRESENT, "lms", **{v.STRETCH: "ten minutes"})) == "no-stretch"


@pytest.mark.parametrize("authority", ["lms", "player", "provider"])
@pytest.mark.parametrize(("verb", "kind"), [(v.COMPLETED, "completed"), (v.PASSED, "passed")])
def test_that_something_was_completed_or_passed_is_dated_by_its_receipt(verb: str, kind: str, authority: str) -> None:
    assert observe(statement(verb, authority), OPEN, TRUST) == (Observed(kind, **PROVED),)


def test_what_the_server_grades_only_the_server_can_say_was_passed() -> None:
    for authority in ("player", "provider"):
        assert reason(statement(v.PASSED, authority), GRADED) == "not-evidence"
        assert observe(statement(v.COMPLETED, authority), GRADED, TRUST) == (Observed("completed", **PROVED),)
    assert observe(statement(v.PASSED, "lms"), GRADED, TRUST) == (Observed("passed", **PROVED),)


def test_where_the_site_judges_the_checks_only_the_server_can_say_that_they_are_completed() -> None:
    for verb in (v.COMPLETED, v.PASSED, *v.ENDING):
        for authority in ("player", "provider"):
            assert reason(statement(verb, authority, result={"completion": True, "success": True}), CHECKED) == "not-evidence"
    assert observe(statement(v.COMPLETED, "lms"), CHECKED, TRUST) == (Observed("completed", **PROVED),)
    played = observe(segments("0[.]10"), CHECKED, TRUST)
    assert not isinstance(played, Ignored)
    assert [one.kind for one in played] == ["played"], "what was played of a film still counts from the player"


@pytest.mark.parametrize(("verb", "result"), [(v.COMPLETED, {"completion": False}), (v.PASSED, {"success": False})])
def test_a_result_that_contradicts_its_verb_proves_nothing(verb: str, result: dict[str, bool]) -> None:
    assert reason(statement(verb, "lms", result=result)) == "not-evidence"


@pytest.mark.parametrize("verb", sorted(v.ENDING))
def test_content_that_ends_with_another_verb_is_completed_and_where_it_says_so_passed(verb: str) -> None:
    completed, passed = (Observed(kind, **PROVED) for kind in ("completed", "passed"))
    assert observe(statement(verb, result={"completion": True}), OPEN, TRUST) == (completed,)
    assert observe(statement(verb, result={"completion": True, "success": False}), OPEN, TRUST) == (completed,)
    assert observe(statement(verb, result={"completion": True, "success": True}), OPEN, TRUST) == (completed, passed)
    assert observe(statement(verb, result={"completion": True, "success": True}), GRADED, TRUST) == (completed,)
    for result in ({}, {"completion": False, "success": True}, {"success": True}, {"completion": "yes"}, {"completion": 1}):
        assert reason(statement(verb, result=result)) == "not-evidence"


def test_what_was_completed_with_success_is_passed_where_the_content_grades() -> None:
    one = statement(v.COMPLETED, result={"success": True})
    assert observe(one, OPEN, TRUST) == (Observed("completed", **PROVED), Observed("passed", **PROVED))
    assert observe(one, GRADED, TRUST) == (Observed("completed", **PROVED),)


@pytest.mark.parametrize("verb", [v.COMPLETED, v.PASSED, v.PAUSED, *sorted(v.ENDING)])
@pytest.mark.parametrize("part", ["#page-2", "/question/1", "?subContentId=1"])
def test_a_part_of_an_activity_is_not_the_activity(verb: str, part: str) -> None:
    assert (
        reason(statement(verb, about=IRI + part, result={"completion": True, "success": True, "extensions": {v.PLAYED_SEGMENTS: "0[.]10"}}))
        == "part-of-activity"
    )


def test_an_object_that_is_not_an_activity_never_matches() -> None:
    agent = statement(v.COMPLETED) | {"object": {"objectType": "Agent", "id": IRI}}
    assert reason(agent) == "part-of-activity"


def test_other_verbs_prove_nothing() -> None:
    assert reason(statement(v.FAILED)) == "not-evidence"
    assert reason(statement(v.TERMINATED, result={"duration": "PT10H"})) == "not-evidence"


def test_segments_are_media_milliseconds_with_the_launch_s_opening_and_their_speed() -> None:
    found = observe(segments("0[.]12.3456[,]20.5[.]30", **{v.SPEED: "1.5x"}), OPEN, TRUST)
    proved = [
        Observed("played", **PROVED, since=OPENED, media_from_ms=a, media_to_ms=b, rate=1.5) for a, b in ((0, 12_345), (20_500, 30_000))
    ]
    assert found == tuple(proved)


def test_a_film_that_ends_says_both_what_was_played_and_that_it_was_completed() -> None:
    one = statement(v.COMPLETED, result={"extensions": {v.PLAYED_SEGMENTS: "0[.]10"}})
    assert [seen.kind for seen in observe(one, OPEN, TRUST)] == ["played", "completed"]  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["", "10[.]10", "30[.]20", "a[.]b", "-5[.]x", "0[.]1000000", 7, None, ["0[.]10"]])
def test_segments_without_length_or_sense_prove_nothing(text: object) -> None:
    assert reason(segments(text)) == "not-evidence"


def test_of_more_segments_than_any_page_sends_the_rest_is_left_out() -> None:
    text = "[,]".join(f"{second}[.]{second + 1}" for second in range(MOST_SEGMENTS + 5))
    assert len(observe(segments(text), OPEN, TRUST)) == MOST_SEGMENTS  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "speed"), [("2", 2.0), ("0.5x", 0.5), (1.25, 1.25), ("fast", 1.0), ("0", 1.0), ("-3", 1.0), ("inf", 1.0), ("nan", 1.0)]
)
def test_an_invalid_speed_counts_as_one(said: object, speed: float) -> None:
    (found,) = observe(segments("0[.]10", **{v.SPEED: said}), OPEN, TRUST)  # type: ignore[misc]
    assert found.rate == speed


def test_without_an_opening_time_there_is_not_a_claim() -> None:
    one = segments("0[.]10")
    del one["context"]["extensions"][v.OPENED]
    (found,) = observe(one, OPEN, TRUST)  # type: ignore[misc]
    assert found.since is None


def test_a_report_stands_from_the_launch_the_server_noted_to_its_receipt() -> None:
    one = statement(v.TERMINATED, "provider", result={"duration": "PT5M"}, **{v.OPENED: "2020-01-01T00:00:00Z"})
    assert observe(one, OPEN, TRUST) == (Observed("reported", "c1:film", "launch", "", at=RECEIVED, since=OPENED, seconds=300),)
    assert reason(statement(v.TERMINATED, "provider")) == "no-duration"
    assert reason(one, trust=Trust(SITE, frozenset({"provider"}))) == "no-launch"


def test_a_report_is_about_the_launch_it_names_or_the_last_one_opened_by_then() -> None:
    launches = (Launched("first", OPENED), Launched("second", OPENED + 60), Launched("now", RECEIVED), Launched("later", RECEIVED + 1))
    trust = Trust(SITE, frozenset({"provider"}), {(REGISTRATION, "film"): launches})
    one = statement(v.TERMINATED, "provider", result={"duration": "PT5M"})
    for said, session in (("first", "first"), (None, "now"), ("second", "second")):
        one["context"]["extensions"] = {} if said is None else {v.LAUNCH: said}
        (found,) = observe(one, OPEN, trust)  # type: ignore[misc]
        assert found.session == session
    for said in ("later", "unknown"):
        one["context"]["extensions"] = {v.LAUNCH: said}
        assert reason(one, trust=trust) == "no-launch"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT0S", 0),
        ("PT59.9S", 59),
        ("PT2M", 120),
        ("PT3H", 10_800),
        ("P4D", 345_600),
        ("P1DT2H3M4.5S", 93_784),
        ("P99999999D", LONGEST_CLAIM_S),
        ("P", None),
        ("PT", None),
        ("", None),
        ("P1Y", None),
        ("P2M", None),
        ("P1W", 604_800),
        ("PT37.5M", 2_250),
        ("PT37,5M", 2_250),
        ("P0Y0M0DT0H0M30S", 30),
        ("P0Y1M", None),
        ("PT0.5H0M", None),
        ("-PT5M", None),
        ("PT5M ", None),
    ],
)
def test_a_duration_is_whole_seconds_or_none(text: str, seconds: int | None) -> None:
    assert duration_s(text) == seconds
