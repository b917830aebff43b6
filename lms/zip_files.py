"""Write ZIP archives of which equal contents give equal bytes."""

from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

OLDEST_DATE = (1980, 1, 1, 0, 0, 0)  # of every file; the format has no earlier one
READABLE_BY_ALL, BY_ITS_OWNER = 0o644, 0o600


def dated(name: str) -> ZipInfo:
    """Return the head of a file with the fixed date."""
    return ZipInfo(name, OLDEST_DATE)


def add_file(archive: ZipFile, name: str, content: bytes, *, compress: bool = False, mode: int = READABLE_BY_ALL) -> None:
    """Add a file. `compress`: not for PDFs and pictures, which do not become smaller."""
    head = dated(name)
    head.external_attr, head.compress_type = mode << 16, ZIP_DEFLATED if compress else ZIP_STORED
    archive.writestr(head, content)
