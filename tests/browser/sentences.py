"""Find broken sentences on a page: those that a layout tears apart at a foreign word, and "1 courses"."""

import re

# A foreign word in a sentence is marked with its language; a flex container would make each part of that sentence a column of its own.
IN_PIECES = """() => [...document.querySelectorAll("body *")]
  .filter(e => /flex|grid/.test(getComputedStyle(e).display) && e.querySelector(":scope > [lang]"))
  .filter(e => [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim()))
  .map(e => e.outerHTML.slice(0, 160))"""

UNITS = (
    "credit hours|half-days|days|months|weeks|minutes|seconds|tasks|logs|courses|classes|people|teachers|sessions|rows|entries|statements"
)
ONE_OF_MANY = re.compile(rf"(?<![\d.,:-])1 (?:{UNITS})\b")


def many_for_one(text: str) -> list[str]:
    """Return every place in an English text where one thing has the name of several ("1 courses to go")."""
    return [found.group() for found in ONE_OF_MANY.finditer(text)]
