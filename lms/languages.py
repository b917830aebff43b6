"""Which parts of a page are in another language than the page? They are marked, so that they are read and drawn as what they are."""

import re

from markupsafe import Markup, escape

# Chinese characters with the punctuation and numbers between them; two English words or more.
_CHINESE = re.compile(r"[\u3400-\u9fff](?:[\u3000-\u9fff\uff00-\uffef“”‘’·0-9 ]*[\u3400-\u9fff])?[。！？；）》]*")
_ENGLISH = re.compile(r"[A-Za-z][A-Za-z'’-]+(?:,? [A-Za-z][A-Za-z'’-]*)+")
_TAG = re.compile(r"(<[^>]*>)")


def mark_languages(text: object, *, page_is_chinese: bool) -> Markup:
    """Escape a text for a page and put what is in the other language into `<span lang>`. Tags of Markup stay as they are."""
    other, language = (_ENGLISH, "en") if page_is_chinese else (_CHINESE, "zh")
    written = escape(text)
    if other.search(written) is None:
        return written
    parts = _TAG.split(str(written))
    return Markup("".join(part if part.startswith("<") else other.sub(rf'<span lang="{language}">\g<0></span>', part) for part in parts))  # noqa: S704 – escaped above
