"""Where do the files lie that are shipped beside the code?"""

from pathlib import Path

PACKAGE = Path(__file__).parent
SHIPPED_TEMPLATES = PACKAGE / "_templates"  # in a wheel; a checkout has them at its top
TEMPLATES = SHIPPED_TEMPLATES if SHIPPED_TEMPLATES.is_dir() else PACKAGE.parent / "templates"
