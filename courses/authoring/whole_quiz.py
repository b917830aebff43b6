"""Put a served quiz and its answer key together again, as its author wrote it. It is the inverse of `served`."""

from collections.abc import Mapping
from typing import Any

from courses.grading import FILL, MATCH, ORDER, kind_of


def whole_quiz(served: Mapping[str, Any], key: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a quiz with its answers; the two must match (`courses.formats.own.compare_key`)."""
    about = {name: value for name, value in served.items() if name not in {"questions", "l10n"}}
    rules = {"pass_percent": key["pass_percent"], "max_attempts": key.get("max_attempts")}
    if key.get("draw"):
        rules["draw"] = key["draw"]
    return {**about, **rules, "questions": [_whole(one, key["questions"][one["id"]]) for one in served["questions"]]}


def _whole(question: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    whole = {name: question[name] for name in ("id", "type", "text", "picture", "bank") if question.get(name) is not None}
    whole |= {name: answer[name] for name in ("points", "tags", "feedback") if name in answer}
    return whole | _answer(question, answer)


def _answer(question: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    kind = kind_of(answer)
    if kind == FILL:
        return {"blanks": answer["accept"], "case": answer.get("case", False)}
    if kind == MATCH:
        left, right = ({one["id"]: one["text"] for one in question[side]} for side in ("left", "right"))
        pairs = dict(one.split("=") for one in answer["correct"])
        extra = [text for id_, text in right.items() if id_ not in pairs.values()]
        matched = [{"left": left[id_], "right": right[pairs[id_]]} for id_ in left]
        return {"pairs": matched} | ({"extra": extra} if extra else {})
    if kind == ORDER:
        texts = {one["id"]: one["text"] for one in question["options"]}
        return {"steps": [texts[id_] for id_ in answer["correct"]]}
    if question["type"] == "boolean":
        return {"answer": "true" in answer["correct"]}
    return {"options": [{**one, "correct": one["id"] in answer["correct"]} for one in question["options"]]}
