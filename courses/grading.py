"""Grade a quiz on the server, from its answer key and the learner's answers only.

An answer key (`answers/<activity>.json`) is never served. A partly right answer earns no points. The kinds of questions:

    choice (the usual one)  exactly the right options were chosen
    order                   every step is in its place
    match                   every pair is right, and there is no other one
    fill                    each blank has one of its accepted texts (`comparable`)
"""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from courses.values import NOTHING, Text

ANSWERS = "answers/"  # the folder of answer keys in a package; nothing in it is ever served
CHOICE, ORDER, MATCH, FILL = KINDS = ("choice", "order", "match", "fill")
MOST_OPTIONS = 26
MOST_BLANKS = 10
LONGEST_OPTION = 64
LONGEST_FILLED = 200
PERCENT = 100


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The result of one question: the answer, whether it was right, and the author's feedback."""

    id: str
    correct: bool
    response: tuple[str, ...]
    feedback: Text


@dataclass(frozen=True, slots=True)
class Grade:
    """The outcome of one attempt, in points."""

    score_raw: int
    score_max: int
    passed: bool
    items: tuple[ItemResult, ...]


def grade(key: Mapping[str, Any], answers: Mapping[str, Any], drawn: Collection[str] | None = None) -> Grade:
    """Grade answers with a key that `check_key` accepted; with `drawn`, only those questions were asked and count.

    Answers come from the browser and may be anything: a value of another form than the question's counts as not answered, and answers to
    unknown questions are ignored. A question without an answer gets no feedback, because feedback might reveal the answer.
    """
    items = []
    raw = most = 0
    asked = None if drawn is None else frozenset(drawn)  # the browser may have named thousands; each question looks for itself
    for name, question in key["questions"].items():
        if asked is not None and name not in asked:
            continue
        response = response_of(question, answers.get(name))
        correct = is_right(question, response)
        most += question.get("points", 1)
        raw += question.get("points", 1) if correct else 0
        items.append(ItemResult(name, correct, response, _feedback(question) if response else NOTHING))
    return Grade(raw, most, raw * PERCENT >= key["pass_percent"] * most, tuple(items))


def is_blank(key: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    """Say whether no question of the key was answered."""
    return not any(response_of(question, answers.get(name)) for name, question in key["questions"].items())


def right_answers(key: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the answers that earn every point."""
    return {name: right_answer(question) for name, question in key["questions"].items()}


def right_answer(question: Mapping[str, Any]) -> list[str]:
    """Return the right answer to a question of a key; of a blank with several accepted texts the first one."""
    return [texts[0] for texts in question["accept"]] if kind_of(question) == FILL else list(question["correct"])


def kind_of(question: Mapping[str, Any]) -> str:
    """Return the kind of a question of a key. Keys from the time when there was one kind do not name it."""
    kind: str = question.get("kind", CHOICE)
    return kind


def response_of(question: Mapping[str, Any], value: Any) -> tuple[str, ...]:
    """Return one answer as the browser sent it: the ids of options, pairs `left=right`, or the text of each blank; none if it is anything
    else, or if every blank is empty.
    """
    return _filled_blanks(value) if kind_of(question) == FILL else chosen_options(value)


def is_right(question: Mapping[str, Any], response: tuple[str, ...]) -> bool:
    """Say whether an answer (`response_of`) earns the question's points."""
    kind = kind_of(question)
    if kind == FILL:
        return len(response) == len(question["accept"]) and all(
            _is_accepted(text, accepted, case=question.get("case", False))
            for text, accepted in zip(response, question["accept"], strict=True)
        )
    return response == tuple(question["correct"]) if kind == ORDER else set(response) == set(question["correct"])


def comparable(text: str, *, case: bool) -> str:
    """Return a text as blanks compare it.

    Spaces around it go, several spaces are one, and full-width forms are ordinary ones (Unicode NFKC). Uppercase and lowercase letters
    are the same unless `case` counts.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    return plain if case else plain.casefold()


def chosen_options(value: Any) -> tuple[str, ...]:
    """Return the ids of the options in one answer as the browser sent it; none if it is not a list of option ids."""
    chosen = [value] if isinstance(value, str) else value
    if not isinstance(chosen, list | tuple) or len(chosen) > MOST_OPTIONS:
        return ()
    if not all(isinstance(one, str) and len(one) <= LONGEST_OPTION for one in chosen):
        return ()
    return tuple(dict.fromkeys(one for one in chosen if one))


def _filled_blanks(value: Any) -> tuple[str, ...]:
    filled = [value] if isinstance(value, str) else value
    if not isinstance(filled, list | tuple) or len(filled) > MOST_BLANKS:
        return ()
    if not all(isinstance(one, str) and len(one) <= LONGEST_FILLED for one in filled):
        return ()
    return tuple(filled) if any(one.strip() for one in filled) else ()


def _is_accepted(text: str, accepted: Collection[str], *, case: bool) -> bool:
    written = comparable(text, case=case)
    return any(written == comparable(one, case=case) for one in accepted)


def _feedback(question: Mapping[str, Any]) -> Text:
    said = question.get("feedback", {"zh": ""})
    return Text(said["zh"], said.get("en", said["zh"]))
