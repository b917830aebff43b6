"""Pages about certificates: an office's, and the public ones; importing a module adds its pages."""

from lms.certification.views import letterheads, offices, verification
from lms.certification.views.offices import bp

__all__ = ["bp", "letterheads", "offices", "verification"]
