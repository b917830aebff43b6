"""Pages of the record store, one module for each section; importing a module adds its pages."""

from lms.records.sections import bp
from lms.records.views import accesses, attention, export, keys, statements

__all__ = ["accesses", "attention", "bp", "export", "keys", "statements"]
