"""The wording that an office sets for its certificates: texts with placeholders such as {programme}. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from courses.strict_json.problem import Problem

PLACEHOLDERS: Mapping[str, str] = {  # each can be written in either language, in either text
    "name": "姓名",
    "school": "学校",
    "programme": "项目",
    "track": "类别",
    "class": "班级",
    "provider": "承训单位",
    "issuer": "颁发单位",
    "begin": "开始日期",
    "end": "结束日期",
    "hours": "学时",
    "minutes": "学时分钟",
    "days": "天数",
    "number": "编号",
    "date": "颁发日期",
}
NAMES = {**{name: name for name in PLACEHOLDERS}, **{zh: name for name, zh in PLACEHOLDERS.items()}}
LANGUAGES = ("zh", "en")
LONGEST = {"issuer": 60, "title": 60, "text": 500, "closing": 160}  # characters
PLAIN = {"issuer"}  # texts without placeholders
UNPRINTABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control and format characters; whether a font has a character is asked later
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class CertificateWording:
    """The texts of one language. An empty text means the usual one of this product; without `closing` there is none."""

    issuer: str = ""
    title: str = ""
    text: str = ""
    closing: str = ""


@dataclass(frozen=True, slots=True)
class Wordings:
    """The texts of both languages."""

    zh: CertificateWording = field(default_factory=CertificateWording)
    en: CertificateWording = field(default_factory=CertificateWording)

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """Read what `values` returned."""
        return cls(*(CertificateWording(**{name: said.get(language, {}).get(name, "") for name in LONGEST}) for language in LANGUAGES))

    @classmethod
    def of_form(cls, said: Mapping[str, str]) -> Self:
        """Read a form's fields `zh_title`, `en_title` …; each becomes one line, without spaces at its ends."""
        between = {"zh": "", "en": " "}
        return cls(
            *(
                CertificateWording(
                    **{name: between[language].join(said.get(f"{language}_{name}", "").split("\r\n")).strip() for name in LONGEST}
                )
                for language in LANGUAGES
            )
        )

    def values(self) -> dict[str, dict[str, str]]:
        """Return the texts that are set, for storing."""
        found = {language: {name: text for name, text in own.items() if text} for language, own in self._all().items()}
        return {language: own for language, own in found.items() if own}

    def fields(self) -> Mapping[str, str]:
        """Return the texts under the names of a form's fields."""
        return {f"{language}_{name}": text for language, own in self._all().items() for name, text in own.items()}

    def _all(self) -> dict[str, dict[str, str]]:
        return {language: {name: getattr(getattr(self, language), name) for name in LONGEST} for language in LANGUAGES}


def problems_of(wordings: Wordings) -> list[tuple[str, Problem]]:
    """Return the reasons why texts cannot be used, each with the name of its field."""
    found = []
    for name, text in wordings.fields().items():
        kind = name.partition("_")[2]
        if len(text) > LONGEST[kind]:
            found.append((name, Problem("wording-long", name, {"most": LONGEST[kind]})))
        elif any(unicodedata.category(one) in UNPRINTABLE for one in text):
            found.append((name, Problem("wording-lines", name, {})))
        else:
            found += [(name, one) for one in _problems_of_placeholders(text, name, kind in PLAIN)]
    return found


def _problems_of_placeholders(text: str, name: str, plain: bool) -> Iterator[Problem]:
    rest = _PLACEHOLDER.sub("", text)
    if plain and rest != text:
        yield Problem("wording-plain", name, {})
    elif "{" in rest or "}" in rest:
        yield Problem("wording-brace", name, {})
    else:
        for said in dict.fromkeys(_PLACEHOLDER.findall(text)):
            if said.strip() not in NAMES:
                yield Problem("wording-placeholder", name, {"placeholder": said})


def placeholders_in(*texts: str) -> set[str]:
    """Return the placeholders of texts, those that are known under their English names."""
    return {NAMES.get(said.strip(), said.strip()) for text in texts for said in _PLACEHOLDER.findall(text)}


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in the place of placeholders; a value is never read as a placeholder.

    Raises:
        KeyError: a placeholder has no value.
    """
    return _PLACEHOLDER.sub(lambda found: values[NAMES[found[1].strip()]], text)
