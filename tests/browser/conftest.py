"""The browser in which pages are looked at: the one of all tests, with the Chinese font of our PDF package."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

import lms
from tests.browser.phone import phone
from tests.site import Site, running

expect.set_options(timeout=20_000)  # a bound on waiting, not an expectation

FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Start Chromium with Chinese glyphs even on a machine without a Chinese font, so that widths are those people see."""
    folder = tmp_path_factory.mktemp("fonts")
    config = folder / "fonts.conf"
    config.write_text(FONTS.format(fonts=Path(pylopdf_fonts_zh_cn.__file__).parent, cache=folder / "cache"), encoding="utf-8")
    return {**browser_type_launch_args, "env": {**os.environ, "FONTCONFIG_FILE": str(config)}}


@pytest.fixture(scope="session", autouse=True)
def _compiled_words() -> None:
    """Fail at once in a tree whose translations were never compiled: every test would wait half a minute for a Chinese button."""
    texts = (Path(lms.__file__).parent / "translations").glob("*/LC_MESSAGES/*.po")
    missing = [path.name for path in texts if not path.with_suffix(".mo").exists()]
    if missing:
        pytest.fail(f"not compiled: {', '.join(missing)}. Run `make install`.", pytrace=False)


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """A running site with a course, a teacher, a trainer and an office."""
    with running(sqlite_url, tmp_path) as found:
        yield found


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """A phone on which forms may be refused, but no other error may occur."""
    with phone(browser, site, expected="422") as context:
        yield context
