"""Does a link to another site say where it leads, and does it earn only what a trusted provider reports?"""

import json
import re
import uuid
from importlib import resources
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

import xapi.storage.keys
from courses.package import Package, open_package
from lms import vocabulary as v
from lms.accounts.models import TRAINER, Person
from lms.accounts.people import add_person
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import publish
from lms.classes import setup
from lms.classes.models import TrainingClass
from lms.learning.models import Launch
from lms.programmes import store as programmes
from lms.storage import storage
from tests.access import form_token
from tests.course_factories import course_document
from tests.factories import BEGIN, CONTENT_URL, PUBLIC_URL, World, signed_in
from tests.integration.learning.conftest import Page

TRUSTED = "合作平台"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Nothing here depends on the database."""
    return sqlite_url


@pytest.fixture
def link(world: World, tmp_path: Path) -> Page:
    """The page of a link that the teacher's class has among its courses."""
    folder = tmp_path / "with-link"
    (folder / "links").mkdir(parents=True)
    (folder / "links/more.url").write_text("[InternetShortcut]\r\nURL=https://例.example/lessons?a=1\r\n", encoding="utf-8")
    document = course_document("with-link", {"more": {"format": "link", "entry": "links/more.url", "minutes": 10}})
    (folder / "course.json").write_text(json.dumps(document), encoding="utf-8")
    package = open_package(folder)
    assert isinstance(package, Package), package

    def give(session: Session) -> int:
        version = publish(session, storage(), package, None, BEGIN)
        setup.bind_course(session, session.get_one(TrainingClass, world.class_id), version, "online")
        return version.id

    version_id = world.act(give)
    own = World(world.app, world.clock, world.person_id, world.enrolment_id, version_id, world.class_id, course="with-link")
    return Page(own.client(), own, "more")


def ask_to_open(page: Page, *, take: bool = True) -> None:
    """Open the link's launch as its page does, or as somebody would who wants to measure time there."""
    headers = {"X-CSRFToken": form_token(page.client)}
    place = {"enrolment": page.world.enrolment_id, "version": page.world.course_version_id, "activity": "more"}
    answer = page.client.post("/learn/open", json={**place, "take": take}, headers=headers)
    assert answer.status_code == 200, answer.text
    page.token, page.nonce = answer.get_json()["token"], answer.get_json()["nonce"]


def trust(session: Session, world: World) -> None:
    """Let the programme of the class trust one provider."""
    text = (resources.files("lms.programmes") / "data" / "online-teaching-2020.toml").read_text(encoding="utf-8")
    document = text.replace("trusted_providers = []", f'trusted_providers = ["{TRUSTED}"]')
    session.get_one(TrainingClass, world.class_id).programme_version_id = programmes.import_toml(session, document, BEGIN).version.id


def test_the_page_names_the_host_plainly_leads_there_in_a_new_window_and_says_that_it_earns_nothing(link: Page) -> None:
    page = link.client.get(link.address).text
    assert "<code>xn--" in page
    assert "例.example" not in page
    (leave,) = re.findall(r"<a [^>]*data-leave[^>]*>", page)
    assert 'target="_blank"' in leave
    assert 'rel="noopener noreferrer"' in leave
    assert "不产生学时" in page
    assert "<iframe" not in page
    assert "data-clock-root" not in page


def test_with_a_trusted_provider_the_page_says_whose_reports_count(link: Page) -> None:
    link.world.act(lambda session: trust(session, link.world))
    page = link.client.get(link.address).text
    assert TRUSTED in page
    assert "不产生学时" not in page


def test_a_link_measures_nothing_and_leaves_the_page_that_does_alone(link: Page, world: World) -> None:
    reading = Page(world.client(), world).open()
    reading.stay(60)
    ask_to_open(link)
    assert link.try_beat().status_code == 409
    world.clock.advance(15)
    assert reading.beat()["state"] == "counting"
    world.credit()
    assert "with-link:more" not in world.credited()


def test_only_what_a_trusted_provider_reports_is_earned(link: Page) -> None:
    world = link.world
    world.act(lambda session: trust(session, world))
    ask_to_open(link)
    world.clock.advance(600)
    key = world.act(lambda session: xapi.storage.keys.add_key(session, TRUSTED, ("statements/write",), now=world.clock(), trusted=True))
    account = world.act(lambda session: session.get_one(Person, world.person_id).account)
    registration = world.act(lambda session: session.query(Launch).filter_by(activity="more").one().registration_id)
    report = {
        "id": str(uuid.uuid4()),
        "actor": {"account": {"homePage": PUBLIC_URL, "name": str(account)}},
        "verb": {"id": v.TERMINATED},
        "object": {"id": v.activity_iri(PUBLIC_URL, "with-link", "more")},
        "result": {"duration": "PT5M"},
        "context": {"registration": str(registration)},
    }
    answer = world.app.test_client().post("/xapi/statements", json=report, auth=key, headers={"X-Experience-API-Version": "1.0.3"})
    assert answer.status_code == 200, answer.text
    world.credit()
    assert world.credited().get("with-link:more") == 300


def test_a_link_has_no_frame_and_its_file_is_a_download(link: Page) -> None:
    files = link.world.act(lambda session: session.get_one(CourseVersion, link.world.course_version_id).files_of("more"))
    browser = link.world.app.test_client()
    assert browser.get(f"/frame/link/{files}/links/more.url", base_url=CONTENT_URL).status_code == 404
    file = browser.get(f"/content/{files}/links/more.url", base_url=CONTENT_URL)
    assert (file.status_code, file.headers["Content-Disposition"]) == (200, "attachment")


def test_a_trainer_sees_in_the_preview_where_a_link_leads(link: Page) -> None:
    link.world.act(lambda session: add_person(session, "maker", "课程师", (TRAINER,), password=None))
    page = signed_in(link.world.app, "maker").get("/catalogue/courses/with-link/versions/1/more").text
    assert "xn--" in page
    assert "data-leave" in page
    assert "<iframe" not in page


def test_a_link_that_was_opened_is_not_suggested_again(link: Page) -> None:
    course = f"/courses/{link.world.enrolment_id}/{link.world.course_version_id}"
    assert 'id="following"' in link.client.get(course).text
    ask_to_open(link)
    assert 'id="following"' not in link.client.get(course).text
