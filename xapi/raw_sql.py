"""Queries in PostgreSQL's own driver, for hot paths. Part of the record store's public interface."""

from xapi.storage.raw_sql import PreparedQuery, ask

__all__ = ["PreparedQuery", "ask"]
