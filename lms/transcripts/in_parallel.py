"""Write many transcripts as PDF on all cores: typst works outside Python's lock, while the next transcripts are read."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

from lms.printing.typesetting import write_pdf
from lms.signing.site_key import Sign, signer
from lms.transcripts import pdf
from lms.transcripts.transcript import Transcript

MOST_THREADS = 8
AHEAD = 8  # transcripts of each thread that are being written or wait, so that memory does not grow with their number


def threads() -> int:
    """Return how many transcripts are written at a time: one on each core that this process may use."""
    return min(MOST_THREADS, len(os.sched_getaffinity(0)))


def pdfs_of(transcripts: Iterable[Transcript]) -> Iterator[tuple[Transcript, bytes]]:
    """Yield each transcript with its PDF, in order, signed if this site signs its documents.

    Raises:
        Conflict: the signing key cannot sign; nothing was issued.
    """
    site, sign = signer()
    waiting: deque[tuple[Transcript, Future[bytes]]] = deque()
    for one in transcripts:
        content = pdf.content_of(one, site)
        waiting.append((one, _pool().submit(_written, pdf.PdfDocument(pdf.TEMPLATE, content, one.issued_at), sign)))
        if len(waiting) > AHEAD * threads():
            first, made = waiting.popleft()
            yield first, made.result()
    while waiting:
        first, made = waiting.popleft()
        yield first, made.result()


def _written(source: pdf.PdfDocument, sign: Sign) -> bytes:
    """Write and sign one PDF, in a thread without the application."""
    return sign(write_pdf(source.template, source.content, source.issued_at), pdf.REASON)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads(), "pdf")
