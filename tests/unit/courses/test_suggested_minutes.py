"""Do the suggested minutes count everything that learners read, answer and write?"""

import json
from typing import Any

import pytest

from courses.authoring.activity_document import TYPES, ActivityDocument, body_json, read_document
from courses.formats.h5p_advice import suggested_minutes
from courses.values import Activity, Text

ENTRY = "activities/one"
ACTIVITY = Activity(key="one", title=Text("一", "One"), format="h5p", minutes=10, entry=ENTRY)
FIVE_MINUTES = "字" * 1000


def suggested(type_: str, body: dict[str, Any]) -> int | None:
    document = read_document({"type": type_, "title": "一", "language": "zh", **body})
    assert isinstance(document, ActivityDocument), document
    machine, (major, minor), *_ = TYPES[type_]
    library = {"machineName": machine, "majorVersion": major, "minorVersion": minor}
    files = {
        f"{ENTRY}/h5p.json": {"title": "一", "language": "zh", "mainLibrary": machine, "preloadedDependencies": [library]},
        f"{ENTRY}/content/content.json": body_json(document),
    }
    return suggested_minutes(ACTIVITY, lambda name: json.dumps(files[name], ensure_ascii=False).encode() if name in files else None)


def question(**fields: Any) -> dict[str, Any]:
    return {"id": "q1", "text": "？", **fields}


QUESTIONS = {
    "single": question(type="single", options=[{"id": "a", "text": "甲", "correct": True}, {"id": "b", "text": "乙"}]),
    "multiple": question(type="multiple", options=[{"id": "a", "text": "甲", "correct": True}, {"id": "b", "text": "乙"}]),
    "boolean": question(type="boolean", answer=True),
    "fill": question(type="fill", blanks=[["甲"]]),
    "order": question(type="order", steps=["甲", "乙"]),
    "match": question(type="match", pairs=[{"left": "甲", "right": "乙"}, {"left": "丙", "right": "丁"}]),
}


@pytest.mark.parametrize("type_", QUESTIONS)
def test_every_type_of_question_takes_its_forty_seconds(type_: str) -> None:
    questions = [{**QUESTIONS[type_], "id": f"q{number}"} for number in range(15)]
    assert suggested("quiz", {"pass_percent": 60, "questions": questions}) == 10


@pytest.mark.parametrize(
    "block",
    [
        {"type": "paragraph", "text": FIVE_MINUTES},
        {"type": "list", "items": [FIVE_MINUTES[:600], FIVE_MINUTES[:400]]},
        {"type": "table", "rows": [[FIVE_MINUTES[:500], FIVE_MINUTES[:500]]]},
    ],
    ids=lambda block: block["type"],
)
def test_lists_and_tables_of_a_reading_are_read_as_paragraphs_are(block: dict[str, Any]) -> None:
    assert suggested("reading", {"pages": [{"heading": "一", "blocks": [block]}]}) == 5


def test_a_reflection_takes_the_time_to_write_its_shortest_answer() -> None:
    body = {"prompt": "写一写您的一节课。", "guidance": "可以从一个孩子的话写起。", "least_characters": 300}
    assert suggested("reflection", body) == 15
