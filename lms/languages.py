"""Mark the parts of a page that are in another language, so that they are read aloud and displayed correctly."""

import re

from markupsafe import Markup, escape

# Chinese characters with the punctuation, numbers and short codes between them (1 班, k1 班); two English words or more.
_HAN = r"[\u3400-\u9fff]"
_BETWEEN = r"[\u3000-\u303f\uff00-\uffef“”‘’·0-9 .-]"
_CHINESE = re.compile(rf"{_HAN}+(?:(?!{_HAN}){_BETWEEN}{{0,4}}[A-Za-z]{{0,2}}{_BETWEEN}{{0,6}}{_HAN}+)*[。！？；：，、…）》]*")
_ENGLISH = re.compile(r"[A-Za-z][A-Za-z'’-]{1,40}(?:,? [A-Za-z][A-Za-z'’-]{0,40})+")  # bounded: a run of letters is read from each of them
_TAG = re.compile(r"(<[^<>]*>)")


def mark_languages(text: object, *, page_is_chinese: bool) -> Markup:
    """Escape a text for a page, and put parts in the other language into `<span lang>`. Tags of Markup stay as they are."""
    other, language = (_ENGLISH, "en") if page_is_chinese else (_CHINESE, "zh")
    written = escape(text)
    if other.search(written) is None:
        return written
    parts = _TAG.split(str(written))
    return Markup("".join(part if part.startswith("<") else other.sub(rf'<span lang="{language}">\g<0></span>', part) for part in parts))  # noqa: S704 – escaped above
