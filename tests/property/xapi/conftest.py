"""Against which record store are properties tried? The one of the record store's own tests."""

from tests.integration.xapi.conftest import clock, local_store, postgres_store, store

__all__ = ["clock", "local_store", "postgres_store", "store"]
