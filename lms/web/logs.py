"""Structured logs: one JSON line for each event, with a request id and without personal data.

An error is logged by its type and the code locations on its way; its message may contain anything that a user
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
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")  # a proxy's request id is accepted in this form; anything else is replaced


def configure(level: str) -> None:
    """Set up structured logging to standard error for this process, including Python's own loggers."""
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
    """Return an error and its causes: their types, and the code locations, the innermost last."""
    lines: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        lines[:0] = [*(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames), type(error).__qualname__]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def line(_logger: object, _method: str, event: structlog.typing.EventDict) -> bytes:
    """Write an event as one line of JSON. It accepts any value, because an error in a log call would fail the request."""
    try:
        return msgspec.json.encode(event, enc_hook=repr)
    except ValueError:  # half of a surrogate pair cannot be encoded
        return json.dumps(event, default=repr).encode()


def _text(*event: Any) -> str:
    return line(*event).decode()


def init_app(app: Flask) -> None:
    """Give every request an id (returned as X-Request-Id) and write one line about it."""
    app.before_request(_begin)
    app.after_request(_end)


def begin(said: str) -> str:
    """Attach the id of a request to everything that this thread logs; return it: a proxy's id, or a new one."""
    # The id is not a secret, so it does not come from the system's random source, which would let other threads run and delay a beat.
    own = said if REQUEST_ID.fullmatch(said) else f"{random.getrandbits(64):016x}"
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=own)
    return own


def log_request(method: str, endpoint: str | None, status: int, started: float) -> None:
    """Write the line about a request that `started` at this value of `time.perf_counter`."""
    log.info("request", method=method, endpoint=endpoint, status=status, ms=round((time.perf_counter() - started) * 1000, 1))


def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = begin(request.headers.get("X-Request-Id", ""))


def _end(response: Response) -> Response:
    if "request_id" not in g:
        return response
    response.headers["X-Request-Id"] = g.request_id
    if not request.path.startswith(QUIET):
        log_request(request.method, request.endpoint, response.status_code, g.started)
    return response
