"""Store statements directly and read their texts by id. Part of the record store's public interface."""

from xapi.rules.admission import AdmittedStatement, admit
from xapi.storage.consistency import announce, through
from xapi.storage.quota import bytes_kept, charge_beside
from xapi.storage.store import erased_among, insert_admitted, load_texts, store_statements, voided_among, voiders_of

__all__ = [
    "AdmittedStatement",
    "admit",
    "announce",
    "bytes_kept",
    "charge_beside",
    "erased_among",
    "insert_admitted",
    "load_texts",
    "store_statements",
    "through",
    "voided_among",
    "voiders_of",
]
