"""Is a file that is not a course named in one sentence, however many files it holds?"""

import zipfile
from pathlib import Path

import pytest

from courses.foreign import in_name
from tests.unit.courses.folders import Open, said, zipped

PAGES = {f"content/page{n}.html": b"<html></html>" for n in range(22)}
CMI5 = b"""<courseStructure><au id="a"><url>x</url></au><block><au id="b"/></block><author/></courseStructure>"""
OFFICE = {"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"", "docProps/app.xml": b""}

ARCHIVES = {
    "AICC": ({"course.crs": b"", "course.AU": b"", "course.cst": b"", **PAGES}, "is an AICC package"),
    "AICC without its units": ({"moodle.cst": b""}, "is an AICC package"),
    "cmi5 in a folder": ({"my course/cmi5.xml": CMI5, **PAGES}, "lies in a folder: in a cmi5 package it must lie at the top"),
    "Tin Can": ({"tincan.xml": b"<tincan/>", **PAGES}, "is a Tin Can (xAPI) package"),
    "Word": ({**OFFICE, "word/document.xml": b""}, "is a file of Word: save it as PDF"),
    "PowerPoint": ({**OFFICE, "ppt/presentation.xml": b""}, "is a file of PowerPoint: save it as PDF"),
    "OpenDocument": ({"mimetype": b"application/vnd.oasis.opendocument.presentation"}, "is a file of Impress: save it as PDF"),
    "web pages": ({"index.html": b"<html>", **PAGES}, "consists of web pages (HTML)"),
}
FILES = {
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a file of Office: save it as PDF"),
    "RAR": (b"Rar!\x1a\x07\x01\x00", "is a RAR archive: pack the files as .zip"),
    "7z": (b"7z\xbc\xaf\x27\x1c", "is a 7z archive: pack the files as .zip"),
    "program": (b"MZ\x90\x00", "is a program, and a course may not hold programs"),
    "AVI": (b"RIFF\x00\x00\x00\x00AVI LIST", "is a film in AVI"),
    "QuickTime": (b"\x00\x00\x00\x14ftypqt  ", "is a film in QuickTime"),
    "HEIC": (b"\x00\x00\x00\x18ftypheic", "is a picture in HEIC"),
    "WAV": (b"RIFF\x00\x00\x00\x00WAVE", "is a sound recording (WAV)"),
    "AMR": (b"#!AMR\n", "is a sound recording (AMR)"),
    "web page": (b"\n<!DOCTYPE html><p>", "consists of web pages (HTML)"),
    "unknown": (b"?" * 50, "is not a course: a file that ends in .zip"),
}


@pytest.mark.parametrize(("files", "sentence"), ARCHIVES.values(), ids=ARCHIVES)
def test_an_archive_of_another_kind_is_named_in_one_sentence(opened: Open, files: dict[str, bytes], sentence: str) -> None:
    found = opened(zipped(files), "course.zip")
    assert isinstance(found, list)
    assert [said(one)[: len(sentence)] for one in found] == [sentence]


def test_a_folder_of_another_kind_is_named_in_one_sentence_too(opened: Open) -> None:
    found = opened({"tincan.xml": b"<tincan/>", **PAGES}, "course")
    assert isinstance(found, list)
    assert len(found) == 1
    assert said(found[0]).startswith("is a Tin Can (xAPI) package")


@pytest.mark.parametrize(("content", "sentence"), FILES.values(), ids=FILES)
def test_a_file_of_another_kind_is_named_in_one_sentence(opened: Open, content: bytes, sentence: str) -> None:
    found = opened(content, "something")
    assert isinstance(found, list)
    assert [said(one)[: len(sentence)] for one in found] == [sentence]


NAMED = {
    "cut off": (b"", "film.mp4", "is empty"),
    "damaged": (b"?" * 50, "lesson.H5P", "ends in .h5p, but its content is something else"),
    "renamed": (b"?" * 50, "paper.pdf", "ends in .pdf, but its content is something else"),
    "told by its name alone": (b"?" * 50, "paper.docx", "is a file of Word: save it as PDF"),
    "unknown": (b"?" * 50, "notes.txt", "is not a course: a file that ends in .zip"),
}


@pytest.mark.parametrize(("content", "name", "sentence"), NAMED.values(), ids=NAMED)
def test_a_file_whose_name_promises_more_than_its_content_is_told_so(opened: Open, content: bytes, name: str, sentence: str) -> None:
    found = opened(content, name)
    assert isinstance(found, list)
    assert [said(one)[: len(sentence)] for one in found] == [sentence]


def test_a_course_that_holds_such_a_file_beside_its_own_stays_a_course(opened: Open) -> None:
    found = opened(zipped({"tincan.xml": b"<tincan/>", "course.json": b"{}"}), "course.zip")
    assert isinstance(found, list)
    assert not [one for one in found if one.code == "tin-can"]


def test_a_structure_of_any_size_is_looked_at_in_part(opened: Open, tmp_path: Path) -> None:
    found = opened(zipped({"cmi5.xml": CMI5 + b" " * 30_000_000}), "course.zip")
    assert [one.code for one in found] == ["too-dense"]  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["a.rar", "a.exe", "a.pptx", "a.wav", "a.heic", "a.html"])
def test_a_name_alone_says_enough_for_the_form(name: str) -> None:
    assert in_name(Path(name).suffix) is not None


def test_names_that_the_form_accepts_are_not_named() -> None:
    assert [in_name(one) for one in (".zip", ".h5p", ".pdf", ".mp4", ".png")] == [None] * 5


def test_a_list_of_far_too_many_files_is_read_once(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    read = list[object]()
    once = zipfile.ZipFile._RealGetContents  # type: ignore[attr-defined]
    archive = zipped({f"{number}.txt": b"" for number in range(5000)})
    monkeypatch.setattr(zipfile.ZipFile, "_RealGetContents", lambda one: (read.append(one), once(one)))
    found = opened(archive, "a.zip")
    assert isinstance(found, list)
    assert [one.code for one in found] == ["too-many-files"]
    assert len(read) == 1
