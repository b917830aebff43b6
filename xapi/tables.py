"""Tables that a host may join in queries, and their metadata for migrations. Part of the record store's public interface."""

from xapi.storage.models import ERASED, Base, IdRow, KeyRow, OutboxRow, RefusalRow

__all__ = ["ERASED", "Base", "IdRow", "KeyRow", "OutboxRow", "RefusalRow"]
