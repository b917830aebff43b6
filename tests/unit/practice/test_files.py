"""Are submitted files recognised by their content, and named so that they can be shown?"""

import time

import pytest

from lms.practice.files import BYTES_MAX, NAME_MAX, HandedIn, read, safe_name

JPEG = b"\xff\xd8\xff\xe0" + b"0" * 20
HEIC = b"\x00\x00\x00\x18ftypheic" + b"0" * 20


@pytest.mark.parametrize(
    ("name", "content", "mimetype"),
    [
        ("a.jpg", JPEG, "image/jpeg"),
        ("照片.JPEG", JPEG, "image/jpeg"),
        ("a.png", b"\x89PNG\r\n\x1a\n00", "image/png"),
        ("a.webp", b"RIFF0000WEBP00", "image/webp"),
        ("a.pdf", b"%PDF-1.7", "application/pdf"),
        ("a.heic", HEIC, "image/heic"),
        ("a.docx", b"PK\x03\x0400", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_a_file_is_what_its_first_bytes_say(name: str, content: bytes, mimetype: str) -> None:
    assert read(name, content) == HandedIn(name, mimetype, content)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.jpg", b"", "empty"),
        ("a.jpg", b"\xff\xd8\xff" + b"0" * BYTES_MAX, "too-large"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "unknown-kind"),
        ("a.html", b"<html>", "unknown-kind"),
        ("a.jpg", b"<html>", "unknown-kind"),
        ("a.html", JPEG, "unknown-kind"),
        ("a.zip", b"PK\x03\x0400", "unknown-kind"),
        ("a.exe", b"MZ", "unknown-kind"),
    ],
)
def test_what_is_not_taken_says_why(name: str, content: bytes, code: str) -> None:
    assert read(name, content) == code


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("C:\\课件\\教案.docx", "教案.docx"),
        ("../../etc/passwd", "passwd"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("", "file"),
        (" . ", "file"),
    ],
)
def test_a_name_is_shown_without_folders_and_signs_that_turn_it_around(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    safe = safe_name("图" * 1000 + ".docx")
    assert len(safe) <= NAME_MAX
    assert safe.endswith(".docx")


def test_a_name_that_takes_long_to_normalise_costs_little() -> None:
    before = time.process_time()
    safe_name("a" + "\u0301\u0316" * 200_000 + ".jpg")
    assert time.process_time() - before < 1
