"""The questions of a quiz, with their answers.

The ids of steps and of the two sides of pairs are made from their texts: ids in the author's order would show the right one.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courses.answer_key import LONGEST_FEEDBACK, LONGEST_TAG, MOST_ACCEPTED, MOST_POINTS, MOST_TAGS
from courses.authoring.pictures import Picture, picture_json, read_picture
from courses.formats.own import LONGEST_LINE, check_origin
from courses.grading import LONGEST_FILLED, MOST_BLANKS, MOST_OPTIONS
from courses.reader import CourseReader
from courses.values import Text

TYPES = ("single", "multiple", "boolean", "fill", "order", "match")
MOST_PAIRS = 13  # both sides together are not more than options of a choice
LONGEST_ID = 12


@dataclass(frozen=True, slots=True)
class ChoiceOption:
    """An option of a question, and whether it is right."""

    id: str
    text: str
    correct: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A question of which one option (`several` false) or several are right."""

    options: tuple[ChoiceOption, ...]
    several: bool


@dataclass(frozen=True, slots=True)
class TrueFalse:
    """A sentence that is true or false."""

    answer: bool


@dataclass(frozen=True, slots=True)
class FillIn:
    """Blanks to fill in, each with the texts that it accepts; `case`: capital letters must be the same."""

    blanks: tuple[tuple[str, ...], ...]
    case: bool


@dataclass(frozen=True, slots=True)
class Ordering:
    """Steps to put into order; they are in the right one here."""

    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """Pairs to put together; `extra` are texts of the right side that belong to none."""

    pairs: tuple[tuple[str, str], ...]
    extra: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BankOrigin:
    """The question of a bank that a question was copied from, and its revision then. It is kept; nothing is read through it."""

    id: str
    revision: int


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """A question of a quiz; its answer is one of the five kinds."""

    id: str
    text: str
    answer: Choice | TrueFalse | FillIn | Ordering | Matching
    picture: Picture | None = None
    points: int = 1
    tags: tuple[str, ...] = ()
    feedback: Text | None = None
    bank: BankOrigin | None = None

    @property
    def type(self) -> str:
        """Its type in the content."""
        if isinstance(self.answer, Choice):
            return "multiple" if self.answer.several else "single"
        return {TrueFalse: "boolean", FillIn: "fill", Ordering: "order", Matching: "match"}[type(self.answer)]


def id_of(text: str) -> str:
    """Return the id of a step or of one side of a pair."""
    return "o" + hashlib.sha256(text.encode()).hexdigest()[:LONGEST_ID]


# -- Reading

_FIELDS = {
    "single": ("options",),
    "multiple": ("options",),
    "boolean": ("answer",),
    "fill": ("blanks",),
    "order": ("steps",),
    "match": ("pairs",),
}
_MORE = {"fill": ("case",), "match": ("extra",)}


def read_question(reader: CourseReader, value: Any, path: str) -> QuizQuestion | None:
    """Read a question; None if it has problems, which the reader then has."""
    type_ = value.get("type") if isinstance(value, dict) else None
    if isinstance(value, dict) and type_ not in TYPES:
        reader.choice(type_, f"{path}.type", TYPES)
        return None
    before = len(reader.problems)
    more = ("picture", "points", "tags", "feedback", "bank", *_MORE.get(str(type_), ()))
    found = reader.object(value, path, ("id", "type", "text", *_FIELDS.get(str(type_), ())), more)
    if found is None:
        return None
    read = QuizQuestion(
        id=reader.slug(found["id"], f"{path}.id"),
        text=reader.filled(found["text"], f"{path}.text", LONGEST_LINE),
        answer=_read_answer(reader, str(type_), found, path),
        picture=read_picture(reader, found, path),
        points=reader.whole(found.get("points", 1), f"{path}.points", least=1, most=MOST_POINTS),
        tags=_texts(reader, found["tags"], f"{path}.tags", MOST_TAGS, LONGEST_TAG) if found.get("tags") else (),
        feedback=_read_feedback(reader, found.get("feedback"), f"{path}.feedback"),
        bank=read_origin(reader, found.get("bank"), f"{path}.bank"),
    )
    return read if len(reader.problems) == before else None


def read_origin(reader: CourseReader, value: Any, path: str) -> BankOrigin | None:
    """Read where a question was copied from; None if it was not."""
    check_origin(reader, value, path)
    return None if not isinstance(value, dict) or reader.problems else BankOrigin(value["id"], value["revision"])


def _read_answer(
    reader: CourseReader, type_: str, found: Mapping[str, Any], path: str
) -> Choice | TrueFalse | FillIn | Ordering | Matching:
    if type_ == "boolean":
        return TrueFalse(reader.boolean(found["answer"], f"{path}.answer"))
    if type_ == "fill":
        blanks = reader.array(found["blanks"], f"{path}.blanks", MOST_BLANKS)
        texts = (_texts(reader, one, f"{path}.blanks[{n}]", MOST_ACCEPTED, LONGEST_FILLED) for n, one in enumerate(blanks))
        return FillIn(tuple(texts), reader.boolean(found.get("case", False), f"{path}.case"))
    if type_ == "order":
        steps = _texts(reader, found["steps"], f"{path}.steps", MOST_OPTIONS, LONGEST_LINE)
        if len(steps) == 1:
            reader.refuse("needs-two", f"{path}.steps")
        return Ordering(steps)
    if type_ == "match":
        return _read_pairs(reader, found, path)
    return Choice(_read_options(reader, found["options"], f"{path}.options", several=type_ == "multiple"), type_ == "multiple")


