"""Against which record store are properties tried? The one the specification is held against, which answers early what it can."""

from tests.conformance.conftest import clock, local_store, mounted, postgres_store, store

__all__ = ["clock", "local_store", "mounted", "postgres_store", "store"]
