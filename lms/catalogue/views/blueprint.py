"""The blueprint of the pages for trainers."""

from flask import Blueprint

bp = Blueprint("catalogue", __name__, url_prefix="/catalogue")
