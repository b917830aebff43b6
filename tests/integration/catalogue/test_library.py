"""Does the library find courses, keep to the sharing rules on every page, and take archived courses out of what is offered?"""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.catalogue import listing
from lms.catalogue.listing import CourseFilter
from lms.catalogue.models import BELOW, EVERYBODY, OWN, Course, CourseLabel, CourseVersion
from lms.catalogue.publish import free_code
from lms.classes.models import ClassCourse, TrainingClass
from lms.db import transaction
from lms.errors import InvalidInput
from lms.office import administration
from lms.office.administration import CourseOfClass
from tests.course_factories import add_course
from tests.factories import BEGIN, add_class, signed_in

PEOPLE = {"upper": "city", "maker": "county", "lower": "town", "rival": "elsewhere"}  # user name → organisation


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on SQLite alone."""
    return sqlite_url


@pytest.fixture
def places(app: Flask) -> Flask:
    """A city, a county below it, a town below that, and another city; each has a trainer who is also the office's."""
    with app.app_context(), transaction() as session:
        city = add_organisation(session, "city", "江城市", "office")
        county = add_organisation(session, "county", "江北县", "office", parent=city)
        town = add_organisation(session, "town", "柳河镇", "provider", parent=county)
        for username, place in zip(PEOPLE, (city, county, town, add_organisation(session, "elsewhere", "山城市", "office")), strict=True):
            add_person(session, username, username, ("trainer", "office"), password=None, organisation=place)
        put(session, "theirs", OWN)
    return app


def put(session: Session, code: str, shared: str = EVERYBODY, owner: str | None = "county", **activity: Any) -> CourseVersion:
    version = add_course(session, code, {"page": activity})
    version.course.shared = shared
    if owner:
        version.course.organisation_id = session.scalars(select(Organisation.id).where(Organisation.code == owner)).one()
    session.flush()
    return version


def act(app: Flask, work: Any) -> Any:
    with app.app_context(), transaction() as session:
        return work(session)


def share(app: Flask, how: str) -> None:
    act(app, lambda session: setattr(session.scalars(select(Course).where(Course.code == "theirs")).one(), "shared", how))


def codes(app: Flask, username: str, **wanted: Any) -> list[str]:
    def find(session: Session) -> list[str]:
        by = session.scalars(select(Person).where(Person.username == username)).one()
        return [one.course.code for one in listing.search(session, by, CourseFilter(**wanted)).versions]

    return list(act(app, find))


@pytest.mark.parametrize(
    ("how", "readers"), [(OWN, {"upper", "maker"}), (BELOW, {"upper", "maker", "lower"}), (EVERYBODY, {"upper", "maker", "lower", "rival"})]
)
def test_a_course_is_read_by_those_with_whom_it_is_shared_on_every_page_and_by_nobody_else(
    places: Flask, how: str, readers: set[str]
) -> None:
    share(places, how)
    pages = ("/catalogue/courses/theirs", "/catalogue/courses/theirs/versions/1/page")
    for username in PEOPLE:
        client = signed_in(places, username)
        wanted = 200 if username in readers else 404
        assert [client.get(page).status_code for page in pages] == [wanted] * len(pages), username
        assert ("theirs" in client.get("/catalogue/").text) == (username in readers), username
        assert (codes(places, username) == ["theirs"]) == (username in readers), username
        report = client.post(f"{pages[1]}/report", json={"statement": {}}, headers={"X-CSRFToken": token(client)})
        assert (report.status_code == 404) == (username not in readers), username
        assert client.get("/catalogue/courses/theirs/1/source").status_code == 404, "there is no uploaded file"


def token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/catalogue/upload").text)
    assert found
    return found.group(1)


