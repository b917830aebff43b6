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
from pathlib import Path

from flask import Flask, Response

FOR_EVER = "public, max-age=31536000, immutable"
EACH_TIME = "public, no-cache"
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


def init_app(app: Flask) -> None:
    """Serve the files of the pages under their version, and give templates `static(name)`, their address."""
    version = version_of(Path(app.static_folder or ""))

    def send_versioned(filename: str) -> Response:
        name, caching = named_by(filename, version)
        response = app.send_static_file(name)
        response.headers["Cache-Control"] = caching
        return response

    app.view_functions["static"] = send_versioned
    app.extensions["static_address"] = f"{app.static_url_path}/{version}"
    address = app.extensions["static_address"]
    app.jinja_env.globals["static"] = lambda name: f"{address}/{name}"  # url_for takes longer, for thirty icons on a page
