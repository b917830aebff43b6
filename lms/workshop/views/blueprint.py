"""The blueprint of the trainer's workshop."""

from flask import Blueprint

bp = Blueprint("workshop", __name__)
