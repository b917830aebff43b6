"""Where does an H5P content find a library that its package lacks? Among our own first, then among those that the host offers."""

from collections.abc import Callable, Mapping
from pathlib import Path

# The files of a library by their names in it, such as library.json; None if it is not there. The name has its version: H5P.Blanks-1.14.
FindLibrary = Callable[[str], Mapping[str, Path] | None]

OWN = Path(__file__).parent / "library"
LIBRARY = "library.json"


def nothing(_name: str) -> None:
    """Offer no library."""


def in_folder(root: Path) -> FindLibrary:
    """Offer the libraries in a folder, each in a folder of its name."""

    def find(name: str) -> Mapping[str, Path] | None:
        folder = root / name
        if not (folder / LIBRARY).is_file():
            return None
        return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}

    return find


def first_of(*sources: FindLibrary) -> FindLibrary:
    """Offer what the first source that has it offers."""

    def find(name: str) -> Mapping[str, Path] | None:
        return next((found for source in sources if (found := source(name)) is not None), None)

    return find
