"""What is written to the log: one JSON line an event, with a request id and without personal data.

An error is told by its kind and by the places in the code that it went through; its message may hold anything that somebody
typed, so only LOG_LEVEL=DEBUG writes it.
"""

import json
import logging
import random
import re
import sys
import time
import traceback
from typing import Any

import msgspec
import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("lms.request")
QUIET = ("/static/", "/healthz", "/readyz")
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")  # what a proxy in front may say; anything else is replaced


def configure(level: str) -> None:
    """Set up structured logging to the standard error for this process, Python's own loggers included."""
    number = logging.getLevelNamesMapping()[level]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info if number <= logging.DEBUG else structlog.processors.ExceptionRenderer(_places),
    ]
    structlog.configure(
        processors=[*shared, line],
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter
    handler.setFormatter(formatter(processors=[formatter.remove_processors_meta, _text], foreign_pre_chain=shared))
    logging.captureWarnings(True)
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)


def _places(exc_info: structlog.typing.ExcInfo) -> list[str]:
    """Return an error and what it came from: their kinds, and the lines of code on the way, the innermost last."""
    lines: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        lines[:0] = [*(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames), type(error).__qualname__]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def line(_logger: object, _method: str, event: structlog.typing.EventDict) -> bytes:
    """Write an event as one line of JSON, whatever is in it: a log that raises would fail the request it speaks of."""
    try:
        return msgspec.json.encode(event, enc_hook=repr)
    except ValueError:  # half of a character has no bytes
        return json.dumps(event, default=repr).encode()


def _text(*event: Any) -> str:
    return line(*event).decode()


def init_app(app: Flask) -> None:
    """Give every request an id (sent back as X-Request-Id) and write one line about it."""
    app.before_request(_begin)
    app.after_request(_end)


def begin(said: str) -> str:
    """Let everything that this thread logs carry the id of a request; return it: what a proxy in front said, or a new one."""
    # No secret, so that the system is not asked for it: that lets other threads in, and a beat waits for them.
    own = said if REQUEST_ID.fullmatch(said) else f"{random.getrandbits(64):016x}"
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=own)
    return own


def tell(method: str, endpoint: str | None, status: int, started: float) -> None:
    """Write the line about a request that `started` by `time.perf_counter`."""
    log.info("request", method=method, endpoint=endpoint, status=status, ms=round((time.perf_counter() - started) * 1000, 1))


def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = begin(request.headers.get("X-Request-Id", ""))


def _end(response: Response) -> Response:
    if "request_id" not in g:
        return response
    response.headers["X-Request-Id"] = g.request_id
    if not request.path.startswith(QUIET):
        tell(request.method, request.endpoint, response.status_code, g.started)
    return response
