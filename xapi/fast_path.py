"""Let a host answer plain POSTs of statements before Flask sees them. Part of the record store's public interface."""

from xapi.views.fast_path import FastStatements, read_ahead

__all__ = ["FastStatements", "read_ahead"]
