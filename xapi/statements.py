"""Parts of statements: names, values, filters, parts of a request. Pure. Part of the record store's public interface."""

from xapi.rules.actor import actor, key_of, keys_within
from xapi.rules.attachments import NOTHING, ReceivedAttachment, gather
from xapi.rules.checking import write_instant
from xapi.rules.durations import seconds_of
from xapi.rules.formats import one_language
from xapi.rules.indexing import Usage, activities_of, iri_key
from xapi.rules.multipart import Part, parts
from xapi.rules.pages import NoPage, cut
from xapi.rules.query import Cursor, ResponseShape, StatementsQuery, parse_json
from xapi.rules.statement import VOIDED
from xapi.rules.statement_json import ReceivedStatement, read, stored
from xapi.rules.values import EPOCH, MICROSECOND, iri, timestamp

__all__ = [
    "EPOCH",
    "MICROSECOND",
    "NOTHING",
    "VOIDED",
    "Cursor",
    "NoPage",
    "Part",
    "ReceivedAttachment",
    "ReceivedStatement",
    "ResponseShape",
    "StatementsQuery",
    "Usage",
    "activities_of",
    "actor",
    "cut",
    "gather",
    "iri",
    "iri_key",
    "key_of",
    "keys_within",
    "one_language",
    "parse_json",
    "parts",
    "read",
    "seconds_of",
    "stored",
    "timestamp",
    "write_instant",
]
