"""The sizes of windows in which pages are looked at, and whether a page fits."""

from playwright.sync_api import Page

PHONE = {"width": 390, "height": 844}

DESK = {"width": 1280, "height": 900}


def sideways(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width
