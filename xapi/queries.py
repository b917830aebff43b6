"""Read stored statements without HTTP. Part of the record store's public interface."""

from xapi.storage.definitions import definitions_of
from xapi.storage.export_scan import onward, places, settled
from xapi.storage.files import Kept, content_of, kept_for
from xapi.storage.finding import find_many
from xapi.storage.forward_scan import count_following, earlier_about, following
from xapi.storage.packing import JSON, pack
from xapi.storage.viewer_queries import AnyOf, StatementFilter, StoredStatement, about, latest, some

__all__ = [
    "JSON",
    "AnyOf",
    "Kept",
    "StatementFilter",
    "StoredStatement",
    "about",
    "content_of",
    "count_following",
    "definitions_of",
    "earlier_about",
    "find_many",
    "following",
    "kept_for",
    "latest",
    "onward",
    "pack",
    "places",
    "settled",
    "some",
]
