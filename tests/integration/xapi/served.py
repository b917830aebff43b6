"""The application that granian loads in tests over sockets: only a record store; SERVED_DATABASE names its database."""

import os

from flask import Flask

import xapi

HOME_PAGE = "https://lrs.example"


def create() -> Flask:
    """Mount a record store as its README says."""
    app = Flask("served")
    sessions, readers = xapi.connect(os.environ["SERVED_DATABASE"])
    xapi.init_app(app, sessions=sessions, readers=readers, home_page=HOME_PAGE)
    xapi.answer_early(app)
    return app
