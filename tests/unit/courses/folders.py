"""Helpers for tests of courses: small packages and videos, built byte by byte, and short forms of expectations."""

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from courses.package import Package
from courses.sentences import SENTENCES
from courses.strict_json.problem import Problem, in_english

Open = Callable[..., Package | list[Problem]]

VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\n你好\n"
DOCUMENT: dict[str, Any] = {
    "code": "a-course",
    "kind": "general",
    "language": "zh",
    "title": {"zh": "课程", "en": "A course"},
    "summary": {"zh": "简介", "en": "Summary"},
    "modules": [
        {
            "key": "one",
            "title": {"zh": "模块", "en": "Module"},
            "activities": [
                {
                    "key": "read",
                    "title": {"zh": "阅读", "en": "Read"},
                    "summary": {"zh": "读", "en": "Read it"},
                    "format": "h5p",
                    "entry": "activities/read",
                    "minutes": 10,
                    "grading": "content",
                    "requires": {"completed": True},
                },
                {
                    "key": "quiz",
                    "title": {"zh": "测验", "en": "Quiz"},
                    "format": "h5p",
                    "entry": "activities/quiz",
                    "minutes": 10,
                    "grading": "server",
                    "requires": {"passed": True},
                },
                {
                    "key": "film",
                    "title": {"zh": "视频", "en": "Film"},
                    "format": "video",
                    "entry": "media/film.mp4",
                    "minutes": 2,
                    "media_seconds": 90,
                    "requires": {"coverage": 0.9},
                },
            ],
        }
    ],
}
READING = {
    "pages": [
        {
            "heading": "一",
            "body": "<p>文</p>",
            "checks": [{"id": "c1", "question": "问", "options": ["甲", "乙"], "answer": 1, "feedback": "答"}],
        }
    ]
}
QUIZ = {
    "intro": "说明",
    "questions": [
        {"id": "q1", "type": "single", "text": "问", "options": [{"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}]},
        {"id": "q2", "type": "multiple", "text": "问", "options": [{"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}]},
    ],
}
KEY = {
    "pass_percent": 60,
    "max_attempts": 3,
    "questions": {"q1": {"correct": ["b"], "points": 1, "feedback": {"zh": "因为", "en": "Because"}}, "q2": {"correct": ["a", "b"]}},
}


def about(library: str) -> dict[str, Any]:
    """An h5p.json whose main library is `library`, version 1.0."""
    return {
        "title": "标题",
        "language": "zh",
        "mainLibrary": library,
        "embedTypes": ["div"],
        "preloadedDependencies": [{"machineName": library, "majorVersion": 1, "minorVersion": 0}],
    }


def mp4(seconds: float) -> bytes:
    """The boxes of an MP4 that states its length."""
    header = struct.pack(">IIIIII", 0, 0, 0, 1000, int(seconds * 1000), 0)
    inner = struct.pack(">I4s", 8 + len(header), b"mvhd") + header
    return struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0) + struct.pack(">I4s", 8 + len(inner), b"moov") + inner


def webm(seconds: float | None) -> bytes:
    """The elements of a WebM, with or without its length."""

    def element(kind: bytes, content: bytes) -> bytes:
        return kind + bytes([0x80 | len(content)]) + content

    info = element(b"\x2a\xd7\xb1", (1_000_000).to_bytes(3, "big"))
    info += b"" if seconds is None else element(b"\x44\x89", struct.pack(">d", seconds * 1000))
    segment = element(b"\x15\x49\xa9\x66", info)
    return element(b"\x1a\x45\xdf\xa3", element(b"\x42\x82", b"webm")) + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + segment


def course_files(document: Any = DOCUMENT) -> dict[str, bytes]:
    """The files of a valid course package, by name."""
    files: dict[str, Any] = {
        "course.json": document,
        "activities/read/h5p.json": about("TH.Reading"),
        "activities/read/content/content.json": READING,
        "activities/quiz/h5p.json": about("TH.Quiz"),
        "activities/quiz/content/content.json": QUIZ,
        "answers/quiz.json": KEY,
        "media/film.mp4": mp4(90),
        "media/film.zh.vtt": VTT,
        "README.md": "about the course",
    }
    return {name: content if isinstance(content, bytes) else text(content).encode() for name, content in files.items()}


def text(content: Any) -> str:
    """JSON of a value; a text stays unchanged."""
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def libraries(folder: Path) -> Path:
    """Small versions of our own content types."""
    files: dict[str, bytes] = {}
    for name, version in (("TH.Reading", "1.2"), ("TH.Quiz", "1.0"), ("TH.CheckpointVideo", "1.1")):
        needs = [{"machineName": "TH.Shared", "majorVersion": 1, "minorVersion": 0}] if name == "TH.Quiz" else []
        files[f"{name}-{version}/library.json"] = text({"machineName": name, "preloadedDependencies": needs}).encode()
        files[f"{name}-{version}/code.js"] = b"//"
    return write(folder, {**files, "TH.Shared-1.0/library.json": b"{}"})


def sound(found: Package | list[Problem]) -> Package:
    assert isinstance(found, Package), found
    return found


def said(problem: Problem) -> str:
    return in_english(problem, SENTENCES)


def problems(found: Package | list[Problem]) -> list[str]:
    assert isinstance(found, list)
    return [problem.path for problem in found]


FORMULAS = {"machineName": "H5P.Formulas", "majorVersion": 1, "minorVersion": 0}


def card(needed: list[dict[str, Any]], content: dict[str, Any]) -> dict[str, bytes]:
    """An exported content of the type H5P.Card, which names a library besides: one that the package lacks."""
    library = {"machineName": "H5P.Card", "majorVersion": 1, "minorVersion": 0, "preloadedJs": [{"path": "card.js"}]}
    described = about("H5P.Card")
    described["preloadedDependencies"].append(FORMULAS)
    return {
        "h5p.json": json.dumps(described).encode(),
        "content/content.json": json.dumps(content).encode(),
        "H5P.Card-1.0/library.json": json.dumps({**library, "preloadedDependencies": needed}).encode(),
        "H5P.Card-1.0/card.js": b"createXAPIEventTemplate('completed')",
    }
