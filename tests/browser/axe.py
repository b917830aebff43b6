"""Find what axe objects to in a document. Its script is read once for all looks at one document: it has half a million characters.

Frames inside are other documents, to be looked at by themselves: axe would wait for the answer of each, and none has its script.
"""

from collections.abc import Mapping
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Frame, Page

RUN = """options => axe.run(document, {resultTypes: ["violations"], iframes: false, ...options})
  .then(found => found.violations.map(one => `${one.id}: ${one.nodes.map(node => node.html).join(" | ").slice(0, 300)}`))"""


def violations(place: Page | Frame, options: Mapping[str, Any] | None = None) -> list[str]:
    """Return each rule that the document breaks as it is now, with its elements."""
    if not place.evaluate("'axe' in window"):
        place.evaluate(AXE_SCRIPT)
    found: list[str] = place.evaluate(RUN, {**(options or {})})
    return found
