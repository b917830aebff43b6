"""The sizes of windows in which pages are looked at, and whether a page fits."""

from playwright.sync_api import Page

PHONE = {"width": 390, "height": 844}

DESK = {"width": 1280, "height": 900}

# Scripts that return the elements that do not fit: cut off, a choice longer than its field, two lines in the header.
CLIPPED = """() => [...document.querySelectorAll("main *, header *")]
  .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "hidden" && !e.closest(".visually-hidden, .skip, .table-cards thead"))
  .map(e => e.outerHTML.slice(0, 160))"""
WRAPPED = """() => [...document.querySelectorAll(".main-menu a span, .menu-name")]
  .filter(one => new Set([...one.getClientRects()].map(line => line.top)).size > 1 || one.offsetHeight > 1.9 * parseFloat(getComputedStyle(one).fontSize))
  .map(one => one.innerText)"""
CUT_CHOICES = """() => [...document.querySelectorAll("table select")].filter(one => {
  const style = getComputedStyle(one), pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const room = one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return pen.measureText(one.selectedOptions[0]?.text ?? "").width > room;
}).map(one => one.outerHTML.slice(0, 160))"""


def sideways(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width
