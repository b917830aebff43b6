"""Read an uploaded logo. It is decoded and encoded again: of the file from outside, only the pixels are kept."""

import warnings
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from courses.strict_json.problem import Problem

FORMATS = ("PNG", "JPEG")  # SVG is refused: it can hold scripts and name files elsewhere
LARGEST_FILE = 500_000
FEWEST, MOST = 32, 4000  # pixels of a side
KEPT = 480  # pixels of the longer side: 22 mm at more than 500 dots per inch


def read_logo(content: bytes) -> bytes | Problem:
    """Return the picture as a PNG of at most `KEPT` pixels a side, or what is wrong with it.

    Size and pixels are checked before anything is decoded.
    """
    if len(content) > LARGEST_FILE:
        return Problem("logo-large", "logo", {"kb": LARGEST_FILE // 1000})
    try:
        with warnings.catch_warnings(), Image.open(BytesIO(content), formats=FORMATS) as opened:
            warnings.simplefilter("ignore")
            width, height = opened.size
            if min(width, height) < FEWEST or max(width, height) > MOST:
                return Problem("logo-pixels", "logo", {"width": width, "height": height, "least": FEWEST, "most": MOST})
            return _written(opened)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        return Problem("logo-format", "logo", {})


def _written(opened: Image.Image) -> bytes:
    picture = opened.convert("RGBA")
    picture.thumbnail((KEPT, KEPT))
    plain = Image.new("RGBA", picture.size)  # without the metadata of the original
    plain.paste(picture)
    written = BytesIO()
    plain.save(written, "PNG", optimize=True)
    return written.getvalue()
