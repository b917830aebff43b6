"""The headers of a package's files: a browser may do what the players need, and nothing else. Pure.

A package is untrusted code. Scripts and style sheets run only inside the player's frame, whose policy names the package;
images, films and sound are shown there; everything else, and everything opened by its own address, is a download that runs nothing.
The type follows only from the file name's ending, and `nosniff` makes the browser keep to it, so a file has exactly one type.
"""

SCRIPTS_AND_STYLES = {".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
FONTS = {".woff2": "font/woff2", ".woff": "font/woff", ".ttf": "font/ttf", ".otf": "font/otf"}
DATA = {".json": "application/json", ".vtt": "text/vtt; charset=utf-8", ".txt": "text/plain; charset=utf-8"}
IMAGES = {
    **{".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp"},
    **{".avif": "image/avif", ".bmp": "image/bmp", ".ico": "image/vnd.microsoft.icon"},
}
MEDIA = {
    **{".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm", ".ogv": "video/ogg", ".mov": "video/quicktime"},
    **{".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".aac": "audio/aac", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".wav": "audio/wav"},
}
NEEDED = {**SCRIPTS_AND_STYLES, **FONTS, **DATA, **IMAGES, **MEDIA}
DRAWINGS = {".svg": "image/svg+xml"}  # shown by <img>, which runs no script; opened directly it would be a page
OTHER = "application/octet-stream"

# What else a package's pages may load on a host of its own, where they run.
PAGES = {
    **{".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml", ".xml": "text/xml", ".xsl": "text/xml"},
    **{".wasm": "application/wasm", **DRAWINGS},
}

# The policy for the file as its own page. Inside another page, that page's policy applies instead.
RUNS_NOTHING = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def headers_of(path: str) -> dict[str, str]:
    """Return the headers that restrict what a browser may do with the file at `path`."""
    ending = _ending(path)
    found = {
        "Content-Type": NEEDED.get(ending) or DRAWINGS.get(ending) or OTHER,
        "Content-Security-Policy": RUNS_NOTHING,
        "X-Content-Type-Options": "nosniff",
    }
    return found if ending in NEEDED else {**found, "Content-Disposition": "attachment"}


def headers_on_own_host(path: str, policy: str) -> dict[str, str]:
    """Return the headers of the file at `path` on a host that belongs to its package, whose pages run under `policy`.

    No encoding is named: a page states its own, which older packages of China do in GBK, and its scripts have the same.
    """
    ending = _ending(path)
    known = PAGES.get(ending) or NEEDED.get(ending)
    found = {"Content-Type": (known or OTHER).partition(";")[0], "Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff"}
    return found if known else {**found, "Content-Disposition": "attachment"}


def _ending(path: str) -> str:
    return path[path.rfind(".") :].lower() if "." in path.rpartition("/")[2] else ""
