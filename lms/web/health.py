"""Health checks: is this process alive, and is the installation ready?"""

import shutil
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

import xapi.outbox
from lms.accounts.access import public
from lms.clock import now
from lms.db import session
from lms.heartbeat import problem_of_all
from lms.migrations import schema
from lms.site_settings import site_settings

bp = Blueprint("health", __name__)
OLDEST_OUTBOX = timedelta(minutes=5)


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """Answer while the process serves requests."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Answer 200 if everything works that a request or the crediting of hours needs, otherwise 503, naming each failing part."""
    try:
        checks = {"database": "ok", "migrations": _migrations(), "worker": _worker(), "outbox": _outbox()}
    except SQLAlchemyError as error:
        checks = {"database": f"does not answer ({type(error).__name__})"}
    checks["disk"] = _disk()
    fit = all(value == "ok" for value in checks.values())
    return jsonify(status="ok" if fit else "not ready", checks=checks), 200 if fit else 503


def _migrations() -> str:
    missing = schema.missing(session().connection())
    return "ok" if missing is None else missing


def _worker() -> str:
    return problem_of_all(session(), now()) or "ok"


def _outbox() -> str:
    oldest = xapi.outbox.oldest(session())
    if oldest is None or now() - oldest < OLDEST_OUTBOX:
        return "ok"
    return f"a statement has waited for {int((now() - oldest).total_seconds())} s"


def _disk() -> str:
    settings = site_settings()
    short = [found for folder in settings.folders if (found := _room(folder, settings.free_disk_mb))]
    return short[0] if short else "ok"


def _room(folder: Path, least_mb: int) -> str | None:
    """Return the problem of a folder, or of the place where it will be created; None if it has room."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free // 2**20
    return None if free >= least_mb else f"only {free} MB free"
