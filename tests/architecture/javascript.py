"""Find the regular expressions in our own JavaScript, translated to Python's."""

import re
from collections.abc import Iterator

from tests.architecture.tree import tracked

# A slash begins a regular expression where a value is expected, and divides after a value.
TOKEN = re.compile(
    r"""
    (?P<passed>//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)
    |(?P<pattern>/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/(?P<flags>[a-z]*))
    |(?P<word>[\w$]+)
    |(?P<sign>\S)
    """,
    re.VERBOSE | re.DOTALL,
)
BEFORE_A_VALUE = frozenset("(,=:[!&|?{};+-*%<>~^") | {"return", "typeof", "case", "in", "of", "=>", ""}
BUILT = re.compile(r"\bRegExp\(")


def texts() -> dict[str, str]:
    """Return every script of ours, by its path."""
    found = [path for path in tracked() if path.suffix == ".js" and "vendor" not in path.parts and "tests" not in path.parts]
    return {str(path): path.read_text(encoding="utf-8") for path in found}


def patterns(script: str) -> Iterator["re.Pattern[str]"]:
    """Yield the patterns that a script has as literals."""
    before, at = "", 0
    while match := TOKEN.search(script, at):
        at = match.end()
        if match["pattern"] and before not in BEFORE_A_VALUE:
            before, at = "/", match.start() + 1  # a division: the text after it is read again
        elif match["pattern"]:
            yield translated(match["pattern"].rpartition("/")[0][1:], match["flags"])
            before = "pattern"
        elif not match["passed"]:
            before = match["word"] or match["sign"]
        elif match["passed"][0] in "\"'`":
            before = "text"


def translated(pattern: str, flags: str) -> "re.Pattern[str]":
    """Return a JavaScript pattern in Python's syntax, with only the flags that affect how much work it is."""
    named = pattern.replace("(?<", "(?P<").replace("(?P<=", "(?<=").replace("(?P<!", "(?<!").replace("[^]", r"[\s\S]")
    kept = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
    return re.compile(named, sum(int(kept.get(flag, 0)) for flag in flags))
