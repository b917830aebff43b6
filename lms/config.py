"""Which settings does this installation run with, and are they sound?

Settings come from the environment (12-factor). Everything that is wrong or missing is reported together, before anything starts.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
SECRET_KEY_MIN = 32


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation's settings; every field has an environment variable of the same name in capitals."""

    database_url: str
    redis_url: str | None
    storage_url: str
    public_url: str
    content_url: str
    secret_key: str
    data_dir: Path
    log_level: str
    beat_seconds: int
    beat_grace_seconds: int
    free_disk_mb: int

    @property
    def content_host(self) -> str:
        """Host name (without port) on which uploaded content is served."""
        return urlsplit(self.content_url).hostname or ""

    @property
    def secure(self) -> bool:
        """Whether people reach the site by https, so that cookies may demand it."""
        return self.public_url.startswith("https://")


class SettingsError(Exception):
    """Some settings are wrong or missing; `problems` has one plain sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def from_env(env: Mapping[str, str], *, port: int = 8000) -> Settings:
    """Read settings from `env`; addresses default to this machine at `port`.

    Raises:
        SettingsError: with every problem found, not only the first.
    """
    problems: list[str] = []
    data_dir = Path(env.get("LMS_DATA_DIR") or "var").resolve()
    database_url = _database_url(env, data_dir, problems)
    public_url = _url(env, "PUBLIC_URL", f"http://localhost:{port}", problems)
    content_url = _url(env, "CONTENT_URL", f"http://127.0.0.1:{port}", problems)
    if urlsplit(public_url).hostname == urlsplit(content_url).hostname:
        problems.append(
            "CONTENT_URL: must name another host than PUBLIC_URL, because uploaded content is other people's code "
            "and cookies ignore ports (for instance localhost and 127.0.0.1)"
        )
    settings = Settings(
        database_url=database_url,
        redis_url=_redis_url(env, problems),
        storage_url=_storage_url(env, data_dir, problems),
        public_url=public_url,
        content_url=content_url,
        secret_key=_secret_key(env, data_dir, database_url, problems),
        data_dir=data_dir,
        log_level=_log_level(env, problems),
        beat_seconds=_seconds(env, "BEAT_SECONDS", 15, problems),
        beat_grace_seconds=_seconds(env, "BEAT_GRACE_SECONDS", 30, problems),
        free_disk_mb=_seconds(env, "FREE_DISK_MB", 200, problems),
    )
    if problems:
        raise SettingsError(problems)
    return settings


def _database_url(env: Mapping[str, str], data_dir: Path, problems: list[str]) -> str:
    url = env.get("DATABASE_URL") or f"sqlite:///{data_dir / 'lms.sqlite3'}"
    scheme = url.partition("://")[0]
    if scheme == "postgres":
        scheme, url = "postgresql", "postgresql" + url.removeprefix("postgres")
    if scheme not in DATABASES or "://" not in url:
        problems.append(f"DATABASE_URL: {scheme!r} is not a database this product runs on; use sqlite:///… or postgresql://…")
    if scheme == "postgresql":
        url = "postgresql+psycopg" + url.removeprefix("postgresql")
    return url


def _redis_url(env: Mapping[str, str], problems: list[str]) -> str | None:
    url = env.get("REDIS_URL") or None
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        problems.append("REDIS_URL: must start with redis://, rediss:// or unix://, or be left out for in-process tasks")
    return url


def _storage_url(env: Mapping[str, str], data_dir: Path, problems: list[str]) -> str:
    url = env.get("STORAGE_URL") or (data_dir / "files").as_uri()
    if not url.startswith(("file:///", "s3://")):
        problems.append("STORAGE_URL: must start with file:/// (a folder) or s3:// (a bucket)")
    return url


def _url(env: Mapping[str, str], name: str, default: str, problems: list[str]) -> str:
    url = (env.get(name) or default).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        problems.append(f"{name}: {url!r} must be http(s)://host[:port] without a path")
    return url


def _secret_key(env: Mapping[str, str], data_dir: Path, database_url: str, problems: list[str]) -> str:
    """Take SECRET_KEY; on the one-machine default a missing one is made once and kept in the data folder."""
    key = env.get("SECRET_KEY", "")
    if key and len(key) < SECRET_KEY_MIN:
        problems.append(f"SECRET_KEY: needs at least {SECRET_KEY_MIN} characters, has {len(key)}")
    if key:
        return key
    if not database_url.startswith("sqlite"):
        problems.append("SECRET_KEY: is missing; set a long random value, the same on every machine of this installation")
        return ""
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


def _log_level(env: Mapping[str, str], problems: list[str]) -> str:
    level = (env.get("LOG_LEVEL") or "INFO").upper()
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        problems.append(f"LOG_LEVEL: {level!r} must be DEBUG, INFO, WARNING or ERROR")
    return level


def _seconds(env: Mapping[str, str], name: str, default: int, problems: list[str]) -> int:
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 10**6:
        problems.append(f"{name}: {text!r} must be a whole number above 0")
        return default
    return int(text)
