"""Plant a fault in a copy of a package, to see whether its tests notice."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """In `module`, `right` becomes `wrong`; `right` occurs there exactly once."""

    name: str
    module: str
    right: str
    wrong: str

    def planted(self, source: str) -> str:
        """Return the module's source with the fault in it."""
        assert source.count(self.right) == 1, f"{self.module} no longer has this once: {self.right}"
        return source.replace(self.right, self.wrong)


@contextmanager
def importable(folder: Path, name: str) -> Iterator[None]:
    """Let the package `name` in a folder be imported until the end of the block, and forget it then."""
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for module in [module for module in sys.modules if module == name or module.startswith(f"{name}.")]:
            del sys.modules[module]
