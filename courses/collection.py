"""Open an archive or folder that is not a course itself, but a collection of files each of which may be one.

A film and the captions beside it (`lesson.mp4` and `lesson.zh.vtt`) are one course. They go on together as one archive.
"""

import tempfile
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from courses.archive import LIMITS, is_passed_over, names_in, unpack
from courses.formats import uploads, video
from courses.strict_json.problem import Problem

MARKS = frozenset({"course.json", "h5p.json", "cmi5.xml", "tincan.xml", "imsmanifest.xml", "[content_types].xml", "mimetype"})
PAGES = (".html", ".htm")
MOST = 100  # files of one collection


def open_collection(path: Path, into: Path) -> dict[str, Path] | list[Problem]:
    """Return the files of a collection by name, or every problem; nothing if it is not a collection.

    Files of an archive are unpacked into the folder `into`, and a film is packed there with its captions under the film's name.
    A folder with the files of one package is not a collection.
    """
    if path.is_dir():
        files = {one.relative_to(path).as_posix(): one for one in sorted(path.rglob("*")) if one.is_file() and not one.is_symlink()}
    else:
        if not files_of_collection(names_in(path)):
            return {}
        folder = Path(tempfile.mkdtemp(dir=into))
        names = unpack(path, folder, replace(LIMITS, any_kind=True))
        if isinstance(names, list):
            return names
        files = {name: folder.joinpath(*name.split("/")) for name in names}
    wanted = files_of_collection(files)
    if len(wanted) > MOST:
        return [Problem("too-many-files", "", {"count": len(wanted), "most": MOST})]
    return _with_captions({name: files[name] for name in wanted}, into)


def _with_captions(files: Mapping[str, Path], into: Path) -> dict[str, Path]:
    """Return the files, with each film and its captions replaced by an archive of them. Captions without a film stay by themselves."""
    captions = {name: video.captions_beside(name, files) for name in files}
    taken = {one for beside in captions.values() for one in beside.values()}
    found: dict[str, Path] = {}
    for name, path in files.items():
        if captions[name]:
            beside = {ending: files[one] for ending, one in captions[name].items()}
            found[_free(f"{name.rpartition('.')[0]}.zip", {*files, *found})] = _packed(name, path, beside, into)
        elif name not in taken:
            found[name] = path
    return found


def _free(name: str, names: Collection[str]) -> str:
    while name in names:
        name = f"{name.removesuffix('.zip')}-.zip"
    return name


def _packed(name: str, film: Path, captions: Mapping[str, Path], into: Path) -> Path:
    """Pack a film and its captions, as they are; the archive is named like the film because its title comes from there."""
    last = PurePosixPath(name)
    packed = Path(tempfile.mkdtemp(dir=into)) / f"{last.stem}.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.write(film, last.name)
        for ending, path in captions.items():
            archive.write(path, last.stem + ending)
    return packed


def files_of_collection(names: Collection[str]) -> list[str]:
    """Return the files of a collection in the order of their names; none if the names are those of one package, or of nothing usable."""
    files = sorted(name for name in names if not name.endswith("/") and not is_passed_over(name, any_kind=True))
    lasts = [PurePosixPath(name.replace("\\", "/")).name.lower() for name in files]
    if MARKS.intersection(lasts) or any(one.endswith(PAGES) for one in lasts):
        return []
    return files if any(PurePosixPath(one).suffix in uploads() for one in lasts) else []
