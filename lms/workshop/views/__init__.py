"""The pages of the trainer's workshop. The modules add their views to `blueprint.bp`."""

from lms.workshop.views import (
    bank,
    captions,
    draft_forms,
    draft_list,
    draft_preview,
    editing,
    form_uploads,
    leading_back,
    preview,
    reviewing,
    unit_preview,
    unit_reports,
)
from lms.workshop.views.blueprint import bp

__all__ = [
    "bank",
    "bp",
    "captions",
    "draft_forms",
    "draft_list",
    "draft_preview",
    "editing",
    "form_uploads",
    "leading_back",
    "preview",
    "reviewing",
    "unit_preview",
    "unit_reports",
]
