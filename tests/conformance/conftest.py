"""Against which record store is the specification held? The one of the record store's own tests."""

from tests.integration.xapi.conftest import clock, local_store, postgres_store, session, store

__all__ = ["clock", "local_store", "postgres_store", "session", "store"]
