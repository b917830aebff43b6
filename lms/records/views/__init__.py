"""What can be seen and done in the window on the record store? One module a section; importing it adds its pages."""

from lms.records.sections import bp
from lms.records.views import attention, export, keys, statements

__all__ = ["attention", "bp", "export", "keys", "statements"]
