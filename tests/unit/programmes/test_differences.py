"""Does a comparison of two programme documents name every value that differs, and nothing else?"""

from lms.programmes.differences import Difference, differences


def test_equal_documents_do_not_differ() -> None:
    assert differences({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}) == []


def test_a_changed_a_new_and_a_missing_value_are_named_by_their_paths() -> None:
    before = {"policy": {"hour_minutes": 45, "gone": 1}, "year": 2020}
    after = {"policy": {"hour_minutes": 50}, "year": 2020, "places": ["x"]}
    assert differences(before, after) == [
        Difference("$.places", None, ["x"]),
        Difference("$.policy.gone", 1, None),
        Difference("$.policy.hour_minutes", 45, 50),
    ]


def test_parts_with_keys_are_compared_by_them_wherever_they_stand() -> None:
    before = {"phases": [{"key": "a", "days": 2}, {"key": "b", "days": 8}]}
    after = {"phases": [{"key": "b", "days": 7}, {"key": "a", "days": 2}, {"key": "c"}]}
    assert differences(before, after) == [
        Difference("$.phases[b].days", 8, 7),
        Difference("$.phases[c]", None, {"key": "c"}),
    ]


def test_the_same_key_of_two_tracks_stays_apart() -> None:
    before = {
        "requirements": [{"key": "online", "tracks": ["primary"], "target": 40}, {"key": "online", "tracks": ["junior"], "target": 50}]
    }
    after = {
        "requirements": [{"key": "online", "tracks": ["primary"], "target": 40}, {"key": "online", "tracks": ["junior"], "target": 55}]
    }
    assert differences(before, after) == [Difference("$.requirements[online of junior].target", 50, 55)]
