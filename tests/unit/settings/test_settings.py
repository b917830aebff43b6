"""Are settings read as docs/operator.md says, and are all problems reported at once, in plain words, without secrets?"""

import stat
from pathlib import Path

import pytest

from lms.config import Settings, SettingsError, from_env

KEY = "a long random value that nobody would guess"
SECRET = "pa55word"


def problems_of(folder: Path, **env: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        from_env({"LMS_DATA_DIR": str(folder), "SECRET_KEY": KEY, **env})
    return refused.value.problems


def read(folder: Path, **env: str) -> Settings:
    return from_env({"LMS_DATA_DIR": str(folder), **env})


def test_without_any_setting_the_site_runs_on_this_machine(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert found.database_url == f"sqlite:///{tmp_path}/lms.sqlite3"
    assert (found.redis_url, found.storage_url) == (None, (tmp_path / "files").as_uri())
    assert (found.public_url, found.content_url, found.content_host) == ("http://localhost:8000", "http://127.0.0.1:8000", "127.0.0.1")
    assert (found.package_url, found.package_domain) == ("http://{package}.localhost:8000", "localhost")
    assert (found.beat_seconds, found.beat_grace_seconds, found.free_disk_mb, found.trusted_proxies) == (15, 30, 200, 0)
    assert not found.secure
    assert from_env({"LMS_DATA_DIR": str(tmp_path)}, port=8100).public_url == "http://localhost:8100"


def test_an_empty_setting_is_one_that_is_not_given(tmp_path: Path) -> None:
    empty = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "PUBLIC_URL", "LOG_LEVEL", "BEAT_SECONDS", "SECRET_KEY"), "")
    assert read(tmp_path, **empty) == read(tmp_path)


def test_the_key_is_made_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    first = read(tmp_path / "new").secret_key
    assert len(first) >= 32
    assert read(tmp_path / "new").secret_key == first
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret_key"]


def test_a_malformed_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("")
    assert problems_of(tmp_path, SECRET_KEY="") == [
        f"SECRET_KEY: {tmp_path}/secret_key holds no key of 32 characters; remove it, and everybody signs in again"
    ]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_usual_name_of_postgresql_is_taken(tmp_path: Path, scheme: str) -> None:
    assert read(tmp_path, SECRET_KEY=KEY, DATABASE_URL=f"{scheme}://u:p@h:1/d").database_url == "postgresql+psycopg://u:p@h:1/d"


