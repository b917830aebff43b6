"""Read the XML of a SCORM manifest, and accept two things that an XML reader refuses.

Encodings of Chinese Windows are decoded here, because expat does not know them. A namespace prefix without a declaration, left over from
editing by hand, is declared: only local names count in a manifest.
"""

import re

from courses.manifest_xml import Element, read_manifest
from courses.reader import MOST_BYTES
from courses.strict_json.problem import Problem

DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?\s{0,99}<\?xml[^>]{0,99}encoding\s?=\s?["']([\w-]{1,20})["'][^>]{0,99}\?>""")
CHINESE = frozenset({"gb2312", "gbk", "gb18030", "big5", "cp936", "x-gbk"})
UTF16 = (b"\xff\xfe", b"\xfe\xff")
LONGEST_DECLARATION, LONGEST_NAME, MOST_PREFIXES = 400, 50, 20
PREFIX = re.compile(r"[<\s/]([A-Za-z_][\w-]{0,30}):[A-Za-z_]")


def read_root(content: bytes, name: str) -> Element | Problem:
    """Return the manifest's outermost element, or why it cannot be read; `name` is the file's name in the package."""
    if len(content) > MOST_BYTES:  # the caller read no more of it, so it has no end
        return Problem("file-too-large", name, {"mb": MOST_BYTES // 10**6})
    content = _as_utf8(content)
    root = read_manifest(content, name)
    if isinstance(root, Problem) and "unbound prefix" in str(root.params.get("why")):
        root = read_manifest(_with_prefixes(content.decode("utf-8", errors="replace")).encode(), name)
    if isinstance(root, Element) and root.name.lower() != "manifest":
        return Problem("scorm-not-a-manifest", name, {"name": root.name[:LONGEST_NAME]})
    return root


def _as_utf8(content: bytes) -> bytes:
    """Convert to UTF-8 if an encoding of Chinese Windows is declared, or if none is declared and the bytes are not UTF-8."""
    declared = DECLARED.match(content[:LONGEST_DECLARATION])
    encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    if encoding == "utf-8" and not content.startswith(UTF16):
        try:
            content.decode()
        except UnicodeDecodeError:
            encoding = "gb18030"
    if encoding not in CHINESE:
        return content
    text = content[declared.end() if declared else 0 :]
    return text.decode("big5" if encoding == "big5" else "gb18030", errors="replace").encode()


def _with_prefixes(text: str) -> str:
    unknown = sorted({one for one in PREFIX.findall(text) if one not in {"xml", "xmlns"} and f"xmlns:{one}=" not in text})
    added = "".join(f' xmlns:{one}="urn:unknown:{one}"' for one in unknown[:MOST_PREFIXES])
    return re.sub(r"<((?:\w{1,30}:)?manifest)(?=[\s>])", rf"<\1{added}", text, count=1)
