"""Part readings and films with questions into what browsers may see and an answer key, and put them together again.

The server grades their check questions one by one, as often as they are tried; the content itself says when it is completed. The key has
the form of a quiz's (`courses.answer_key`) and says `checks`, so that nobody takes it for a quiz.
"""

from collections.abc import Callable, Mapping
from typing import Any

from courses.formats import own
from courses.formats.own_checks import checks_in
from courses.grading import PERCENT

ANSWERS_INSIDE = ("answer", "feedback")


def served_checks(main: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a reading or a film as it is served: without answers, and without feedback, which might tell them."""
    return _with_checks(main, body, lambda one: {name: value for name, value in one.items() if name not in ANSWERS_INSIDE})


def key_of_checks(main: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer key of a reading or a film that was checked."""
    return {"checks": True, "pass_percent": PERCENT, "questions": {one["id"]: _answer(one) for one in checks_in(main, body)}}


def whole_checks(main: str, body: Mapping[str, Any], key: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content with its answers again; the two must match."""

    def whole(check: Mapping[str, Any]) -> dict[str, Any]:
        answer = key["questions"][check["id"]]
        feedback = answer.get("feedback", {}).get("zh")
        return {**check, "answer": int(answer["correct"][0])} | ({"feedback": feedback} if feedback else {})

    return _with_checks(main, body, whole)


def _answer(check: Mapping[str, Any]) -> dict[str, Any]:
    feedback = str(check.get("feedback") or "").strip()
    return {"correct": [str(int(check["answer"]))]} | ({"feedback": {"zh": feedback}} if feedback else {})


def _with_checks(main: str, body: Mapping[str, Any], become: Callable[[Mapping[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    if main == own.CHECKPOINT_VIDEO:
        return {**body, "checkpoints": [become(one) for one in body["checkpoints"]]}

    def page_with(page: Mapping[str, Any]) -> dict[str, Any]:
        return {**page, "checks": [become(one) for one in page["checks"]]} if page.get("checks") else dict(page)

    return {**body, "pages": [page_with(one) for one in body["pages"]]}