def _read_options(reader: CourseReader, value: Any, path: str, *, several: bool) -> tuple[ChoiceOption, ...]:
    options = []
    written = reader.array(value, path, MOST_OPTIONS)
    for number, one in enumerate(written):
        place = f"{path}[{number}]"
        option = reader.object(one, place, ("id", "text"), ("correct",))
        if option is None:
            continue
        text = reader.filled(option["text"], f"{place}.text", LONGEST_LINE)
        correct = reader.boolean(option.get("correct", False), f"{place}.correct")
        options.append(ChoiceOption(reader.slug(option["id"], f"{place}.id"), text, correct))
    _refuse_repeated(reader, [one.id for one in options], path, "id", "id-twice")
    right = sum(one.correct for one in options)
    if len(written) == 1:
        reader.refuse("needs-two", path)
    if options and not right:
        reader.refuse("no-right-option", path)
    elif right > 1 and not several:
        reader.refuse("one-right-option", path)
    return tuple(options)


def _read_pairs(reader: CourseReader, found: Mapping[str, Any], path: str) -> Matching:
    pairs = []
    written = reader.array(found["pairs"], f"{path}.pairs", MOST_PAIRS)
    for number, one in enumerate(written):
        place = f"{path}.pairs[{number}]"
        pair = reader.object(one, place, ("left", "right"), ())
        if pair is not None:
            left, right = (reader.filled(pair[side], f"{place}.{side}", LONGEST_LINE) for side in ("left", "right"))
            pairs.append((left, right))
    if len(written) == 1:
        reader.refuse("needs-two", f"{path}.pairs")
    _refuse_repeated(reader, [left for left, _ in pairs], f"{path}.pairs", "left", "text-twice")
    extra = _texts(reader, found["extra"], f"{path}.extra", MOST_PAIRS, LONGEST_LINE) if found.get("extra") else ()
    rights = [right for _, right in pairs]
    _refuse_repeated(reader, rights, f"{path}.pairs", "right", "text-twice")
    for number, text in enumerate(extra):
        if text in rights:
            reader.refuse("text-twice", f"{path}.extra[{number}]")
    return Matching(tuple(pairs), extra)


def _refuse_repeated(reader: CourseReader, texts: list[str], path: str, field: str, code: str) -> None:
    for number, text in enumerate(texts):
        if text and text in texts[:number]:
            reader.refuse(code, f"{path}[{number}].{field}", what=text)


def _texts(reader: CourseReader, value: Any, path: str, most: int, longest: int) -> tuple[str, ...]:
    """Read a list of different texts."""
    texts: list[str] = []
    for number, one in enumerate(reader.array(value, path, most)):
        text = reader.filled(one, f"{path}[{number}]", longest)
        if text and text in texts:
            reader.refuse("text-twice", f"{path}[{number}]")
        texts.append(text)
    return tuple(texts)


def _read_feedback(reader: CourseReader, value: Any, path: str) -> Text | None:
    if value is None:
        return None
    found = reader.object(value, path, ("zh",), ("en",))
    if found is None:
        return None
    zh = reader.filled(found["zh"], f"{path}.zh", LONGEST_FEEDBACK)
    return Text(zh, reader.filled(found["en"], f"{path}.en", LONGEST_FEEDBACK) if found.get("en") else zh)


# -- Writing


def question_json(question: QuizQuestion) -> dict[str, Any]:
    """Return a question as JSON, with its answer; `read_question` is the inverse."""
    written: dict[str, Any] = {"id": question.id, "type": question.type, "text": question.text, **_answer_json(question.answer)}
    written |= picture_json(question.picture)
    if question.points != 1:
        written["points"] = question.points
    if question.tags:
        written["tags"] = list(question.tags)
    if question.feedback is not None:
        written["feedback"] = feedback_json(question.feedback)
    return written | origin_json(question)


def origin_json(question: QuizQuestion) -> dict[str, Any]:
    """Return the part of a JSON object that says where a question was copied from; nothing if it was not."""
    return {} if question.bank is None else {"bank": {"id": question.bank.id, "revision": question.bank.revision}}


def feedback_json(feedback: Text) -> dict[str, str]:
    """Return feedback as JSON; the English text only if it is another one."""
    return {"zh": feedback.zh} | ({"en": feedback.en} if feedback.en != feedback.zh else {})


def _answer_json(answer: Choice | TrueFalse | FillIn | Ordering | Matching) -> dict[str, Any]:
    if isinstance(answer, Choice):
        return {"options": [{"id": one.id, "text": one.text, "correct": one.correct} for one in answer.options]}
    if isinstance(answer, TrueFalse):
        return {"answer": answer.answer}
    if isinstance(answer, FillIn):
        return {"blanks": [list(texts) for texts in answer.blanks], "case": answer.case}
    if isinstance(answer, Ordering):
        return {"steps": list(answer.steps)}
    pairs = [{"left": left, "right": right} for left, right in answer.pairs]
    return {"pairs": pairs} | ({"extra": list(answer.extra)} if answer.extra else {})
