"""Read and check the settings of this installation.

Settings come from environment variables. Everything that is wrong or missing is reported together, before anything starts.
"""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from lms.config_urls import host_of, is_content_host, package_domain, read_check_in_url, read_content_urls, read_url, split_url

DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
SECRET_KEY_MIN = 32
PORTS = 2**16
SHORTEST_KEPT, LONGEST_KEPT = 3, 1200  # months
EXAMPLE = "change-me"  # values in docker/example.env that must be replaced begin with this


ANCHOR_FILES, STATED_ANCHORS, NO_ANCHORS = ANCHORS = ("files", "statements", "none")
REFUSE, ACCEPT = AWAY = ("refuse", "accept")  # an upload, if the virus scanner does not answer
FONT_FILES = {".ttf", ".otf", ".ttc"}
MASKED, WHOLE, LEFT_OUT = USERNAMES = ("masked", "whole", "none")  # how transcripts show user names


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation's settings; every field has an environment variable with its name in capitals (`data_dir`: LMS_DATA_DIR)."""

    database_url: str
    redis_url: str | None
    storage_url: str
    public_url: str
    content_url: str  # of content that shares one host
    package_url: str  # of content with a host of its own, with PACKAGE in place of its first name; '': there are no such hosts
    check_in_url: str  # where phones in the room reach the site; PUBLIC_URL unless said otherwise
    secret_key: str
    data_dir: Path
    log_level: str
    beat_seconds: int
    beat_grace_seconds: int
    free_disk_mb: int
    trusted_proxies: int
    statements_kept_months: int  # 0: without limit
    learner_statements_mb: int
    learner_documents_mb: int
    organisation_courses_mb: int
    transcript_usernames: str  # one of USERNAMES
    key_storage_mb: int
    import_storage_mb: int
    signing_key_file: Path | None  # PKCS#12, or PEM
    signing_certificate_file: Path | None  # PEM; for a key in PEM without its certificate
    signing_key_password: str
    accesses_kept_months: int
    anchors: str  # one of ANCHORS: where the nightly check keeps them
    clamd: str = ""  # the virus scanner of uploads: path of a socket, or host:port; '': none
    document_fonts: Path | None = None  # a folder with further fonts, for characters that ours lack
    clamd_away: str = REFUSE  # one of AWAY: what becomes of an upload that it did not scan

    @property
    def content_host(self) -> str:
        """Host name (without port) on which uploaded content is served."""
        return host_of(self.content_url)

    @property
    def package_domain(self) -> str:
        """Domain (without port) below which every package has a host of its own; '' if they have none."""
        return package_domain(self.package_url)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Folders of this machine that hold data: the data folder, SQLite's folder, and the folder of files."""
        storage = urlsplit(self.storage_url)
        files = [Path(storage.path)] if storage.scheme == "file" else []
        return tuple(dict.fromkeys([self.data_dir, *_sqlite_folder(self.database_url), *files]))

    @property
    def secure(self) -> bool:
        """Whether users reach the site by https, so that cookies may require it."""
        return self.public_url.startswith("https://")


