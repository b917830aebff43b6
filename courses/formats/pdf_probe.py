"""How many pages does a PDF have, and can it be opened? Runs as a process of its own, with limits, because the file is untrusted.

`python -m courses.formats.pdf_probe FILE` prints `{"pages": 12}` or `{"problem": "pdf-password"}`.
"""

import json
import resource
import subprocess
import sys
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import PyPdfError

MODULE = "courses.formats.pdf_probe"
MOST_CPU_S, MOST_BYTES, PATIENCE_S = 10, 1 << 30, 30
DAMAGED, PASSWORD = "pdf-damaged", "pdf-password"


def pages_of(path: Path) -> int | str:
    """Return the number of pages, or the code of the problem: `pdf-damaged`, `pdf-password`."""
    command = [sys.executable, "-I", "-m", MODULE, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=True)  # noqa: S603 - our own module, no shell
        told = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        return DAMAGED
    return int(told["pages"]) if "pages" in told else str(told["problem"])


def _probe(path: Path) -> dict[str, int | str]:
    try:
        reader = PdfReader(path)
        # A PDF whose printing is restricted has an empty password: every reader opens it.
        if reader.is_encrypted and not reader.decrypt(""):
            return {"problem": PASSWORD}
        pages = len(reader.pages)
        return {"pages": pages} if pages and reader.pages[pages - 1].mediabox.width > 0 else {"problem": DAMAGED}
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, MemoryError, OSError):
        return {"problem": DAMAGED}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    sys.stdout.write(json.dumps(_probe(Path(sys.argv[1]))))
