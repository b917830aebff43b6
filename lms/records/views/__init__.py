"""What can be seen and done in the window on the record store? One module a section; importing it adds its pages."""

from lms.records.sections import bp
from lms.records.views import export, forwarding, keys, statements

__all__ = ["bp", "export", "forwarding", "keys", "statements"]
