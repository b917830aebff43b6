"""A transaction of the application, its file store, and a sample course as a checked package."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from courses.package import Package
from courses.samples import SAMPLES
from lms.catalogue.uploads import check
from lms.db import transaction
from lms.storage import Storage, storage


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """One transaction for the whole test."""
    with app.app_context(), transaction() as opened:
        yield opened


@pytest.fixture
def files(session: Session) -> Storage:
    """The application's file store."""
    return storage()


@pytest.fixture
def package() -> Package:
    """The first sample course."""
    found = check(SAMPLES[0], own_hosts=True).package
    assert found is not None
    return found
