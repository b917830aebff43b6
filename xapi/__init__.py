"""An xAPI Learning Record Store (1.0.3 and 2.0.0) that can be mounted in any Flask application.

It depends on nothing in its host. A host imports this module and the public modules beside it; README.md lists them.
`rules`, `storage` and `views` are internal.
"""

from flask import Blueprint, Flask

from xapi import keys, partitions
from xapi.rules.auth import Credential, Quota
from xapi.storage.connecting import connect
from xapi.storage.doorbell import statements_stored
from xapi.views import MarkView, blueprint, unmarked
from xapi.views.fast_path import FastStatements, before
from xapi.views.mount import (
    DOCUMENTS,
    MOST_ATTACHED_BYTES,
    MOST_BYTES,
    MOST_DOCUMENT_BYTES,
    Authenticate,
    Clock,
    Mount,
    Sessions,
    nobody,
    utc_now,
)

__all__ = ["DOCUMENTS", "Credential", "Quota", "answer_early", "connect", "init_app", "keys", "partitions", "statements_stored", "utc_now"]


def init_app(  # noqa: PLR0913 - each is something only the host can know
    app: Flask,
    *,
    sessions: Sessions,
    home_page: str,
    authenticate: Authenticate = nobody,
    clock: Clock = utc_now,
    url_prefix: str = "/xapi",
    readers: Sessions | None = None,
    mark: MarkView = unmarked,
    default_version: str = "1.0.3",
    most_bytes: int = MOST_BYTES,
    most_attached_bytes: int = MOST_ATTACHED_BYTES,
    most_document_bytes: int = MOST_DOCUMENT_BYTES,
    documents: Quota = DOCUMENTS,
    key_storage: int | None = None,
    token_name: str = "",
) -> Blueprint:
    """Mount the record store under `url_prefix` and return its blueprint (for `csrf.exempt`).

    `sessions` opens a session for writing (READ COMMITTED; on SQLite one that begins IMMEDIATE). `readers` opens one for
    reading; by default it is the same. `authenticate` resolves the token of "Authorization: Bearer …"; the store itself checks
    Basic keys (`xapi.storage.keys`), and `home_page` is the homePage of their authority. `mark` is applied to every view function,
    for a host that decorates its routes. `default_version` formats the refusal of a request that names no version. `key_storage`
    limits how many bytes are kept of what one key stored. A token of the host may also come as the password of Basic, under `token_name`.
    """
    limits = (most_bytes, most_attached_bytes, most_document_bytes, documents, key_storage)
    mount = Mount(sessions, readers or sessions, authenticate, clock, home_page, default_version, *limits, token_name)
    mounted = blueprint(mount, mark)
    app.register_blueprint(mounted, url_prefix=url_prefix)
    app.extensions["xapi_early"] = FastStatements(app, mount, f"{url_prefix}/statements")
    return mounted


def answer_early(app: Flask) -> None:
    """Let a mounted record store answer plain POSTs of statements before Flask and the application's own hooks run."""
    app.wsgi_app = before(app.wsgi_app, app.extensions["xapi_early"])  # type: ignore[assignment,method-assign]  # as Flask documents
