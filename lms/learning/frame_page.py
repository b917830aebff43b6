"""Write the page that plays an activity, and the policy that restricts it, as the format table says. Pure."""

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from courses.formats.format import OWN_HOST_SANDBOX, Format

OWN_SCRIPTS = ("frame.js", "looks.js")  # of every frame, before those of its format
DIRECTIVES = ("script-src", "style-src", "img-src", "media-src", "font-src", "connect-src", "frame-src", "worker-src")


# What the pages of a package may do on a host of their own: anything, with their own files only. No worker of theirs stays behind.
OWN_PAGES = {
    **dict.fromkeys(("img-src", "media-src"), "'self' data: blob:"),
    **{"script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:", "style-src": "'self' 'unsafe-inline'", "font-src": "'self' data:"},
    **{"connect-src": "'self' data: blob:", "frame-src": "'self' blob:", "object-src": "'self'", "worker-src": "'none'"},
    **{"base-uri": "'self'", "form-action": "'self'"},
}


@dataclass(frozen=True, slots=True)
class FrameSite:
    """The addresses of a frame: the app's origin, its content host's, the folder of its package there, and the version of our players."""

    app: str
    content: str
    base: str
    version: str
    has_origin: bool = False  # the frame alone is on the package's own host, its files are on the shared one

    @property
    def player(self) -> str:
        """The folder of our players' files."""
        return f"{self.content}/player/{self.version}"


def write_page(outline: str, format: Format, entry: str, site: FrameSite, attributes: Mapping[str, Any]) -> str:
    """Fill in the outline of frame pages (`courses/player/frame.html`) for one activity, with data attributes of its format."""
    frame = format.frame
    attributes = {name: json.dumps(value) for name, value in attributes.items()}
    filled = {
        "__APP_ORIGIN__": _escaped(site.app),
        "__BASE__": _escaped(site.base),
        "__ENTRY__": _escaped(quote(entry)),
        "__PLAYER__": _escaped(site.player),
        "__ATTRIBUTES__": "".join(f' data-{name}="{_escaped(value)}"' for name, value in attributes.items()),
        "__TITLE__": format.words,
        "__HEAD__": "\n".join([*_styles(("frame.css", *frame.styles), site), *_scripts((*OWN_SCRIPTS, *frame.scripts), site)]),
        "__STYLE__": frame.style,
        "__BODY__": frame.body,
    }
    for name, value in filled.items():
        outline = outline.replace(name, value)
    return outline


def policy_of(format: Format, site: FrameSite) -> str:
    """Restrict a frame and its code to the player and one package. Only our player page may embed it. Content has inline styles.

    A frame on the package's own host runs only our code: it shows the package's pages in frames inside it, at the same origin.
    """
    player = f"{site.content}/player/"  # in every version: a page may ask a process of another one during an upgrade
    own = player if format.own_host else f"{player} {site.base}"
    sources = {name: own for name in DIRECTIVES} | {
        "style-src": f"{own} 'unsafe-inline'",
        "img-src": f"{own} data: blob:",
        "media-src": f"{own} blob:",
        "font-src": f"{own} data:",
        "connect-src": f"{site.content}/" if format.own_host else own,
        "frame-src": site.base if format.own_host or format.frame.pages else "",
        "worker-src": "",
    }
    return (
        f"sandbox {sandbox_of(format, has_origin=site.has_origin)}; default-src 'none'; {_directives(sources, format.frame.policy)}; "
        f"frame-ancestors {site.app}; base-uri 'none'; form-action 'none'"
    )


def sandbox_of(format: Format, *, has_origin: bool) -> str:
    """Return what a frame may do; `has_origin`: it is on a host of its own although it does not need one."""
    return f"{format.frame.sandbox} allow-same-origin" if has_origin and not format.own_host else format.frame.sandbox


def policy_of_pages(app: str) -> str:
    """Restrict the pages of a package on its own host to that host. Only our player page may embed them, at any depth."""
    rules = "; ".join(f"{name} {value}" for name, value in OWN_PAGES.items())
    return f"sandbox {OWN_HOST_SANDBOX}; default-src 'none'; {rules}; frame-ancestors 'self' {app}"


def policy_of_inner_page(base: str) -> str:
    """Restrict a web page of a package on the shared host, shown inside the frame: it has no origin, and only its package's files."""
    rules = {
        "script-src": f"{base} 'unsafe-inline' 'unsafe-eval'",
        "style-src": f"{base} 'unsafe-inline'",
        **dict.fromkeys(("img-src", "media-src", "font-src"), f"{base} data: blob:"),
        "connect-src": base,
    }
    return f"sandbox allow-scripts; default-src 'none'; {'; '.join(map(' '.join, rules.items()))}; base-uri 'none'; form-action 'none'"


def _directives(sources: Mapping[str, str], added: Mapping[str, str]) -> str:
    wanted = ((name, f"{sources[name]} {added.get(name, '')}".strip()) for name in DIRECTIVES)
    return "; ".join(f"{name} {value}" if value else f"{name} 'none'" for name, value in wanted)


def _styles(names: tuple[str, ...], site: FrameSite) -> list[str]:
    return [f'  <link rel="stylesheet" href="{_escaped(f"{site.player}/{name}")}">' for name in names]


def _scripts(names: tuple[str, ...], site: FrameSite) -> list[str]:
    kinds = {name: 'type="module"' if name.endswith(".mjs") else "defer" for name in names}
    return [f'  <script src="{_escaped(f"{site.player}/{name}")}" {kind}></script>' for name, kind in kinds.items()]


def _escaped(text: str) -> str:
    return html.escape(text, quote=True)
