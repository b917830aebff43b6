"""What can be seen and done in the window on the record store? One module a section; importing it adds its pages."""

from lms.records.sections import bp
from lms.records.views import attention, erasure, export, forwarding, importing, keys, retention, statements

__all__ = ["attention", "bp", "erasure", "export", "forwarding", "importing", "keys", "retention", "statements"]
