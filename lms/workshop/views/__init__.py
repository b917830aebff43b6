"""The pages of the trainer's workshop. The modules add their views to `blueprint.bp`."""

from lms.workshop.views import preview
from lms.workshop.views.blueprint import bp

__all__ = ["bp", "preview"]
