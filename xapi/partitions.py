"""Monthly partitions of the statement tables on PostgreSQL. Part of the record store's public interface."""

from xapi.storage.partitions import AHEAD, listed, prepare

__all__ = ["AHEAD", "listed", "prepare"]
