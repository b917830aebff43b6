"""The format of links: a page on another site, as a shortcut (.url) that browsers and Windows write. Nothing of it is shown here.

Nobody here sees what people do there, so our own page measures nothing: only what a trusted provider reports earns time
(`lms.crediting.trust`). A stranger wrote the file, so its address is read strictly: browsers repair addresses in ways that hide the host.
"""

import re
from pathlib import Path
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from courses.formats.format import CheckedActivity, Files, Format, Frame, ReadFile, SingleActivity, read_head
from courses.libraries import FindLibrary
from courses.strict_json.problem import N_, Problem
from courses.values import Activity, Text

MARK = "[internetshortcut]"
MINUTES = 10  # the most that a link can earn which is uploaded alone, because the file states nothing
LONGEST_FILE, LONGEST_ADDRESS = 8_000, 2_000
HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])", re.ASCII)
STRANGE = re.compile(r"[\x00-\x20\x7f-\x9f\\<>\"`{|}^]|[\u2000-\u206f\ufeff\ufff0-\uffff]")  # no address has these unless to hide something
ELSEWHERE = ("\\\\", "//")  # how a file on another computer begins, which Windows would fetch for a picture


def address_in(content: bytes) -> str | Problem:
    """Return the address of a shortcut in its canonical form, with its host in ASCII, or what is wrong with the shortcut."""
    if len(content) > LONGEST_FILE:
        return Problem("link-file")
    fields = _fields(content)
    if fields is None or "url" not in fields:
        return Problem("link-file")
    if any(fields.get(name, "").startswith(ELSEWHERE) for name in ("iconfile", "workingdirectory")):
        return Problem("link-other-file")
    return _address(fields["url"])


def _fields(content: bytes) -> dict[str, str] | None:
    """Return the fields of the section of the shortcut; None if there is none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")  # as Windows in China writes its other fields
    found: dict[str, str] | None = None
    for line in text.splitlines():
        if line.strip().lower() == MARK:
            found = {}
        elif line.startswith("["):
            found = found or None
        elif found is not None and "=" in line:
            name, _equals, value = line.partition("=")
            found.setdefault(name.strip().lower(), value.strip())
    return found


def _address(text: str) -> str | Problem:
    if len(text) > LONGEST_ADDRESS or STRANGE.search(text):
        return Problem("link-address")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return Problem("link-address")
    if parts.scheme != "https":
        return Problem("link-not-https")
    if "@" in parts.netloc:
        return Problem("link-credentials")
    ascii_host = _ascii(host or "")
    if ascii_host is None:
        return Problem("link-host")
    return _canonical(parts, f"{ascii_host}:{port}" if port not in (None, 443) else ascii_host)


def _ascii(host: str) -> str | None:
    """Return a host's name as the network knows it, or None if it is not the name of a host on the internet."""
    try:
        name = host.encode("idna").decode() if not host.isascii() else host.lower()
    except UnicodeError:
        return None
    return name if HOST.fullmatch(name) else None


def _canonical(parts: SplitResult, place: str) -> str:
    safe = "/%:@!$&'()*+,;=~-._?"
    return urlunsplit(("https", place, quote(parts.path, safe) or "/", quote(parts.query, safe), quote(parts.fragment, safe)))


def host_of(address: str) -> str:
    """Return the host of a canonical address, with its port if it has one of its own."""
    return urlsplit(address).netloc


def check(activity: Activity, files: Files, _find: FindLibrary) -> CheckedActivity | list[Problem]:
    """Check that the file is a shortcut to a page elsewhere; warn that only a trusted provider's reports earn time."""
    path = files.get(activity.entry)
    if path is None:
        return [Problem("missing", activity.entry)]
    found = address_in(_read(path)) if activity.entry.lower().endswith(".url") else Problem("link-file")
    if isinstance(found, Problem):
        return [Problem(found.code, activity.entry)]
    return CheckedActivity(activity, {activity.entry: path}, None, [Problem("link-earns", activity.entry, {"host": host_of(found)})])


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LONGEST_FILE + 1)


def detect(files: Files) -> bool:
    """Say whether an upload is one shortcut."""
    return len(files) == 1 and MARK.encode() in read_head(*files.values()).lower()


def single(title: str, files: Files) -> SingleActivity | list[Problem]:
    """Make an activity of one shortcut; it has no condition."""
    (path,) = files.values()
    entry = "links/link.url"
    return SingleActivity(Activity("main", Text(title, title), "link", MINUTES, entry), {entry: path})


def leads_to(entry: str, read: ReadFile) -> str | None:
    """Return the address to which a published link leads; None if its file is not there any more."""
    found = address_in(read(entry) or b"")
    return None if isinstance(found, Problem) else found


FORMAT = Format(
    name="link",
    words=N_("Link"),
    icon="link",
    frame=Frame(scripts=(), body=""),
    endings=frozenset({"url"}),
    check=check,
    detect=detect,
    single=single,
    uploads=(".url",),
    leads_to=leads_to,
)