def test_an_office_gives_a_class_only_courses_that_it_may_read(places: Flask) -> None:
    def bind(username: str, code: str) -> str:
        def work(session: Session) -> None:
            by = session.scalars(select(Person).where(Person.username == username)).one()
            chosen = session.scalars(select(TrainingClass)).one()
            administration.add_course(session, chosen, CourseOfClass(code, "online"), By(by.id, BEGIN))

        try:
            act(places, work)
        except InvalidInput as error:
            return ", ".join(str(getattr(one, "words", one)) for one in error.problems)
        return "bound"

    def prepare(session: Session) -> None:
        town = session.scalars(select(Organisation).where(Organisation.code == "town")).one()
        add_class(session, "k1", town)
        put(session, "hidden", OWN, owner="elsewhere")

    act(places, prepare)
    assert bind("lower", "theirs") == bind("lower", "nothing").replace("nothing", "theirs"), "it is not even said to exist"
    assert bind("upper", "hidden") != "bound"
    page = (
        signed_in(places, "lower").get(f"/office/classes/{act(places, lambda s: s.scalars(select(TrainingClass.id)).one())}/courses").text
    )
    assert "theirs" not in page
    share(places, BELOW)
    assert bind("lower", "theirs") == "bound"


def test_an_archived_course_is_offered_to_nobody_and_classes_that_study_it_keep_it(places: Flask) -> None:
    def prepare(session: Session) -> int:
        town = session.scalars(select(Organisation).where(Organisation.code == "town")).one()
        version = session.scalars(select(CourseVersion)).one()
        add_class(session, "k1", town, version)
        return add_class(session, "k2", town).id

    second = act(places, prepare)
    maker = signed_in(places, "maker")
    assert maker.post("/catalogue/courses/theirs/archive", data={"csrf_token": token(maker)}).status_code == 302
    assert (codes(places, "maker"), codes(places, "maker", state="archived")) == ([], ["theirs"])
    assert "已归档" in maker.get("/catalogue/courses/theirs").text
    assert len(act(places, lambda session: session.scalars(select(ClassCourse)).all())) == 1
    assert "theirs" not in maker.get(f"/office/classes/{second}/courses").text
    with pytest.raises(InvalidInput):
        act(
            places,
            lambda s: administration.add_course(s, s.get_one(TrainingClass, second), CourseOfClass("theirs", "online"), By(None, BEGIN)),
        )
    assert maker.post("/catalogue/courses/theirs/restore", data={"csrf_token": token(maker)}).status_code == 302
    assert codes(places, "maker") == ["theirs"]


@pytest.mark.parametrize("username", ["lower", "rival"])
def test_only_publishers_of_a_course_archive_share_and_label_it(places: Flask, username: str) -> None:
    share(places, EVERYBODY)
    client = signed_in(places, username)
    for address in ("archive", "restore", "library"):
        sent = client.post(f"/catalogue/courses/theirs/{address}", data={"csrf_token": token(client), "shared": OWN})
        assert sent.status_code == 404, address
    assert client.get("/catalogue/courses/theirs/library").status_code == 404
    assert "/archive" not in client.get("/catalogue/courses/theirs").text
    assert codes(places, "rival") == ["theirs"]


def test_words_and_filters_find_a_course_and_combine(places: Flask) -> None:
    def prepare(session: Session) -> None:
        put(session, "film", format="video", entry="media/a.mp4")
        put(session, "site", owner=None)

    act(places, prepare)
    assert codes(places, "maker") == ["site", "film", "theirs"], "the latest published first"
    assert codes(places, "maker", sort="code") == ["film", "site", "theirs"]
    assert codes(places, "maker", words="课程ＦＩＬＭ") == ["film"], "wide letters and capitals are the same letters"
    assert codes(places, "maker", words="course theirs") == ["theirs"]
    assert codes(places, "maker", words="100%") == []
    assert codes(places, "maker", labels={"format": "video"}) == ["film"]
    assert codes(places, "maker", labels={"format": "video", "language": "en"}) == []
    assert codes(places, "maker", labels={"language": "zh-CN"}, words="site") == ["site"]
    county = act(places, lambda session: session.scalars(select(Organisation.id).where(Organisation.code == "county")).one())
    assert codes(places, "maker", organisation_id=county) == ["film", "theirs"]


