"""Sources of files in the samples that people cannot edit as they are: PDFs, written in typst."""

from pathlib import Path

import pylopdf_fonts_zh_cn
import typst

FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent


def compiled(name: str) -> bytes:
    """Return the PDF that the source `name` describes."""
    pdf: bytes = typst.compile(str(Path(__file__).parent / f"{name}.typ"), font_paths=[str(FONTS)], ignore_system_fonts=True)
    return pdf
