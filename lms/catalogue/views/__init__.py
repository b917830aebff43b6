"""Pages of the catalogue for trainers; importing a module adds its pages."""

from lms.catalogue.views import courses, resumable, uploading
from lms.catalogue.views.blueprint import bp

__all__ = ["bp", "courses", "resumable", "uploading"]
