"""Which browser, on what, does a User-Agent header mean? Coarse, so that its owner knows it again and nobody else does."""

from flask_babel import gettext as _

LONGEST = 1000  # characters of the header that are looked at
# Where several stand in one header, the first of these is meant: each of them claims to be those below it.
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
    """Return what is kept of a browser: 'phone/WeChat/Android'; nothing between the slashes where it is not known."""
    said = user_agent[:LONGEST]
    browser = next((name for mark, name in BROWSERS if mark in said), "")
    system = next((name for mark, name in SYSTEMS if mark in said), "")
    return f"{kind_of(said)}/{browser}/{system}"


def in_words(kept: str) -> str:
    """Say in the reader's language which browser it is: "Chrome on a computer (Windows)"."""
    kind, _slash, rest = kept.partition("/")
    browser, _slash, system = rest.partition("/")
    browser = {"WeChat": _("WeChat"), "DingTalk": _("DingTalk"), "Huawei Browser": _("Huawei Browser"), "Mi Browser": _("Mi Browser")}.get(
        browser, browser
    )
    where = {"phone": _("on a phone"), "tablet": _("on a tablet")}.get(kind, _("on a computer"))
    words = _("%(browser)s %(where)s", browser=browser or _("A browser"), where=where)
    return _("%(words)s (%(system)s)", words=words, system=system) if system else words
