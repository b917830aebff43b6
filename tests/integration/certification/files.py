"""Files of certificates, and the words of a page."""

import re

from werkzeug.test import TestResponse

from lms.crediting.models import Certificate
from tests.integration.certification.conftest import Office


def words_of(answer: TestResponse) -> str:
    """Return the words of a page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def pdf_of(office: Office, certificate: Certificate) -> bytes:
    """Download a certificate as its person."""
    answer = office.world.client().get(f"/certificates/{certificate.id}.pdf")
    assert answer.status_code == 200
    content: bytes = answer.data
    return content
