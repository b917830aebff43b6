"""Name the browser and system of a User-Agent header, coarsely: enough for its owner to recognise it, not enough to track them."""

from flask_babel import gettext as _

LONGEST = 1000  # characters of the header that are examined
# If a header names several, the first of this list is meant, because each browser also claims to be those below it.
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("QQBrowser", "QQ Browser"),
    ("UCBrowser", "UC Browser"),
    ("HuaweiBrowser", "Huawei Browser"),
    ("MiuiBrowser", "Mi Browser"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("OpenHarmony", "HarmonyOS"),
    ("HarmonyOS", "HarmonyOS"),
    ("iPad", "iPadOS"),
    ("iPhone", "iOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def kind_of(user_agent: str) -> str:
    """Return 'pc', 'phone' or 'tablet'."""
    if "iPad" in user_agent or "Tablet" in user_agent or ("Android" in user_agent and "Mobile" not in user_agent):
        return "tablet"
    if "Mobile" in user_agent or "iPhone" in user_agent:
        return "phone"
    return "pc"


def browser_of(user_agent: str) -> str:
    """Return the stored form: 'phone/WeChat/Android'; an unknown part is empty."""
    said = user_agent[:LONGEST]
    browser = next((name for mark, name in BROWSERS if mark in said), "")
    system = next((name for mark, name in SYSTEMS if mark in said), "")
    return f"{kind_of(said)}/{browser}/{system}"


def in_words(kept: str) -> str:
    """Describe the browser in the reader's language: "Chrome on a computer (Windows)"."""
    kind, _slash, rest = kept.partition("/")
    browser, _slash, system = rest.partition("/")
    browser = {"WeChat": _("WeChat"), "DingTalk": _("DingTalk"), "Huawei Browser": _("Huawei Browser"), "Mi Browser": _("Mi Browser")}.get(
        browser, browser
    )
    where = {"phone": _("on a phone"), "tablet": _("on a tablet")}.get(kind, _("on a computer"))
    words = _("%(browser)s %(where)s", browser=browser or _("A browser"), where=where)
    return _("%(words)s (%(system)s)", words=words, system=system) if system else words
