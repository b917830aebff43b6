"""Part a quiz into what browsers may see and its answer key."""

from collections.abc import Iterable
from typing import Any

from courses.authoring.pictures import picture_json
from courses.authoring.questions import Choice, FillIn, Matching, Ordering, QuizQuestion, TrueFalse, feedback_json, id_of, origin_json
from courses.authoring.quiz import QuizDocument

TRUE_FALSE = {
    "zh": (("true", "对"), ("false", "错")),
    "en": (("true", "True"), ("false", "False")),
}


def served_quiz(quiz: QuizDocument, language: str) -> dict[str, Any]:
    """Return the content of a quiz as it is served: nothing in it, nor the order of anything, tells an answer."""
    served: dict[str, Any] = {"intro": quiz.intro} if quiz.intro else {}
    for name in ("shuffle_questions", "shuffle_options"):
        if getattr(quiz, name):
            served[name] = True
    return {**served, "questions": [_served(one, language) for one in quiz.questions]}


def key_of(quiz: QuizDocument) -> dict[str, Any]:
    """Return the answer key of a quiz."""
    key: dict[str, Any] = {"pass_percent": quiz.pass_percent, "max_attempts": quiz.max_attempts}
    if quiz.draws:
        key["draw"] = [{"tag": one.tag, "count": one.count} for one in quiz.draws]
    return {**key, "questions": {one.id: _answer(one) for one in quiz.questions}}


def _served(question: QuizQuestion, language: str) -> dict[str, Any]:
    served = {"id": question.id, "type": question.type, "text": question.text, **picture_json(question.picture), **origin_json(question)}
    answer = question.answer
    if isinstance(answer, Choice):
        served["options"] = [{"id": one.id, "text": one.text} for one in answer.options]
    elif isinstance(answer, TrueFalse):
        words = TRUE_FALSE.get(language[:2], TRUE_FALSE["en"])
        served["options"] = [{"id": id_, "text": text} for id_, text in words]
    elif isinstance(answer, FillIn):
        served["blanks"] = len(answer.blanks)
    elif isinstance(answer, Ordering):
        served["options"] = _mixed(answer.steps)
    else:
        served["left"] = [{"id": id_of(left), "text": left} for left, _ in answer.pairs]
        served["right"] = _mixed([*(right for _, right in answer.pairs), *answer.extra])
    return served


def _mixed(texts: Iterable[str]) -> list[dict[str, str]]:
    """Return options in an order that has nothing to do with the author's."""
    return sorted(({"id": id_of(text), "text": text} for text in texts), key=lambda one: one["id"])


def _answer(question: QuizQuestion) -> dict[str, Any]:
    answer = question.answer
    key: dict[str, Any]
    if isinstance(answer, Choice):
        key = {"correct": [one.id for one in answer.options if one.correct]}
    elif isinstance(answer, TrueFalse):
        key = {"correct": ["true" if answer.answer else "false"]}
    elif isinstance(answer, FillIn):
        key = {"kind": "fill", "accept": [list(texts) for texts in answer.blanks], "case": answer.case}
    elif isinstance(answer, Ordering):
        key = {"kind": "order", "correct": [id_of(text) for text in answer.steps]}
    elif isinstance(answer, Matching):
        key = {"kind": "match", "correct": [f"{id_of(left)}={id_of(right)}" for left, right in answer.pairs]}
    key["points"] = question.points
    if question.tags:
        key["tags"] = list(question.tags)
    if question.feedback is not None:
        key["feedback"] = feedback_json(question.feedback)
    if question.bank is not None and question.bank.id != question.id:
        key["bank"] = question.bank.id  # the question was put into a bank from this quiz, and kept its id here
    return key
