"""Does an office find the statements of its own people, and nobody else's?"""

from flask.testing import FlaskClient

from tests.factories import World


def test_an_office_sees_what_its_own_people_did_and_another_office_nothing_of_it(
    offices: World, office: FlaskClient, province: FlaskClient, elsewhere: FlaskClient
) -> None:
    assert "还没有" in office.get("/records/statements").text
    offices.study("reading", 60)
    for client in (office, province):
        assert "王秀兰" in client.get("/records/statements").text
    assert "王秀兰" not in elsewhere.get("/records/statements").text
    assert offices.client().get("/records/statements").status_code == 403
