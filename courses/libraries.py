"""Find the H5P libraries that a package lacks: first among our own, then among those that the host offers."""

from collections.abc import Callable, Mapping
from pathlib import Path

# Takes a library's name with its version, such as H5P.Blanks-1.14. Returns its files by their paths in it; None if it is not found.
FindLibrary = Callable[[str], Mapping[str, Path] | None]

OWN = Path(__file__).parent / "library"
LIBRARY = "library.json"
LEFT_OUT = Path(__file__).parent / "left_out_library.json"  # stands in for a missing library that nothing uses; loads nothing


def nothing(_name: str) -> None:
    """Offer no library."""


def in_folder(root: Path) -> FindLibrary:
    """Return a finder of the libraries in a folder, which has one subfolder for each library, with the library's name."""

    def find(name: str) -> Mapping[str, Path] | None:
        folder = root / name
        if not (folder / LIBRARY).is_file():
            return None
        return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}

    return find


def first_of(*sources: FindLibrary) -> FindLibrary:
    """Return a finder that asks these sources in order and returns the first result."""

    def find(name: str) -> Mapping[str, Path] | None:
        return next((found for source in sources if (found := source(name)) is not None), None)

    return find
