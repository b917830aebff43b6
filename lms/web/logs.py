"""What is written to the log: one JSON line an event, with a request id and without personal data."""

import json
import logging
import time
import uuid

import msgspec
import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("lms.request")
QUIET = ("/static/", "/healthz", "/readyz")


def configure(level: str) -> None:
    """Set up structured logging for this process, Python's own loggers included."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, line],
        logger_factory=structlog.BytesLoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processor=structlog.processors.JSONRenderer(ensure_ascii=False), foreign_pre_chain=shared)
    )
    logging.basicConfig(level=max(logging.getLevelNamesMapping()[level], logging.WARNING), handlers=[handler], force=True)


def line(_logger: object, _method: str, event: structlog.typing.EventDict) -> bytes:
    """Write an event as one line of JSON, whatever is in it: a log that raises would fail the request it speaks of."""
    try:
        return msgspec.json.encode(event, enc_hook=repr)
    except ValueError:  # half of a character has no bytes
        return json.dumps(event, default=repr).encode()


def init_app(app: Flask) -> None:
    """Give every request an id (sent back as X-Request-Id) and write one line about it."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = uuid.uuid4().hex[:16]
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    if "request_id" not in g:
        return response
    response.headers["X-Request-Id"] = g.request_id
    if not request.path.startswith(QUIET):
        milliseconds = round((time.perf_counter() - g.started) * 1000, 1)
        log.info("request", method=request.method, endpoint=request.endpoint, status=response.status_code, ms=milliseconds)
    return response
