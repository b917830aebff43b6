"""Pack the stand-alone checker into one file that any Python 3.11 runs: `python checker.pyz BUNDLE.zip`."""

import zipfile
from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import courses
import lms
from lms.zip_files import add_file

PACKED = (
    "courses/__init__.py",
    "courses/strict_json/*.py",
    "lms/__init__.py",
    "lms/hours/*.py",
    "lms/crediting/__init__.py",
    "lms/crediting/chain.py",
    "lms/certification/__init__.py",
    "lms/certification/digests.py",
    "lms/signing/__init__.py",
    "lms/signing/jws_check.py",
    "lms/audit/__init__.py",
    "lms/audit/checker/*.py",
)
MAIN = """import sys
if sys.version_info < (3, 11):
    sys.exit("This program needs Python 3.11 or newer.")
from lms.audit.checker.main import main
sys.exit(main())
"""


def checker() -> bytes:
    """Return the checker as a zipapp: our own modules and the time zones, which not every system has."""
    made = BytesIO()
    made.write(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(made, "a") as archive:
        add_file(archive, "__main__.py", MAIN.encode(), compress=True)
        for name, file in _files():
            add_file(archive, name, file.read_bytes(), compress=True)
    return made.getvalue()


def _files() -> Iterator[tuple[str, Path]]:
    roots = {"courses": Path(courses.__file__).parent.parent, "lms": Path(lms.__file__).parent.parent}
    for pattern in PACKED:
        root = roots[pattern.partition("/")[0]]
        for file in sorted(root.glob(pattern)):
            yield file.relative_to(root).as_posix(), file
    zones = Path(str(files("tzdata")))
    for file in sorted(zones.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            yield f"tzdata/{file.relative_to(zones).as_posix()}", file
