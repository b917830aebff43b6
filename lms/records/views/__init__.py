"""What can be seen and done in the window on the record store? One module a section; importing it adds its pages."""

from lms.federation.forwarding import views
from lms.federation.importing import views
from lms.privacy.erasure import views
from lms.privacy.retention import views
from lms.records.sections import bp
from lms.records.views import attention, export, keys, statements

__all__ = ["attention", "bp", "erasure", "export", "forwarding", "importing", "keys", "retention", "statements"]
