"""Store statements directly and read their texts by id. Part of the record store's public interface."""

from xapi.rules.checking import CheckedStatement, check_received
from xapi.storage.consistency import announce, through
from xapi.storage.quota import bytes_kept, charge_beside
from xapi.storage.store import erased_among, insert_checked, load_texts, store_statements, voided_among, voiders_of

__all__ = [
    "CheckedStatement",
    "announce",
    "bytes_kept",
    "charge_beside",
    "check_received",
    "erased_among",
    "insert_checked",
    "load_texts",
    "store_statements",
    "through",
    "voided_among",
    "voiders_of",
]