class SettingsError(Exception):
    """Some settings are wrong or missing; `problems` has one sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def from_env(env: Mapping[str, str], *, port: int = 8000) -> Settings:
    """Read settings from `env`; addresses default to this machine at `port`.

    Raises:
        SettingsError: with every problem, not only the first.
    """
    problems: list[str] = []
    data_dir = Path(env.get("LMS_DATA_DIR") or "var").resolve()
    database_url = _database_url(env, data_dir, problems)
    public_url = read_url(env, "PUBLIC_URL", f"http://localhost:{port}", problems)
    content_url, package_url = read_content_urls(env, port, problems)
    if is_content_host(host_of(public_url), content_url, package_url):
        problems.append(
            "CONTENT_URL: must name another host than PUBLIC_URL, because uploaded content is other people's code "
            "and cookies ignore ports (for instance localhost and 127.0.0.1)"
        )
    check_in_url = read_check_in_url(env, split_url(public_url), (content_url, package_url), problems) or public_url
    settings = Settings(
        database_url=database_url,
        redis_url=_redis_url(env, problems),
        storage_url=_storage_url(env, data_dir, problems),
        public_url=public_url,
        content_url=content_url,
        package_url=package_url,
        check_in_url=check_in_url,
        secret_key=_secret_key(env, data_dir, database_url, problems),
        data_dir=data_dir,
        log_level=_log_level(env, problems),
        beat_seconds=_whole(env, "BEAT_SECONDS", 15, problems),
        beat_grace_seconds=_whole(env, "BEAT_GRACE_SECONDS", 30, problems),
        free_disk_mb=_whole(env, "FREE_DISK_MB", 200, problems),
        trusted_proxies=_whole(env, "TRUSTED_PROXIES", 0, problems, least=0),
        statements_kept_months=_kept_months(env, problems),
        learner_statements_mb=_whole(env, "LEARNER_STATEMENTS_MB", 64, problems),
        learner_documents_mb=_whole(env, "LEARNER_DOCUMENTS_MB", 16, problems),
        organisation_courses_mb=_whole(env, "ORGANISATION_COURSES_MB", 20_000, problems),
        transcript_usernames=_one_of(env, "TRANSCRIPT_USERNAMES", USERNAMES, problems),
        key_storage_mb=_whole(env, "KEY_STORAGE_MB", 100_000, problems),
        import_storage_mb=_whole(env, "IMPORT_STORAGE_MB", 100_000, problems),
        signing_key_file=_file(env, "SIGNING_KEY_FILE"),
        signing_certificate_file=_file(env, "SIGNING_CERTIFICATE_FILE"),
        signing_key_password=env.get("SIGNING_KEY_PASSWORD") or "",
        accesses_kept_months=_whole(env, "ACCESSES_KEPT_MONTHS", 36, problems),
        anchors=_one_of(env, "ANCHORS", ANCHORS, problems),
        document_fonts=_font_folder(env, problems),
        clamd=_scanner(env, problems),
        clamd_away=_one_of(env, "CLAMD_AWAY", AWAY, problems),
    )
    if problems:
        raise SettingsError(problems)
    return settings


def _file(env: Mapping[str, str], name: str) -> Path | None:
    """Take a setting that names a file; the module that reads the file reports what is wrong with it."""
    said = env.get(name)
    return Path(said).resolve() if said else None


def _font_folder(env: Mapping[str, str], problems: list[str]) -> Path | None:
    found = _file(env, "DOCUMENT_FONTS")
    if found is not None and not any(one.suffix.lower() in FONT_FILES for one in (found.iterdir() if found.is_dir() else ())):
        problems.append("DOCUMENT_FONTS: must be a folder with fonts (.ttf, .otf or .ttc)")
    return found


def _one_of(env: Mapping[str, str], name: str, known: tuple[str, ...], problems: list[str]) -> str:
    """Take a setting that is one of several words; without one it is the first."""
    said = env.get(name) or known[0]
    if said not in known:
        problems.append(f"{name}: must be one of {', '.join(known)}")
    return said


def _database_url(env: Mapping[str, str], data_dir: Path, problems: list[str]) -> str:
    """Read DATABASE_URL. No message repeats it, because it contains a password."""
    _folder("LMS_DATA_DIR", data_dir, problems)
    url = env.get("DATABASE_URL") or f"sqlite:///{data_dir / 'lms.sqlite3'}"
    scheme, found, rest = url.partition("://")
    if scheme == "postgres":
        scheme = "postgresql"
    if not found or scheme not in DATABASES:
        problems.append(f"DATABASE_URL: must begin with sqlite:/// or postgresql://{f', not with {scheme}://' if found else ''}")
        return ""
    url = f"{'postgresql+psycopg' if scheme == 'postgresql' else scheme}://{rest}"
    try:
        database = make_url(url).database
    except (ArgumentError, ValueError):
        problems.append("DATABASE_URL: cannot be read; write special characters of a password as %XX and the port as a number")
        return ""
    if not database or database == ":memory:":
        problems.append("DATABASE_URL: names no database; it must end in /name (PostgreSQL) or in the path of a file (SQLite)")
    for folder in _sqlite_folder(url):
        _folder("DATABASE_URL", folder, problems)
    return url


def _sqlite_folder(database_url: str) -> list[Path]:
    if not database_url.startswith("sqlite"):
        return []
    return [Path(make_url(database_url).database or "").resolve().parent]


def _folder(name: str, folder: Path, problems: list[str]) -> None:
    """Report a folder that cannot hold data; a folder that does not exist is created later."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir():
        problems.append(f"{name}: {there} is not a folder")
    elif not os.access(there, os.W_OK | os.X_OK):
        problems.append(f"{name}: this user may not write to {there}")


