"""Are the sections of the records pages closed to people without access, each in one place and with its reason?"""

import pytest
from flask import url_for
from flask.testing import FlaskClient

from lms.accounts.access import requires
from lms.accounts.models import OFFICE
from lms.records.sections import ADMINISTRATORS_ONLY, SECTIONS
from tests.factories import World


def test_every_section_of_the_whole_site_is_a_section() -> None:
    assert set(ADMINISTRATORS_ONLY) < {endpoint for endpoint, _label in SECTIONS}


@pytest.mark.parametrize("section", sorted(ADMINISTRATORS_ONLY))
def test_a_section_of_the_whole_site_is_closed_to_every_other_office_and_says_why(
    offices: World, province: FlaskClient, office: FlaskClient, elsewhere: FlaskClient, section: str
) -> None:
    with offices.app.test_request_context(base_url="http://localhost"):
        address = url_for(section)
    assert province.get(address).status_code == 200
    for client in (office, elsewhere):
        page = client.get(address)
        assert page.status_code == 403
        assert "此页涉及全站，只有系统管理员可以打开。" in page.text
        assert f'href="{address}"' not in page.text


def test_a_page_that_lies_in_no_section_is_for_nobody(offices: World, province: FlaskClient) -> None:
    offices.app.add_url_rule("/records/lost", endpoint="records.lost", view_func=requires(OFFICE)(lambda: "found"))
    assert province.get("/records/lost").status_code == 403
