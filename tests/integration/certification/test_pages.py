"""Can an office certify a class on one page, see what came later, supersede and revoke?"""

import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.access import form_token
from tests.factories import signed_in
from tests.integration.certification.conftest import Office


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database: no SQL here differs."""
    return sqlite_url


@pytest.fixture
def clerk(office: Office) -> FlaskClient:
    return signed_in(office.world.app, "clerk")


def post(client: FlaskClient, path: str, **fields: str | list[str]) -> TestResponse:
    return client.post(path, data=fields, headers={"X-CSRFToken": form_token(client)}, follow_redirects=True)


def certify(client: FlaskClient, office: Office) -> str:
    """Press the button of the preview; return the path of the new certificate."""
    path = f"/office/classes/{office.world.class_id}/certificates"
    page = client.get(path).text
    answer = post(client, path, who=re.findall(r'name="who" value="([^"]*)"', page))
    assert answer.status_code == 200
    found = re.search(r'href="(/office/classes/\d+/certificates/\d+)"', answer.text)
    assert found is not None
    return found[1]


def test_one_preview_says_who_can_be_certified_and_what_the_others_lack(clerk: FlaskClient, office: Office) -> None:
    page = clerk.get(f"/office/classes/{office.world.class_id}/certificates").text
    assert "1 名教师可以颁发证书" in page
    assert "在线学习：还差 40.0 学时" in page
    assert page.count('name="who"') == 1


def test_one_press_certifies_and_a_second_one_issues_nothing(clerk: FlaskClient, office: Office) -> None:
    path = f"/office/classes/{office.world.class_id}/certificates"
    who = f"{office.enrolment_id}:{office.heads()[office.enrolment_id]}"
    assert "已颁发 1 张证书" in post(clerk, path, who=who).text
    again = post(clerk, path, who=who).text
    assert "已颁发 0 张证书" in again
    assert "王秀兰：已有有效证书" in again


def test_what_came_later_is_shown_and_superseding_makes_it_part_of_the_next_version(clerk: FlaskClient, office: Office) -> None:
    path = certify(clerk, office)
    assert "与证书所载没有差异" in clerk.get(path).text
    office.world.study("more", 1800)
    office.world.credit()
    page = clerk.get(path).text
    assert "+0.6 学时" in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen is not None
    refused = post(clerk, f"{path}/supersede", seen=seen[1], reason="")
    assert (refused.status_code, "请填写原因" in refused.text) == (422, True)
    done = post(clerk, f"{path}/supersede", seen=seen[1], reason="补录").text
    assert "第 2 版" in done
    assert "40.6" in done
    assert "已换发" in clerk.get(path).text
    newer = re.search(r'href="([^"]*)">已换发为第 2 版<', clerk.get(path).text)
    assert newer is not None, "the superseded version leads to the next one"
    assert f'href="{path}">第 1 版' in clerk.get(newer[1]).text, "and back"


def test_a_revoked_certificate_says_why_and_by_whom(clerk: FlaskClient, office: Office) -> None:
    path = certify(clerk, office)
    page = post(clerk, f"{path}/revoke", reason="信息有误").text
    assert "证书已撤销" in page
    assert "信息有误" in page
    assert "周明" in page
    assert post(clerk, f"{path}/revoke", reason="信息有误").status_code == 422


def test_a_class_member_with_a_certificate_cannot_be_withdrawn(clerk: FlaskClient, office: Office) -> None:
    certify(clerk, office)
    path = f"/office/classes/{office.world.class_id}/teachers/{office.enrolment_id}/withdraw"
    assert "请先撤销" in post(clerk, path, reason="调离").text


@pytest.mark.parametrize("said", ["x", "1", f"{10**30}:a", "999999:" + "0" * 64, "1:" + "z" * 10_000])
def test_malformed_choices_certify_nobody(clerk: FlaskClient, office: Office, said: str) -> None:
    answer = post(clerk, f"/office/classes/{office.world.class_id}/certificates", who=said)
    assert answer.status_code == 200
    assert office.certify().issued
