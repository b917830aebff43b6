"""Write and read documents in the host's own transaction, and read all of a person. Part of the record store's public interface."""

from xapi.rules.document_key import DocumentKey
from xapi.rules.profile import DocumentRequest, Profile
from xapi.storage.documents import Document, OwnedDocument, load, lock, of_agents, put

__all__ = ["Document", "DocumentKey", "DocumentRequest", "OwnedDocument", "Profile", "load", "lock", "of_agents", "put"]
