"""Read stored statements without HTTP. Part of the record store's public interface."""

from xapi.storage.definitions import definitions_of
from xapi.storage.export_scan import scan_places, scan_statements, visible_until
from xapi.storage.files import StoredAttachment, content_of, kept_for
from xapi.storage.finding import find_many
from xapi.storage.forward_scan import count_forward, earlier_about, scan_forward
from xapi.storage.packing import JSON, pack
from xapi.storage.viewer_queries import AnyOf, StatementFilter, StoredStatement, about, latest, some

__all__ = [
    "JSON",
    "AnyOf",
    "StatementFilter",
    "StoredAttachment",
    "StoredStatement",
    "about",
    "content_of",
    "count_forward",
    "definitions_of",
    "earlier_about",
    "find_many",
    "kept_for",
    "latest",
    "pack",
    "scan_forward",
    "scan_places",
    "scan_statements",
    "some",
    "visible_until",
]