def test_labels_are_stated_on_the_page_and_found_again(places: Flask) -> None:
    act(places, lambda session: add_class(session, "k1", session.scalars(select(Organisation).where(Organisation.code == "town")).one()))
    maker = signed_in(places, "maker")
    labels = {"area": "online-teaching/platform", "subject": ["chinese", "art"], "stage": "primary"}
    sent = maker.post("/catalogue/courses/theirs/library", data={"csrf_token": token(maker), "shared": BELOW, **labels})
    assert sent.status_code == 302
    for kind, value in {"programme": "online-teaching", "area": "online-teaching/platform", "subject": "art", "stage": "primary"}.items():
        assert codes(places, "lower", labels={kind: value}) == ["theirs"]
    page = maker.get("/catalogue/courses/theirs").text
    assert "在线教学平台搭建" in page
    assert "学科教师在线教学能力提升培训" in page
    listed = maker.get("/catalogue/?subject=chinese&stage=primary").text
    assert "theirs" in listed
    assert "theirs" not in maker.get("/catalogue/?subject=music").text
    refused = maker.post("/catalogue/courses/theirs/library", data={"csrf_token": token(maker), "shared": "x", "subject": "cooking"})
    assert refused.status_code == 422
    assert codes(places, "lower", labels={"subject": "art"}) == ["theirs"], "bad input changes nothing"


LABELS = {
    "programme": "online-teaching",
    "area": "online-teaching/platform",
    "subject": "chinese",
    "stage": "primary",
    "format": "video",
    "language": "en",
}


@pytest.mark.parametrize("name", [*LABELS, "organisation"])
def test_each_filter_of_the_page_finds_its_course_and_no_other_and_stays_chosen(places: Flask, name: str) -> None:
    def prepare(session: Session) -> str:
        version = put(session, "film", owner="town")
        session.execute(delete(CourseLabel).where(CourseLabel.course_id == version.course_id))
        session.add_all(CourseLabel(course_id=version.course_id, kind=kind, value=value) for kind, value in LABELS.items())
        return str(version.course.organisation_id)

    town = act(places, prepare)
    maker = signed_in(places, "maker")
    assert listed(maker.get("/catalogue/").text) == {"film", "theirs"}
    value = LABELS.get(name, town)
    page = maker.get("/catalogue/", query_string={name: value}).text
    assert listed(page) == {"film"}
    chosen = page.partition(f'id="filter-{name}"')[2].partition("</select>")[0]
    assert re.findall(r'value="([^"]*)" selected', chosen) == [value]


def listed(page: str) -> set[str]:
    return set(re.findall(r'href="/catalogue/courses/([a-z-]+)', page))


def test_every_course_is_on_exactly_one_page_of_the_list(places: Flask) -> None:
    act(places, lambda session: [put(session, f"c{number:02}") for number in range(7)])

    def walk(session: Session, sort: str) -> list[str]:
        after: str | None = ""
        found: list[str] = []
        while after is not None:
            page = listing.search(session, None, CourseFilter(sort=sort), after, size=3)
            assert page.total == 8
            found += [one.course.code for one in page.versions]
            after = page.next
        return found

    for sort in listing.SORTS:
        found = act(places, lambda session, sort=sort: walk(session, sort))
        assert sorted(found) == [*(f"c{number:02}" for number in range(7)), "theirs"], sort
    maker = signed_in(places, "maker")
    for query in ("after=x", "after=99999999999999999999", "sort=x&state=y", "organisation=x", "q=" + "a" * 9999, "format=" + "f" * 9999):
        assert maker.get(f"/catalogue/?{query}").status_code == 200, query


def test_a_code_that_is_taken_is_answered_with_a_free_one(places: Flask) -> None:
    act(places, lambda session: [put(session, code) for code in ("reading", "reading-2", "reading-4", "x" * 64)])
    assert act(places, lambda session: free_code(session, "reading")) == "reading-3"
    assert act(places, lambda session: free_code(session, "reading-2")) == "reading-3"
    assert act(places, lambda session: free_code(session, "x" * 64)) == "x" * 59 + "-2"
