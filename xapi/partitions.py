"""Monthly parts of the statements' tables on PostgreSQL. Part of the record store's face."""

from xapi.storage.partitions import AHEAD, listed, prepare

__all__ = ["AHEAD", "listed", "prepare"]