def _redis_url(env: Mapping[str, str], problems: list[str]) -> str | None:
    url = env.get("REDIS_URL") or None
    if url is None:
        return None
    parts = split_url(url)
    if parts is None or parts.scheme not in {"redis", "rediss", "unix"} or not (parts.hostname or parts.scheme == "unix"):
        problems.append("REDIS_URL: must be redis://host[:port]/number, rediss://… or unix://…, or be left out for in-process tasks")
    return url


def _storage_url(env: Mapping[str, str], data_dir: Path, problems: list[str]) -> str:
    url = env.get("STORAGE_URL") or (data_dir / "files").as_uri()
    parts = split_url(url)
    if parts is None or not ((parts.scheme == "file" and parts.path and not parts.netloc) or (parts.scheme == "s3" and parts.netloc)):
        problems.append("STORAGE_URL: must be file:///folder or s3://bucket")
    elif parts.scheme == "file" and env.get("STORAGE_URL"):
        _folder("STORAGE_URL", Path(parts.path), problems)
    return url


def _secret_key(env: Mapping[str, str], data_dir: Path, database_url: str, problems: list[str]) -> str:
    """Read SECRET_KEY; on a single-machine installation, a missing one is created once and stored in the data folder."""
    key = env.get("SECRET_KEY", "")
    if key.startswith(EXAMPLE):
        problems.append("SECRET_KEY: is the one of the example, which everybody knows; set a long random value of your own")
    elif key and len(key) < SECRET_KEY_MIN:
        problems.append(f"SECRET_KEY: needs at least {SECRET_KEY_MIN} characters, has {len(key)}")
    if key:
        return key
    if database_url.startswith("postgresql"):
        problems.append("SECRET_KEY: is missing; set a long random value, the same on every machine of this installation")
    return "" if problems else _kept_key(data_dir / "secret_key", problems)


def _kept_key(path: Path, problems: list[str]) -> str:
    """Return the key in a file; the first caller creates it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError), open(path, "x", opener=_private) as file:
            file.write(secrets.token_urlsafe(48))
        key = path.read_text().strip()
    except OSError as error:
        problems.append(f"SECRET_KEY: is not set, and {path} cannot be used ({error.strerror})")
        return ""
    if len(key) < SECRET_KEY_MIN:
        problems.append(f"SECRET_KEY: {path} holds no key of {SECRET_KEY_MIN} characters; remove it, and everybody signs in again")
    return key


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _scanner(env: Mapping[str, str], problems: list[str]) -> str:
    """Read the address of clamd: the absolute path of a socket, or host:port."""
    said = env.get("CLAMD") or ""
    host, _colon, port = said.rpartition(":")
    by_network = bool(host) and port.isascii() and port.isdigit() and 0 < int(port[:6]) < PORTS
    if said and not said.startswith("/") and not by_network:
        problems.append("CLAMD: must be the path of a socket, such as /run/clamav/clamd.ctl, or host:port")
    return said


def _log_level(env: Mapping[str, str], problems: list[str]) -> str:
    level = (env.get("LOG_LEVEL") or "INFO").upper()
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        problems.append(f"LOG_LEVEL: must be DEBUG, INFO, WARNING or ERROR, not {level!r}")
    return level


def _kept_months(env: Mapping[str, str], problems: list[str]) -> int:
    """Read how long statements are kept: at least as long as their hours may have to be examined."""
    text = env.get("STATEMENTS_KEPT_MONTHS") or "0"
    if text != "0" and not (text.isascii() and text.isdigit() and SHORTEST_KEPT <= int(text[:5]) <= LONGEST_KEPT):
        problems.append(
            f"STATEMENTS_KEPT_MONTHS: must be a whole number of months from {SHORTEST_KEPT} to {LONGEST_KEPT}, not {text!r}: hours are"
            " asked about until a class's reports are in; leave it out to keep statements without a limit"
        )
        return 0
    return int(text)


def _whole(env: Mapping[str, str], name: str, default: int, problems: list[str], *, least: int = 1) -> int:
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= 10**6:
        problems.append(f"{name}: must be a whole number of {least} or more, not {text!r}")
        return default
    return int(text)
