"""Does a transcript say on how many records each requirement rests?"""

from typing import Any

from lms.hours import parse
from lms.hours.values import Case
from lms.transcripts.evidence_counts import evidence_counts

BUNDLE: dict[str, Any] = {
    "as_of": "2026-06-15T00:00:00Z",
    "policy": {"hour_minutes": 45, "round_to": "0.1", "time_zone": "Asia/Shanghai", "max_rate": 2},
    "activities": {"ethics:page": {"minutes": 45, "counts_to": "companion", "course": "ethics"}, "online-2:talk": {"minutes": 90}},
    "courses": {"ethics": {"compulsory": True}},
    "sessions": {"am": {"counts_to": "topics", "from": "2026-03-02T00:30:00Z", "to": "2026-03-02T03:30:00Z", "half_days": 1}},
    "replacements": {"plan-b": {"sessions": ["am"], "activities": ["online-2:talk"]}},
    "requirements": {
        "companion": {"kind": "hours", "target": "30"},
        "general": {"kind": "courses"},
        "topics": {"kind": "days", "target": "8"},
        "practice": {"kind": "months", "target": "3", "starts": "2026-03-15"},
        "homework": {"kind": "tasks", "target": "4"},
    },
    "observations": [
        {"kind": "completed", "activity": "ethics:page", "session": "s1", "at": "2026-03-01T10:45:00Z"},
        {
            "kind": "present",
            "activity": "ethics:page",
            "session": "s1",
            "device": "pc",
            "from": "2026-03-01T10:00:00Z",
            "to": "2026-03-01T10:45:00Z",
        },
        {"kind": "completed", "activity": "online-2:talk", "session": "s2", "at": "2026-03-01T12:00:00Z"},
        {"kind": "attended", "place": "am", "in": "2026-03-02T00:29:10Z", "out": "2026-03-02T03:31:00Z"},
        {"kind": "logged", "requirement": "practice", "log": "l1", "on": "2026-04-02"},
        {"kind": "waived", "id": "w1", "requirement": "topics", "amount": "1"},
    ],
}


def case_of(bundle: dict[str, Any]) -> Case:
    found = parse(bundle)
    assert isinstance(found, Case), found
    return found


def test_each_record_counts_for_every_requirement_that_it_speaks_about() -> None:
    counts = evidence_counts(case_of(BUNDLE))
    assert counts == {"companion": 2, "general": 2, "topics": 3, "practice": 1}
    assert counts["homework"] == 0


def test_an_elective_course_and_a_case_without_requirements_add_nothing() -> None:
    elective = {**BUNDLE, "courses": {"ethics": {"compulsory": False}, "other": {"compulsory": True}}}
    elective["activities"] = {**BUNDLE["activities"], "other:page": {"minutes": 5, "course": "other"}}
    assert "general" not in evidence_counts(case_of(elective))
    bare = {key: BUNDLE[key] for key in ("policy",)} | {"activities": {"page": {"minutes": 45}}, "observations": []}
    assert evidence_counts(case_of(bare)) == {}
