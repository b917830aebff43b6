"""Is every statement that breaks a rule of cmi5 refused? One fault each, beside a statement that is sound. Ids as in CATAPULT's list."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from lms.learning.runtimes.cmi5 import vocabulary as c
from lms.learning.runtimes.cmi5.rules import SessionFacts, preferences_problem, refusal

ACTIVITY, REGISTRATION, SESSION = "https://school.example/id/1", "ccaf384c-f8d4-4e7a-8304-49af58f0b176", "s-1"
TEMPLATE: dict[str, Any] = {
    "contextActivities": {"grouping": [{"id": "https://publisher.example/au"}]},
    "extensions": {c.SESSION_ID: SESSION},
}
FACTS = SessionFacts(ACTIVITY, REGISTRATION, TEMPLATE, mastery_score=0.8, verbs=frozenset({c.INITIALIZED}))
EXPERIENCED = f"{c.ADL}/experienced"
RESULTS: dict[str, dict[str, Any]] = {
    c.COMPLETED: {"completion": True, "duration": "PT1S"},
    c.PASSED: {"success": True, "duration": "PT1S", "score": {"scaled": 0.8, "raw": 8, "min": 0, "max": 10}},
    c.FAILED: {"success": False, "duration": "PT1S", "score": {"scaled": 0.79}},
    c.TERMINATED: {"duration": "PT1S"},
}


def statement(verb: str) -> dict[str, Any]:
    """A sound statement with this verb."""
    context = copy.deepcopy(TEMPLATE)
    moves = verb in c.RESULTS
    context["contextActivities"]["category"] = [{"id": c.CMI5}] * (verb != EXPERIENCED) + [{"id": c.MOVE_ON}] * moves
    context["registration"] = REGISTRATION
    context["extensions"][c.MASTERY_SCORE] = 0.8
    found = {
        "id": "b6b7c8ad-0d8e-4e1b-9a50-0ef1e5a0d1ab",
        "timestamp": "2026-03-02T02:00:00.000Z",
        "actor": {"objectType": "Agent", "account": {"homePage": "https://lms.example", "name": "1"}},
        "verb": {"id": verb},
        "object": {"id": ACTIVITY},
        "context": context,
    }
    return {**found, "result": copy.deepcopy(RESULTS[verb])} if verb in RESULTS else found


def change(*path: str | int, to: Any = None) -> Callable[[dict[str, Any]], None]:
    """Change a value of a statement, or remove it."""

    def act(one: Any) -> None:
        for step in path[:-1]:
            one = one[step]
        if to is None:
            del one[path[-1]]
        else:
            one[path[-1]] = to

    return act


CATEGORIES = ("context", "contextActivities", "category")
BROKEN = {
    "9.1.0.0-1 no id": (EXPERIENCED, change("id")),
    "9.7.0.0-1 no timestamp": (EXPERIENCED, change("timestamp")),
    "9.7.0.0-2 not in UTC": (EXPERIENCED, change("timestamp", to="2026-03-02T10:00:00.000+08:00")),
    "9.2.0.0-2 a group": (c.PASSED, change("actor", "objectType", to="Group")),
    "9.2.0.0-3 a mailbox": (c.PASSED, change("actor", to={"mbox": "mailto:a@example.com"})),
    "6.3.0.0-1 voiding": (EXPERIENCED, change("verb", "id", to=c.VOIDED)),
    "8.1.5.0-6 another object": (c.PASSED, change("object", "id", to="http://example.com/other")),
    "8.1.5.0-6 the publisher's id": (c.COMPLETED, change("object", "id", to="https://publisher.example/au")),
    "9.4.0.0-1 not an activity": (c.PASSED, change("object", to={"objectType": "StatementRef", "id": ACTIVITY})),
    "9.6.0.0-1 no context": (c.PASSED, change("context")),
    "9.6.1.0-1 no registration": (c.PASSED, change("context", "registration")),
    "9.6.1.0-1 another registration": (EXPERIENCED, change("context", "registration", to="0b2c9b0e-8a0b-4b7b-8f10-9a3c7d1f0a11")),
    "9.6.2.0-1 no grouping": (c.COMPLETED, change("context", "contextActivities", "grouping")),
    "10.2.1.0-6 another grouping": (EXPERIENCED, change("context", "contextActivities", "grouping", 0, "id", to="https://x.example/")),
    "9.6.3.1-4 no session": (EXPERIENCED, change("context", "extensions", c.SESSION_ID)),
    "10.2.1.0-7 another session": (c.PASSED, change("context", "extensions", c.SESSION_ID, to="s-2")),
    "9.5.3.0-2 passed with completion": (c.PASSED, change("result", "completion", to=True)),
    "9.5.2.0-3 completed with success": (c.COMPLETED, change("result", "success", to=True)),
    "9.5.2.0-3 terminated with success": (c.TERMINATED, change("result", "success", to=True)),
    "9.5.3.0-1 completed without completion": (c.COMPLETED, change("result", "completion")),
    "9.5.3.0-1 completed, and not": (c.COMPLETED, change("result", "completion", to=False)),
    "9.5.2.0-1 passed without success": (c.PASSED, change("result", "success")),
    "9.5.2.0-1 passed, and not": (c.PASSED, change("result", "success", to=False)),
    "9.5.2.0-2 failed without success": (c.FAILED, change("result", "success")),
    "9.5.2.0-2 failed, and not": (c.FAILED, change("result", "success", to=True)),
    "9.5.1.0-2 completed with a score": (c.COMPLETED, change("result", "score", to={"scaled": 0.9})),
    "9.5.1.0-3 raw without min": (c.PASSED, change("result", "score", "min")),
    "9.5.1.0-3 raw without max": (c.PASSED, change("result", "score", "max")),
    "9.5.1.0-3 raw alone, of an allowed statement": (EXPERIENCED, change("result", to={"score": {"raw": 1}})),
    **{f"9.5.4.1 {verb.rpartition('/')[2]} without duration": (verb, change("result", "duration")) for verb in RESULTS},
    "9.5.4.1 terminated without a result": (c.TERMINATED, change("result")),
    "9.3.4.0-2 passed below the mastery score": (c.PASSED, change("result", "score", "scaled", to=0.79)),
    "9.3.5.0-2 failed at the mastery score": (c.FAILED, change("result", "score", "scaled", to=0.8)),
    "9.3.5.0-2 failed above the mastery score": (c.FAILED, change("result", "score", "scaled", to=0.81)),
    "9.6.3.2-2 no mastery score": (c.PASSED, change("context", "extensions", c.MASTERY_SCORE)),
    "9.6.3.2-2 another mastery score": (c.FAILED, change("context", "extensions", c.MASTERY_SCORE, to=0.7)),
    **{
        f"9.6.2.2-1 {verb.rpartition('/')[2]} without moveOn": (verb, change(*CATEGORIES, to=[{"id": c.CMI5}]))
        for verb in sorted(c.RESULTS)
    },
    "9.6.2.2-2 moveOn on an allowed statement": (EXPERIENCED, change(*CATEGORIES, to=[{"id": c.MOVE_ON}])),
    "9.6.2.2-2 moveOn on terminated": (c.TERMINATED, change(*CATEGORIES, to=[{"id": c.CMI5}, {"id": c.MOVE_ON}])),
    "9.6.2.1 completed without the category of cmi5": (c.COMPLETED, change(*CATEGORIES, to=[])),
    **{f"9.3 {verb.rpartition('/')[2]} from a unit": (EXPERIENCED, change("verb", "id", to=verb)) for verb in sorted(c.OF_LMS)},
}


@pytest.mark.parametrize(("verb", "fault"), BROKEN.values(), ids=BROKEN)
def test_a_statement_with_one_fault_is_refused_and_without_it_admitted(verb: str, fault: Callable[[dict[str, Any]], None]) -> None:
    sound = statement(verb)
    assert refusal(sound, FACTS) is None
    fault(sound)
    assert refusal(sound, FACTS) is not None


def facts(**changes: Any) -> SessionFacts:
    plain = {name: getattr(FACTS, name) for name in FACTS.__slots__}
    return SessionFacts(**{**plain, **{name: frozenset(value) if isinstance(value, set) else value for name, value in changes.items()}})


OUT_OF_ORDER = {
    "9.3.2.0-2 before initialized": (EXPERIENCED, facts(verbs=set())),
    "9.3.0.0-4 completed before initialized": (c.COMPLETED, facts(verbs=set())),
    "9.3.2.0-3 initialized twice": (c.INITIALIZED, FACTS),
    "10.2.1 initialized before the launch data was read": (c.INITIALIZED, facts(verbs=set(), data_read=False)),
    "11.0.0.0-3 initialized before the preferences were read": (c.INITIALIZED, facts(verbs=set(), preferences_read=False)),
    "9.3.0.0-5 after the end": (EXPERIENCED, facts(ended=True)),
    "9.3.0.0-2 completed twice in a session": (c.COMPLETED, facts(verbs={c.INITIALIZED, c.COMPLETED})),
    "9.3.0.0-3 failed, then passed": (c.PASSED, facts(verbs={c.INITIALIZED, c.FAILED})),
    "9.3.0.0-3 passed, then failed": (c.FAILED, facts(verbs={c.INITIALIZED, c.PASSED})),
    "9.3.0.0-6 completed in an earlier session": (c.COMPLETED, facts(results={c.COMPLETED})),
    "9.3.0.0-7 passed in an earlier session": (c.PASSED, facts(results={c.PASSED})),
    "9.3.0.0-8 failed after an earlier passed": (c.FAILED, facts(results={c.PASSED})),
    **{
        f"10.2.2 {verb.rpartition('/')[2]} in {mode}": (verb, facts(mode=mode))
        for verb in sorted(c.RESULTS)
        for mode in (c.BROWSE, c.REVIEW)
    },
}


@pytest.mark.parametrize(("verb", "situation"), OUT_OF_ORDER.values(), ids=OUT_OF_ORDER)
def test_a_statement_at_the_wrong_time_is_refused(verb: str, situation: SessionFacts) -> None:
    assert refusal(statement(verb), situation) is not None


def test_a_session_from_its_beginning_to_its_end() -> None:
    now = facts(verbs=set())
    for verb in (c.INITIALIZED, EXPERIENCED, EXPERIENCED, c.COMPLETED, c.PASSED, c.TERMINATED):
        assert refusal(statement(verb), now) is None
        now = now.after(statement(verb))
    assert refusal(statement(EXPERIENCED), now) is not None


def test_a_failed_attempt_may_be_followed_by_another_session_s_pass() -> None:
    assert refusal(statement(c.PASSED), facts(results={c.COMPLETED})) is None


def test_without_a_mastery_score_any_score_is_taken() -> None:
    free = statement(c.PASSED)
    free["result"]["score"], free["context"]["extensions"] = {"scaled": 0.1}, {c.SESSION_ID: SESSION}
    assert refusal(free, facts(mastery_score=None)) is None


def test_a_context_activity_need_not_be_in_a_list() -> None:
    single = statement(EXPERIENCED)
    single["context"]["contextActivities"]["grouping"] = {"id": "https://publisher.example/au"}
    assert refusal(single, FACTS) is None


@pytest.mark.parametrize("languages", ["zh", "zh-CN,en-US", "zh-CN, en", "zh-Hans-CN"])
def test_preferences_are_a_list_of_languages_and_whether_sound_is_on(languages: str) -> None:
    assert preferences_problem({"languagePreference": languages, "audioPreference": "off"}) is None
    assert preferences_problem({"languagePreference": languages + ",", "audioPreference": "off"}) is not None
    assert preferences_problem("x") is not None
