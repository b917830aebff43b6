"""The record store for property tests: the same as for conformance tests, which answers early when it can."""

from tests.conformance.conftest import clock, local_store, mounted, postgres_store, store

__all__ = ["clock", "local_store", "mounted", "postgres_store", "store"]
