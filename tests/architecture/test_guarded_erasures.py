"""Do all tests that erase a person use a database with its guards, as every installation has one?"""

import re

from tests.architecture.tree import ROOT, sources

ERASES = re.compile(r"lms\.privacy\.erasure import person|import erase_whole|\"user\", \"erase\"")
GUARDED = re.compile(r'usefixtures\("guarded"\)|guards\.install\(')


def test_whoever_erases_a_person_in_a_test_does_it_on_a_database_with_guards() -> None:
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sources("tests/integration")}
    erasing = {name for name, text in texts.items() if ERASES.search(text)}
    assert len(erasing) > 5, "they are found at all"
    assert {name for name in erasing if not GUARDED.search(texts[name])} == set()
