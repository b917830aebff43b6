"""Does the library find the same courses on both databases, each shared as it should be?"""

from flask import Flask
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.people import add_organisation, add_person
from lms.catalogue import listing
from lms.catalogue.listing import CourseFilter
from lms.catalogue.models import BELOW, OWN
from lms.db import transaction
from tests.course_factories import add_course


def test_a_search_finds_words_labels_and_what_is_shared(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        city = add_organisation(session, "city", "江城市", "office")
        town = add_organisation(session, "town", "柳河镇", "provider", parent=city)
        by = add_person(session, "lower", "某", ("trainer",), password=None, organisation=town)
        for code, shared, owner in (("a-b", BELOW, city), ("azb", OWN, city), ("mine", OWN, town)):
            course = add_course(session, code, {"page": {}}).course
            course.shared, course.organisation_id = shared, owner.id
        session.flush()
        assert found(session, by, "") == ["mine", "a-b"]
        assert found(session, by, "A-B 课程") == ["a-b"]
        assert found(session, None, "a_b") == [], "an underscore stands for itself"
        wanted = CourseFilter(labels={"format": "h5p", "language": "zh-CN"}, sort="code", state="all")
        page = listing.search(session, None, wanted, size=2)
        assert ([one.course.code for one in page.versions], page.next, page.total) == (["a-b", "azb"], "azb", 3)
        assert [one.course.code for one in listing.search(session, None, wanted, "azb", 2).versions] == ["mine"]


def found(session: Session, by: Person | None, words: str) -> list[str]:
    return [one.course.code for one in listing.search(session, by, CourseFilter(words)).versions]
