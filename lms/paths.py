"""Paths of the files that are shipped with the code."""

from pathlib import Path

PACKAGE = Path(__file__).parent
SHIPPED_TEMPLATES = PACKAGE / "_templates"  # in a wheel; in a checkout they are at the top
TEMPLATES = SHIPPED_TEMPLATES if SHIPPED_TEMPLATES.is_dir() else PACKAGE.parent / "templates"