def test_the_folders_that_must_have_room_are_those_where_data_lies(tmp_path: Path) -> None:
    own = read(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/b/x.sqlite3", STORAGE_URL=(tmp_path / "c").as_uri())
    assert own.folders == (tmp_path, tmp_path / "b", tmp_path / "c")
    assert read(tmp_path, SECRET_KEY=KEY, DATABASE_URL="postgresql://h/d", STORAGE_URL="s3://b").folders == (tmp_path,)


WRONG = [
    ("DATABASE_URL", f"mysql://u:{SECRET}@h/d"),
    ("DATABASE_URL", f"u:{SECRET}@h/d"),
    ("DATABASE_URL", f"postgresql://u:{SECRET}@h:port/d"),
    ("DATABASE_URL", f"postgresql://u:{SECRET}@h"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("DATABASE_URL", "sqlite:////dev/null/x.sqlite3"),
    ("REDIS_URL", f"http://:{SECRET}@h"),
    ("REDIS_URL", "redis://"),
    ("REDIS_URL", "redis://h:port/0"),
    ("STORAGE_URL", "/var/files"),
    ("STORAGE_URL", "file://relative/files"),
    ("STORAGE_URL", "s3://"),
    ("STORAGE_URL", "file:///dev/null/files"),
    ("DOCUMENT_FONTS", "/nowhere"),
    ("PUBLIC_URL", "training.example"),
    ("PUBLIC_URL", "https://training.example/lms"),
    ("PUBLIC_URL", "https://training.example?x=1"),
    ("PUBLIC_URL", "https://training.example#x"),
    ("PUBLIC_URL", "https://training.example:port"),
    ("PUBLIC_URL", "https://[training"),
    ("PUBLIC_URL", "ftp://training.example"),
    ("CONTENT_URL", "http://localhost:9000"),
    ("CONTENT_URL", "https://"),
    ("CONTENT_URL", "https://{package}"),
    ("CONTENT_URL", "https://{package}.example/files"),
    ("CONTENT_URL", "https://files.{package}.example"),
    ("CONTENT_URL", "https://{package}-files.example"),
    ("CONTENT_URL", "https://{package}.{package}.example"),
    ("SECRET_KEY", "short"),
    ("SECRET_KEY", "change-me-to-64-random-characters-the-same-on-every-machine-here"),
    ("LOG_LEVEL", "LOUD"),
    ("BEAT_SECONDS", "0"),
    ("BEAT_SECONDS", "15s"),
    ("BEAT_GRACE_SECONDS", "-1"),
    ("FREE_DISK_MB", "²"),
    ("FREE_DISK_MB", "1.5"),
    ("TRUSTED_PROXIES", "true"),
    ("LMS_DATA_DIR", "/dev/null"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_one_sentence_that_begins_with_its_name(tmp_path: Path, name: str, value: str) -> None:
    settings = {} if name in {"DATABASE_URL", "STORAGE_URL"} else {"DATABASE_URL": "postgresql://h/d", "STORAGE_URL": "s3://b"}
    (problem,) = problems_of(tmp_path, **{**settings, name: value})
    assert problem.startswith(f"{name}: ")
    assert "\n" not in problem
    assert SECRET not in problem


def test_postgresql_needs_a_key_that_somebody_chose(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, SECRET_KEY="", DATABASE_URL="postgresql://h/d")
    assert problem.startswith("SECRET_KEY: is missing")
    assert list(tmp_path.iterdir()) == []


def test_everything_that_is_wrong_is_told_together_and_nothing_is_made(tmp_path: Path) -> None:
    wrong = {name: value for name, value in WRONG if name not in {"LMS_DATA_DIR", "SECRET_KEY"}}
    told = problems_of(tmp_path, SECRET_KEY="", **wrong)
    assert sorted(problem.partition(":")[0] for problem in told) == sorted(wrong)
    assert list(tmp_path.iterdir()) == []


def test_packages_with_hosts_of_their_own_and_all_other_content_have_hosts_below_one_domain(tmp_path: Path) -> None:
    found = read(tmp_path, PUBLIC_URL="https://training.example", CONTENT_URL="https://{package}.training-content.example:8443/")
    assert found.package_url == "https://{package}.training-content.example:8443"
    assert (found.content_url, found.package_domain) == ("https://shared.training-content.example:8443", "training-content.example")


def test_without_the_placeholder_all_content_shares_the_one_host(tmp_path: Path) -> None:
    found = read(tmp_path, PUBLIC_URL="https://training.example", CONTENT_URL="https://content.example")
    assert (found.content_url, found.package_url, found.package_domain) == ("https://content.example", "", "")


def test_a_site_of_this_machine_shares_a_host_that_every_browser_knows(tmp_path: Path) -> None:
    found = read(tmp_path, CONTENT_URL="http://{package}.localhost:9000")
    assert (found.content_url, found.package_url) == ("http://127.0.0.1:9000", "http://{package}.localhost:9000")


@pytest.mark.parametrize("name", ["PUBLIC_URL", "CHECK_IN_URL"])
def test_no_page_of_the_site_may_be_below_the_domain_of_packages(tmp_path: Path, name: str) -> None:
    own = {
        "PUBLIC_URL": "https://training.example",
        name: "https://here.content.example",
        "CONTENT_URL": "https://{package}.content.example",
    }
    (problem,) = problems_of(tmp_path, **own)
    assert "must name another host than" in problem
