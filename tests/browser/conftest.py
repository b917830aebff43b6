"""With which browser are pages looked at? The one of all tests, with the Chinese font of our PDF wheel."""

import os
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import pytest

FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Start Chromium with Chinese glyphs even on a machine without a Chinese font, so that widths are those people see."""
    folder = tmp_path_factory.mktemp("fonts")
    config = folder / "fonts.conf"
    config.write_text(FONTS.format(fonts=Path(pylopdf_fonts_zh_cn.__file__).parent, cache=folder / "cache"), encoding="utf-8")
    return {**browser_type_launch_args, "env": {**os.environ, "FONTCONFIG_FILE": str(config)}}
