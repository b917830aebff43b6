"""Give our own files addresses that change with their content, so that a browser keeps them and asks no more.

    /static/<version>/js/ui.js      files of the pages
    /player/<version>/frame.js      files of the players, on the content hosts

The version stands for all files of the folder, in the path and not in a query: a script imports its neighbours, and a style sheet names its
pictures, relative to their own address, so they have the same version. An address with another version gets today's file, which is
revalidated on every use: during an upgrade a page of the old version may ask a process of the new one.
"""

import hashlib
import re
from functools import cache
from pathlib import Path, PurePosixPath

from flask import Flask, Response

FOR_EVER = "public, max-age=31536000, immutable"
EACH_TIME = "public, no-cache"
IMPORT = re.compile(r"""^(?:import|export) [^"]{0,500}"\./([\w-]{1,100}\.js)";$""", re.MULTILINE)
VERSIONED = re.compile(r"v-([0-9a-f]{16})/(.+)", re.DOTALL)


@cache
def version_of(folder: Path) -> str:
    """Return the part of addresses that stands for the files of a folder. They are read once, because they change with the code only."""
    digest = hashlib.sha256()
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        digest.update(f"{file.relative_to(folder).as_posix()}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return f"v-{digest.hexdigest()[:16]}"


def named_by(path: str, version: str) -> tuple[str, str]:
    """Return the file's name that an address means, and for how long it may be kept. An address without a version means the same file."""
    found = VERSIONED.fullmatch(path)
    if found is None:
        return path, EACH_TIME
    return found[2], FOR_EVER if path.startswith(f"{version}/") else EACH_TIME


@cache
def imported_by(folder: Path, script: str) -> tuple[str, ...]:
    """Return the scripts that a script of a folder imports, directly or not, in alphabetical order.

    A page that names them saves a round trip: otherwise a browser asks for them only once it has the first script.
    """
    found: set[str] = set()
    queue = [script]
    while queue:
        name = queue.pop()
        neighbours = {str(PurePosixPath(name).parent / one) for one in IMPORT.findall((folder / name).read_text(encoding="utf-8"))}
        queue += neighbours - found
        found |= neighbours
    return tuple(sorted(found - {script}))


def init_app(app: Flask) -> None:
    """Serve the files of the pages under their version, and give templates their addresses: `static(name)`, `imported_by(script)`."""
    folder = Path(app.static_folder or "")
    version = version_of(folder)

    def send_versioned(filename: str) -> Response:
        name, caching = named_by(filename, version)
        response = app.send_static_file(name)
        response.headers["Cache-Control"] = caching
        return response

    app.view_functions["static"] = send_versioned
    app.extensions["static_address"] = f"{app.static_url_path}/{version}"
    address = app.extensions["static_address"]
    app.jinja_env.globals["static"] = lambda name: f"{address}/{name}"  # url_for takes longer, for thirty icons on a page
    app.jinja_env.globals["imported_by"] = lambda script: [f"{address}/{name}" for name in imported_by(folder, script)]
