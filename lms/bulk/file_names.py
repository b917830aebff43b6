"""File and folder names that every system accepts, Windows too. Pure."""

import re
import unicodedata

LONGEST = 40  # characters of one part: three folders and a file stay below the 260 of a path on Windows
FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE)
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def safe_name(text: str, otherwise: str) -> str:
    """Return a text as one part of a path; `otherwise`, if nothing of it can be kept.

    Windows forbids some characters, dots and blanks at the end, and the names of its devices, also before an extension
    (Microsoft, "Naming Files, Paths, and Namespaces").
    """
    plain = unicodedata.normalize("NFC", text)
    shown = "".join(" " if unicodedata.category(one) == "Zs" else one for one in plain if unicodedata.category(one) not in INVISIBLE)
    name = " ".join(FORBIDDEN.sub("_", shown).split())[:LONGEST].strip(" .")
    if not name.strip("_"):
        return otherwise
    return f"_{name}" if RESERVED.fullmatch(name) else name
