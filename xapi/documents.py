"""Write and read documents in the host's own transaction. Part of the record store's public interface."""

from xapi.rules.document_key import DocumentKey
from xapi.rules.profile import DocumentRequest, Profile
from xapi.storage.documents import Document, load, lock, put

__all__ = ["Document", "DocumentKey", "DocumentRequest", "Profile", "load", "lock", "put"]
