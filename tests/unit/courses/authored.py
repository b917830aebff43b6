"""Documents as the forms send them, and strategies that make more of them."""

import struct
import zlib
from typing import Any

from hypothesis import strategies as st

from courses.samples import SAMPLES


def _png() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\x0a\x5d\x6c")) + chunk(b"IEND", b"")


PNG = _png()
PICTURE = f"images/{'0' * 64}.png"
QUIZ: dict[str, Any] = {
    "type": "quiz",
    "title": "水的测验",
    "language": "zh",
    "intro": "六道题。",
    "pass_percent": 60,
    "max_attempts": 3,
    "shuffle_options": True,
    "questions": [
        {
            "id": "single-1",
            "type": "single",
            "text": "水在几度结冰？",
            "picture": {"path": PICTURE, "mime": "image/png", "alt": "一杯冰水"},
            "options": [{"id": "a", "text": "0 ℃", "correct": True}, {"id": "b", "text": "100 ℃", "correct": False}],
            "tags": ["水"],
        },
        {
            "id": "multiple-1",
            "type": "multiple",
            "text": "哪些是水的状态？",
            "options": [
                {"id": "a", "text": "冰", "correct": True},
                {"id": "b", "text": "铁", "correct": False},
                {"id": "c", "text": "汽", "correct": True},
            ],
            "points": 2,
        },
        {"id": "boolean-1", "type": "boolean", "text": "冰比水轻。", "answer": True},
        {
            "id": "fill-1",
            "type": "fill",
            "text": "水的化学式是____。",
            "blanks": [["H2O"]],
            "case": True,
            "feedback": {"zh": "因为两个氢一个氧。", "en": "Two of hydrogen, one of oxygen."},
        },
        {"id": "order-1", "type": "order", "text": "从冷到热", "steps": ["冰", "水", "水蒸气"]},
        {
            "id": "match-1",
            "type": "match",
            "text": "连一连",
            "pairs": [{"left": "冰", "right": "固态"}, {"left": "水", "right": "液态"}],
            "extra": ["等离子态"],
        },
    ],
}


FILM = SAMPLES[2] / "activities" / "listening-first" / "content" / "video.webm"
_FILM = f"videos/{'1' * 64}.webm"
_CHECK = {"id": "c1", "question": "先做什么？", "options": ["听", "说"], "answer": 0}
READING: dict[str, Any] = {
    "type": "reading",
    "title": "分数",
    "language": "zh",
    "pages": [
        {
            "heading": "什么是分数",
            "blocks": [
                {"type": "heading", "text": "例子"},
                {"type": "paragraph", "text": "把一个整体平均分。\n第二行。"},
                {"type": "quote", "text": "数学是……"},
                {"type": "list", "items": ["1/2", "3/4"], "ordered": True},
                {"type": "picture", "picture": {"path": PICTURE, "mime": "image/png", "alt": ""}, "caption": "图"},
                {"type": "table", "rows": [["名称", "写法"], ["一半", ""]], "header": True},
                {"type": "formula", "tex": "\\frac{1}{2} < 1"},
                {"type": "film", "film": {"path": _FILM, "mime": "video/webm"}},
            ],
            "checks": [{**_CHECK, "feedback": "先听。"}],
        }
    ],
}
VIDEO: dict[str, Any] = {
    "type": "video",
    "title": "先听",
    "language": "zh",
    "video": _FILM,
    "duration": 180.08,
    "checkpoints": [{"at": 2.5, **_CHECK}],
}
REFLECTION: dict[str, Any] = {
    "type": "reflection",
    "title": "我的一节课",
    "language": "zh",
    "prompt": "写一写。",
    "least_characters": 50,
    "guidance": "从一个孩子写起。",
}


class texts:  # noqa: N801 - a namespace of strategies
    """Strategies for the parts of a quiz."""

    line = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12).map(str.strip).filter(bool)
    _id = st.from_regex(r"[a-z][a-z0-9]{0,6}", fullmatch=True)
    _lines = st.lists(line, min_size=2, max_size=5, unique=True)
    _shared = st.fixed_dictionaries(
        {"id": _id, "text": line},
        optional={
            "points": st.integers(1, 100),
            "tags": st.lists(line, min_size=1, max_size=3, unique=True),
            "feedback": st.fixed_dictionaries({"zh": line}, optional={"en": line}),
            "picture": st.fixed_dictionaries({"path": st.just(PICTURE), "mime": st.just("image/png"), "alt": st.just("") | line}),
        },
    )

    @staticmethod
    def _options(lines: list[str], right: set[int], type_: str) -> dict[str, Any]:
        right = {one % len(lines) for one in right}
        right = right if type_ == "multiple" else {min(right)}
        return {"type": type_, "options": [{"id": f"o{n}", "text": line, "correct": n in right} for n, line in enumerate(lines)]}

    @staticmethod
    def _pairs(lines: list[str], rights: list[str], extra: list[str]) -> dict[str, Any]:
        pairs = [{"left": left, "right": right} for left, right in zip(lines, rights, strict=False)]
        used = {pair["right"] for pair in pairs}
        return {"type": "match", "pairs": pairs, "extra": [one for one in extra if one not in used]}

    _kinds = st.one_of(
        st.builds(_options, _lines, st.sets(st.integers(0, 9), min_size=1), st.sampled_from(["single", "multiple"])),
        st.booleans().map(lambda answer: {"type": "boolean", "answer": answer}),
        st.builds(
            lambda blanks, case: {"type": "fill", "blanks": blanks, "case": case},
            st.lists(st.lists(line, min_size=1, max_size=3, unique=True), min_size=1, max_size=3),
            st.booleans(),
        ),
        _lines.map(lambda lines: {"type": "order", "steps": lines}),
        st.builds(_pairs, _lines, _lines, st.lists(line, max_size=2, unique=True)),
    )
    questions = st.builds(lambda shared, kind: {**shared, **kind}, _shared, _kinds)
    about = st.fixed_dictionaries(
        {"title": line, "language": st.sampled_from(["zh", "en"]), "pass_percent": st.integers(1, 100)},
        optional={
            "intro": line,
            "max_attempts": st.none() | st.integers(1, 50),
            "shuffle_questions": st.booleans(),
            "shuffle_options": st.booleans(),
        },
    )
